"""Guidance scales that differ from image to image within one batch.

Diffusers' pipelines take one number for the whole batch, but use it only in `guidance_scale > 1` and
`unconditional + guidance_scale * (conditional - unconditional)` (Ho & Salimans 2022, eq. 6). An object that answers
those two as a column of numbers lets every image have its own.
"""

import torch

from text_to_image.config import GeneratorConfig, guidance_range
from text_to_image.image_identity import uniform


def guidance_for(config: GeneratorConfig, class_name: str, index: int) -> float:
    """Return the image's guidance scale: the fixed one, or the image's own draw from the range."""
    low, high = guidance_range(config)
    return low + (high - low) * uniform(config.seed, class_name, index, "guidance")


class GuidancePerImage:
    """A batch's guidance scales, in the place where a pipeline expects one number.

    Args:
        scales: one number an image.
        highest: the highest that any image of this generator may have; it alone decides whether guidance
            is on, so that an image does not depend on its neighbours.
    """

    def __init__(self, scales: list[float], highest: float):
        self._scales = scales
        self._highest = highest

    def __gt__(self, threshold: float) -> bool:
        return self._highest > threshold

    def __mul__(self, difference: torch.Tensor) -> torch.Tensor:
        column = torch.tensor(self._scales, dtype=difference.dtype, device=difference.device)
        return column.view(-1, *[1] * (difference.ndim - 1)) * difference
