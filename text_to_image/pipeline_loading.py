"""From a pinned model to diffusers' pipeline object, whatever its class."""

import warnings

import diffusers
import torch
from diffusers import AutoPipelineForText2Image, DiffusionPipeline
from diffusers.pipelines.auto_pipeline import (
    AUTO_IMAGE2IMAGE_PIPELINES_MAPPING,
    AUTO_INPAINT_PIPELINES_MAPPING,
    AUTO_TEXT2IMAGE_PIPELINES_MAPPING,
    _get_task_class,
)
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from text_to_image.config import GeneratorConfig
from text_to_image.loading_failures import loading_in_plain_words
from text_to_image.missing_weights import drawn_at_random, left_without_value
from text_to_image.model_source import ModelSource, where_to_load
from text_to_image.samplers import chosen_scheduler


def _class_names(mapping: dict[str, type]) -> set[str]:
    return {pipeline.__name__ for pipeline in mapping.values()}


_START_FROM_AN_IMAGE = (
    _class_names(AUTO_IMAGE2IMAGE_PIPELINES_MAPPING) | _class_names(AUTO_INPAINT_PIPELINES_MAPPING)
) - _class_names(AUTO_TEXT2IMAGE_PIPELINES_MAPPING)


def require_known_class(config: GeneratorConfig, source: ModelSource) -> None:
    """Raise ValueError if this version of diffusers has no such class as the model's."""
    if not hasattr(diffusers, source.pipeline_class):
        raise ValueError(
            f"generator.model is {config.model!r}: its class {source.pipeline_class} is unknown to diffusers "
            f"{diffusers.__version__}; choose another model or revision"
        )


def drawing_class(config: GeneratorConfig, source: ModelSource) -> type[DiffusionPipeline]:
    """Return the class that `load_pipeline` will load.

    Raises:
        ValueError: this version of diffusers has no such class.
    """
    require_known_class(config, source)
    if source.pipeline_class in _START_FROM_AN_IMAGE:
        return _get_task_class(AUTO_TEXT2IMAGE_PIPELINES_MAPPING, source.pipeline_class)
    return getattr(diffusers, source.pipeline_class)


def load_pipeline(config: GeneratorConfig, source: ModelSource, dtype: torch.dtype) -> DiffusionPipeline:
    """Load the model's own pipeline class, with weights of `dtype`, from its folder or the hub's cache.

    A model that was saved for image-to-image or inpainting is loaded as its text-to-image sibling.

    Raises:
        ValueError: this version of diffusers has no such class, the files do not make one, or lack a weight.
    """
    require_known_class(config, source)
    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    loader = AutoPipelineForText2Image if source.pipeline_class in _START_FROM_AN_IMAGE else DiffusionPipeline
    with loading_in_plain_words(config, source), warnings.catch_warnings(), drawn_at_random() as at_random:
        warnings.simplefilter("ignore", FutureWarning)
        pipeline = loader.from_pretrained(
            config.model,
            use_safetensors=True,
            torch_dtype=dtype,
            variant=config.variant,
            **where_to_load(config.model, source.revision),
        )
    if missing := [*at_random, *left_without_value(pipeline)]:
        raise ValueError(
            f"generator.model is {config.model!r}: {source.pipeline_class} at {source.revision} has no weight "
            f"{missing[0]} in its files; get the model again"
        )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def set_scheduler(pipeline: DiffusionPipeline, config: GeneratorConfig) -> None:
    """Give the pipeline the sampler and the spread of steps that the settings ask for.

    Raises:
        ValueError: it cannot be sampled that way.
    """
    if config.sampler is None and config.timestep_spacing is None:
        return
    scheduler = getattr(pipeline, "scheduler", None)
    if scheduler is None:
        raise ValueError(
            f"generator.sampler and generator.timestep_spacing have no effect on {type(pipeline).__name__}, which has "
            "no one scheduler; set both to null"
        )
    pipeline.scheduler = chosen_scheduler(scheduler, config)
