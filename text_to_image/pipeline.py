"""Any diffusers text-to-image pipeline, loaded one way and called one way."""

import inspect
import warnings
from contextlib import nullcontext

import numpy as np
import torch
from diffusers import AutoPipelineForText2Image
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from text_to_image.config import GeneratorConfig, guidance_range, uses_guidance
from text_to_image.decoder import prepare_decoder
from text_to_image.guidance import GuidancePerImage
from text_to_image.model_source import ModelSource, is_folder
from text_to_image.network_speed import prepare_networks
from text_to_image.prompt_embeddings import UnequalPromptsError, encode_each_prompt_once


class Pipeline:
    """A loaded model.

    Args:
        config: the generator's settings.
        source: the model as `resolve_model` pinned it; it must be in a folder or in the hub's cache already.

    Raises:
        ValueError: the settings ask for what this kind of pipeline does not have.
    """

    def __init__(self, config: GeneratorConfig, source: ModelSource):
        self._config = config
        self.device = choose_device(config)
        self.dtype = choose_dtype(config, self.device)
        # A CPU keeps float32 weights and multiplies in bfloat16; a GPU keeps half the memory free for a larger batch.
        weights_dtype = torch.float32 if self.device == "cpu" else self.dtype
        diffusers_logging.disable_progress_bar()
        transformers_logging.disable_progress_bar()
        location = (
            {}
            if is_folder(config.model)
            else {"revision": source.revision, "variant": config.variant, "local_files_only": True}
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            self._pipeline = AutoPipelineForText2Image.from_pretrained(
                config.model, use_safetensors=True, torch_dtype=weights_dtype, **location
            ).to(self.device)
        self._pipeline.set_progress_bar_config(disable=True)
        if config.timestep_spacing is not None:
            self._pipeline.scheduler = type(self._pipeline.scheduler).from_config(
                self._pipeline.scheduler.config, timestep_spacing=config.timestep_spacing
            )
        prepare_decoder(self._pipeline, config)
        prepare_networks(self._pipeline, config, self.device)
        encode_each_prompt_once(self._pipeline)
        self._accepted = set(inspect.signature(type(self._pipeline).__call__).parameters)
        if config.prompts.negative is not None and not (uses_guidance(config) and "negative_prompt" in self._accepted):
            raise ValueError(
                "generator.prompts.negative is set, but has no effect "
                f"with {source.pipeline_class} at guidance_scale {config.guidance_scale}; remove it, or raise the other"
            )

    def __call__(self, prompts: list[str], scales: list[float], seeds: list[int]) -> tuple[np.ndarray, list[bool]]:
        """Draw one image a prompt.

        Args:
            prompts, scales, seeds: of equal length; an image's initial noise comes from its own seed, on the CPU, so
                that it is the same on every device.

        Returns:
            float32 (N, H, W, 3) in 0-1, NaN where the network failed; and whether the model's safety checker
            blanked each image.

        Raises:
            torch.OutOfMemoryError: the device has too little memory for so many at once.
        """
        try:
            return self._draw(prompts, scales, seeds)
        except UnequalPromptsError as error:
            groups = error.groups
        drawn = {row: image for rows in groups for row, image in self._draw_group(rows, prompts, scales, seeds)}
        images, blanked = zip(*(drawn[row] for row in range(len(prompts))), strict=True)
        return np.stack(images), list(blanked)

    def _draw_group(self, rows: list[int], *columns: list) -> list[tuple[int, tuple[np.ndarray, bool]]]:
        """Draw some rows by themselves, still as many at a time as all are: kernels round differently for fewer."""
        filled = rows + rows[-1:] * (len(columns[0]) - len(rows))
        images, blanked = self(*([column[row] for row in filled] for column in columns))
        return list(zip(rows, zip(images, blanked, strict=True), strict=False))

    def _draw(self, prompts: list[str], scales: list[float], seeds: list[int]) -> tuple[np.ndarray, list[bool]]:
        options = {"guidance_scale": GuidancePerImage(scales, guidance_range(self._config)[1])}
        if self._config.prompts.negative is not None:
            options["negative_prompt"] = [self._config.prompts.negative] * len(prompts)
        if self._config.image_size is not None:
            options |= {"height": self._config.image_size, "width": self._config.image_size}
        arithmetic = (
            torch.autocast("cpu", torch.bfloat16)
            if self.device == "cpu" and self.dtype != torch.float32
            else nullcontext()
        )
        with torch.inference_mode(), arithmetic, np.errstate(invalid="ignore"):
            drawn = self._pipeline(
                prompts,
                num_inference_steps=self._config.steps,
                generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
                output_type="np",
                **options,
            )
        blanked = getattr(drawn, "nsfw_content_detected", None) or [False] * len(prompts)
        return np.asarray(drawn.images, np.float32), [bool(flag) for flag in blanked]


def choose_device(config: GeneratorConfig) -> str:
    """Return the configured device, or the GPU if there is one.

    Raises:
        ValueError: a GPU is asked for and torch sees none.
    """
    available = torch.cuda.is_available()
    if config.device == "cuda" and not available:
        raise ValueError("generator.device is 'cuda', but torch sees no GPU; write auto or cpu")
    return config.device if config.device != "auto" else ("cuda" if available else "cpu")


def choose_dtype(config: GeneratorConfig, device: str) -> torch.dtype:
    """Return the configured dtype, or the fastest that keeps the images right on this device."""
    if config.dtype != "auto":
        return getattr(torch, config.dtype)
    if device == "cuda":
        return torch.float16
    return torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32
