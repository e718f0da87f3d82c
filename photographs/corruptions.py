"""Photographs spoilt in common ways at five strengths, in the manner of CIFAR-10-C.

Names and strengths (`corruption_strengths`) are CIFAR-10-C's (Hendrycks & Dietterich 2019, arXiv 1903.12261); the
images are not, but are made here. Two things differ: pixels are rounded, not cut off, and what is random is drawn for
each photograph from its own number, so that it is spoilt alike in any batch, order or selection, and by the same draw
at every strength.
"""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from photographs.corruption_strengths import SEVERITIES, STRENGTHS


def corrupt(images_nhwc: np.ndarray, indices_n: np.ndarray, name: str, severity: int) -> np.ndarray:
    """Return the photographs spoilt by corruption `name`, uint8 (N, H, W, 3).

    Args:
        images_nhwc: uint8 (N, H, W, 3), 0-255 RGB.
        indices_n: (N,) the photographs' numbers within their source, which the random part is drawn from.
        name: one of `STRENGTHS`.
        severity: one of `SEVERITIES`, 1 the mildest.

    Raises:
        ValueError: there is no such corruption or severity.
    """
    if name not in STRENGTHS or severity not in SEVERITIES:
        raise ValueError(f"no corruption {name!r} of severity {severity!r}")
    strength = STRENGTHS[name].at_severity[severity - 1]
    spoilt_nhwc = np.empty_like(images_nhwc)
    for row, (image_hwc, index) in enumerate(zip(images_nhwc, indices_n, strict=True)):
        rng = np.random.default_rng([int(index), *name.encode()])
        result_hwc = _SPOIL[name](image_hwc / 255.0, strength, rng)
        spoilt_nhwc[row] = np.rint(255 * np.clip(result_hwc, 0, 1))
    return spoilt_nhwc


def _add_gaussian_noise(image_hwc, deviation, rng):
    return image_hwc + deviation * rng.standard_normal(image_hwc.shape)


def _add_shot_noise(image_hwc, photons, rng):
    return rng.poisson(image_hwc * photons) / photons


def _add_impulse_noise(image_hwc, share, rng):
    hit_hwc, salt_hwc = rng.random((2, *image_hwc.shape))
    return np.where(hit_hwc < share, np.round(salt_hwc), image_hwc)


def _blur(image_hwc, pixels, rng):
    return ndimage.gaussian_filter(image_hwc, (pixels, pixels, 0), mode="nearest")


def _add_fog(image_hwc, strength, rng):
    density, decay = strength
    height, width, _ = image_hwc.shape
    plasma = _plasma(1 << (max(height, width) - 1).bit_length(), decay, rng)[:height, :width, None]
    brightest = image_hwc.max()
    return (image_hwc + density * plasma) * brightest / (brightest + density)


def _brighten(image_hwc, added, rng):
    # HSV's value, the largest channel, is raised; hue and saturation stay if all channels grow in one proportion.
    value_hw1 = image_hwc.max(axis=2, keepdims=True)
    raised_hw1 = np.minimum(value_hw1 + added, 1)
    return np.where(value_hw1 > 0, image_hwc * raised_hw1 / np.maximum(value_hw1, 1e-12), raised_hw1)


def _lower_contrast(image_hwc, factor, rng):
    means_c = image_hwc.mean(axis=(0, 1))
    return (image_hwc - means_c) * factor + means_c


def _pixelate(image_hwc, scale, rng):
    picture = _picture(image_hwc)
    small = picture.resize([int(side * scale) for side in picture.size], Image.Resampling.BOX)
    return np.asarray(small.resize(picture.size, Image.Resampling.BOX)) / 255.0


def _compress(image_hwc, quality, rng):
    stream = io.BytesIO()
    _picture(image_hwc).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream)) / 255.0


def _picture(image_hwc: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(255 * image_hwc).astype(np.uint8))


def _plasma(side: int, decay: float, rng: np.random.Generator) -> np.ndarray:
    """Return a cloudy picture (side, side) in 0-1 whose edges meet, by the diamond-square algorithm.

    Args:
        side: a power of two.
        decay: the random part shrinks by its square from one scale to the next finer one.
        rng: where it is drawn from.
    """
    heights = np.zeros((side, side))
    step, reach = side, 1.0
    while step >= 2:
        half = step // 2
        corners = heights[::step, ::step]
        random = rng.uniform(-reach, reach, (3, *corners.shape))
        right, below = np.roll(corners, -1, 1), np.roll(corners, -1, 0)
        centres = (corners + right + below + np.roll(right, -1, 0)) / 4 + random[0]
        heights[half::step, half::step] = centres
        heights[::step, half::step] = (corners + right + centres + np.roll(centres, 1, 0)) / 4 + random[1]
        heights[half::step, ::step] = (corners + below + centres + np.roll(centres, 1, 1)) / 4 + random[2]
        step, reach = half, reach / decay**2
    return (heights - heights.min()) / np.ptp(heights)


# (float64 (H, W, 3) in 0-1, strength, generator) → (H, W, 3), clipped to 0-1 afterwards.
_SPOIL: dict[str, Callable[[np.ndarray, Any, np.random.Generator], np.ndarray]] = {
    "gaussian_noise": _add_gaussian_noise,
    "shot_noise": _add_shot_noise,
    "impulse_noise": _add_impulse_noise,
    "gaussian_blur": _blur,
    "fog": _add_fog,
    "brightness": _brighten,
    "contrast": _lower_contrast,
    "pixelate": _pixelate,
    "jpeg": _compress,
}
