"""Guidance scales that differ from image to image within one batch.

Diffusers' pipelines take one number for the whole batch, but most use it only in `guidance_scale > 1` and
`unconditional + guidance_scale * (conditional - unconditional)` (Ho & Salimans 2022, eq. 6). An object that answers
those as a column of numbers lets every image have its own. Models that were distilled with guidance as an input of
the network (Flux, latent consistency) want one true number, and get one where the setting is one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from text_to_image.config import GeneratorConfig, guidance_range
from text_to_image.image_identity import uniform


def guidance_for(config: GeneratorConfig, class_name: str, index: int) -> float:
    """Return the image's guidance scale: the fixed one, or the image's own draw from the range."""
    low, high = guidance_range(config)
    return low + (high - low) * uniform(config.seed, class_name, index, "guidance")


def batch_guidance(config: GeneratorConfig, scales: list[float]) -> "float | GuidancePerImage":
    """Return what a pipeline gets as its guidance scale: a plain number where all images have the same."""
    low, high = guidance_range(config)
    return low if low == high else GuidancePerImage(scales, high)


@contextmanager
def range_explained(config: GeneratorConfig) -> Iterator[None]:
    """Turn a pipeline's stumble over `GuidancePerImage` into a line about the setting.

    Raises:
        ValueError: the pipeline does something with its guidance scale that a scale an image does not allow.
    """
    try:
        yield
    except (TypeError, RuntimeError) as error:
        if GuidancePerImage.__name__ not in str(error):
            raise
        raise range_refused(config) from error


def range_refused(config: GeneratorConfig) -> ValueError:
    """Return the error of a range of scales where a whole batch has one."""
    return ValueError(
        f"generator.guidance_scale is {list(guidance_range(config))}: {config.model} takes one guidance scale for "
        "a whole batch, as distilled models do; give one number"
    )


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

    def __add__(self, number: float) -> "GuidancePerImage":
        return GuidancePerImage([scale + number for scale in self._scales], self._highest + number)

    def __mul__(self, difference: torch.Tensor) -> torch.Tensor:
        if len(difference) != len(self._scales):
            raise TypeError(f"{GuidancePerImage.__name__}: {tuple(difference.shape)} are not the rows of a batch")
        column = torch.tensor(self._scales, dtype=difference.dtype, device=difference.device)
        return column.view(-1, *[1] * (difference.ndim - 1)) * difference
