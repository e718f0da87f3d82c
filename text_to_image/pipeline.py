"""Any diffusers text-to-image pipeline, loaded one way and called one way."""

import copy
import math
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

from text_to_image.call_arguments import accepted_arguments, call_arguments, check_call, lowest_guidance
from text_to_image.config import GeneratorConfig
from text_to_image.cpu_arithmetic import quick_dtype
from text_to_image.decoder import prepare_decoder
from text_to_image.embedded_generator.training_record import taught_guidance
from text_to_image.guidance import range_explained
from text_to_image.model_source import ModelSource
from text_to_image.network_speed import denoisers, prepare_networks
from text_to_image.noise import noise_generator
from text_to_image.pipeline_loading import load_pipeline, set_scheduler
from text_to_image.prompt_embeddings import UnequalPromptsError, check_clip_skip, encode_each_prompt_once
from text_to_image.prompt_length import refuse_cut_prompts
from text_to_image.samplers import check_eta, check_image_size
from text_to_image.shared_randomness import no_other_randomness
from text_to_image.step_preview import Preview, step_arguments


class Pipeline:
    """A loaded model.

    Args:
        config: the generator's settings.
        source: the model as `resolve_model` pinned it; it must be in a folder or in the hub's cache already.

    Raises:
        ValueError: the settings ask for what this kind of pipeline does not have, or for a negative prompt that is
            longer than it takes.
    """

    def __init__(self, config: GeneratorConfig, source: ModelSource):
        self._config = config
        self.device = choose_device(config)
        self.dtype = choose_dtype(config, self.device)
        # A CPU keeps float32 weights and multiplies in bfloat16; a GPU keeps half the memory free for a larger batch.
        weights_dtype = torch.float32 if self.device == "cpu" else self.dtype
        self._pipeline = load_pipeline(config, source, weights_dtype).to(self.device)
        set_scheduler(self._pipeline, config)
        self._accepted = accepted_arguments(type(self._pipeline))
        self._network = next((network.config for network in denoisers(self._pipeline)), {})
        check_call(config, source.pipeline_class, self._accepted, self._network)
        check_image_size(config, source)
        if (scheduler := getattr(self._pipeline, "scheduler", None)) is not None:
            check_eta(config, scheduler)
        if "clip_skip" in config.arguments:
            check_clip_skip(self._pipeline, config.arguments["clip_skip"])
        if config.prompts.negative is not None:
            self.refuse_cut_prompts([config.prompts.negative])
        prepare_decoder(self._pipeline, config)
        prepare_networks(self._pipeline, config, self.device)
        encode_each_prompt_once(self._pipeline)
        self._watch: Callable[[Preview], None] | None = None

    @property
    def arithmetic(self) -> str:
        """What multiplies, such as "cuda float16": another rounds differently."""
        return f"{self.device} {str(self.dtype).removeprefix('torch.')}"

    @property
    def guidance_scales(self) -> tuple[float, float]:
        """The lowest and the highest guidance scale that the network can be asked for."""
        return taught_guidance(Path(self._config.model)) or (lowest_guidance(self._network), math.inf)

    def under(self, config: GeneratorConfig, watch: Callable[[Preview], None] | None = None) -> "Pipeline":
        """Return the same loaded model, called with other `steps` and `guidance_scale`.

        Args:
            config: as it was loaded with but for these two.
            watch: called after every step with a function that returns what the pictures look like by then; what it
                raises ends the drawing and is raised by the call. Not called by pipelines that report no steps.

        Raises:
            ValueError: a setting has no effect with this kind of pipeline.
        """
        check_call(config, type(self._pipeline).__name__, self._accepted, self._network)
        other = copy.copy(self)
        other._config, other._watch = config, watch
        return other

    def refuse_cut_prompts(self, prompts: Iterable[str]) -> None:
        """Raise ValueError for the first prompt that is longer than the model takes."""
        refuse_cut_prompts(self._pipeline, prompts, self._config.arguments)

    def __call__(self, prompts: list[str], scales: list[float], seeds: list[int]) -> tuple[np.ndarray, list[bool]]:
        """Draw one image a prompt.

        Args:
            prompts, scales, seeds: of equal length; an image's initial noise comes from its own seed, on the CPU, so
                that it is the same on every device.

        Returns:
            float32 (N, H, W, 3) in 0-1, NaN where the network failed; and whether the model's safety checker
            blanked each image.

        Raises:
            ValueError: a prompt is longer than the model takes.
            torch.OutOfMemoryError: the device has too little memory for so many at once.
        """
        self.refuse_cut_prompts(prompts)
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
        arithmetic = (
            torch.autocast("cpu", self.dtype) if self.device == "cpu" and self.dtype != torch.float32 else nullcontext()
        )
        with (
            torch.inference_mode(),
            arithmetic,
            np.errstate(invalid="ignore"),
            range_explained(self._config),
            no_other_randomness(self._config),
        ):
            drawn = self._pipeline(
                prompt=prompts,
                generator=[noise_generator(seed) for seed in seeds],
                output_type="np",
                **call_arguments(self._config, self._accepted, scales),
                **step_arguments(self._accepted, self._watch),
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
    return quick_dtype()
