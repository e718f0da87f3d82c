"""Pictures that are still forming, seen after every step."""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline

from text_to_image.decoder import SMALL_PIXELS

# Returns uint8 (N, H, W, 3), 0-255 RGB.
Preview = Callable[[], np.ndarray]
_USUAL_SCALE_FACTOR = 8


def step_arguments(accepted: Collection[str], watch: Callable[[Preview], None] | None) -> dict[str, Any]:
    """Return the arguments of a call by which `watch` hears of each step; none where the pipeline reports no steps."""
    if watch is None or "callback_on_step_end" not in accepted:
        return {}

    def after_step(pipeline: DiffusionPipeline, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        watch(lambda: preview(pipeline, values["latents"]))
        return values

    return {"callback_on_step_end": after_step, "callback_on_step_end_tensor_inputs": ["latents"]}


def preview(pipeline: DiffusionPipeline, latents: torch.Tensor) -> np.ndarray:
    """Return what latents look like, uint8 (N, H, W, 3): decoded if they are small, else their first three channels."""
    vae = getattr(pipeline, "vae", None)
    # Decoding a large picture would take longer than the step did.
    side = max(latents.shape[2:], default=0) * getattr(pipeline, "vae_scale_factor", _USUAL_SCALE_FACTOR)
    if vae is not None and latents.ndim == 4 and side <= SMALL_PIXELS:
        shift = getattr(vae.config, "shift_factor", None) or 0.0
        scale = getattr(vae.config, "scaling_factor", None) or 1.0
        pixels = vae.decode((latents / scale + shift).to(vae.dtype), return_dict=False)[0] / 2 + 0.5
    else:
        pixels = _first_channels(latents)
    return (pixels.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def _first_channels(latents: torch.Tensor) -> torch.Tensor:
    if latents.ndim == 3:  # transformers that take a picture as a row of patches, (N, patches, channels)
        side = int(latents.shape[1] ** 0.5)
        latents = latents[:, : side * side].transpose(1, 2).unflatten(2, (side, side))
    channels = latents[:, :3].float()
    low, high = channels.amin(dim=(1, 2, 3), keepdim=True), channels.amax(dim=(1, 2, 3), keepdim=True)
    return (channels - low) / (high - low).clamp(min=1e-6)
