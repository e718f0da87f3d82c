"""Photographs spoilt in common ways at five strengths, in the manner of CIFAR-10-C.

Names and strengths are those of Hendrycks & Dietterich (2019, arXiv 1903.12261) in the code that made CIFAR-10-C; the
images are not theirs, but are made here. Two things differ: pixels are rounded, not cut off, and what is random is
drawn for each photograph from its own number, so that it is spoilt alike in any batch, order or selection, and by the
same draw at every strength.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

SEVERITIES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Corruption:
    """A way to spoil a photograph.

    Attributes:
        spoil: (float64 (H, W, 3) in 0-1, strength, generator) → (H, W, 3), clipped to 0-1 afterwards.
        strengths: the strength at severities 1 to 5.
        meaning: what the strength is.
    """

    spoil: Callable[[np.ndarray, Any, np.random.Generator], np.ndarray]
    strengths: tuple[Any, ...]
    meaning: str


def corrupt(images_nhwc: np.ndarray, indices_n: np.ndarray, name: str, severity: int) -> np.ndarray:
    """Return the photographs spoilt by corruption `name`, uint8 (N, H, W, 3).

    Args:
        images_nhwc: uint8 (N, H, W, 3), 0-255 RGB.
        indices_n: (N,) the photographs' numbers within their source, which the random part is drawn from.
        name: one of `CORRUPTIONS`.
        severity: one of `SEVERITIES`, 1 the mildest.

    Raises:
        ValueError: there is no such corruption or severity.
    """
    if name not in CORRUPTIONS or severity not in SEVERITIES:
        raise ValueError(f"no corruption {name!r} of severity {severity!r}")
    corruption = CORRUPTIONS[name]
    strength = corruption.strengths[severity - 1]
    spoilt_nhwc = np.empty_like(images_nhwc)
    for row, (image_hwc, index) in enumerate(zip(images_nhwc, indices_n, strict=True)):
        rng = np.random.default_rng([int(index), *name.encode()])
        result_hwc = corruption.spoil(image_hwc / 255.0, strength, rng)
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


CORRUPTIONS: dict[str, Corruption] = {
    "gaussian_noise": Corruption(
        _add_gaussian_noise, (0.04, 0.06, 0.08, 0.09, 0.10), "standard deviation of the noise, pixels being 0-1"
    ),
    "shot_noise": Corruption(_add_shot_noise, (500, 250, 100, 75, 50), "photons of a white pixel"),
    "impulse_noise": Corruption(_add_impulse_noise, (0.01, 0.02, 0.03, 0.05, 0.07), "share of values black or white"),
    "gaussian_blur": Corruption(_blur, (0.4, 0.6, 0.7, 0.8, 1.0), "standard deviation of the blur in pixels"),
    "fog": Corruption(
        _add_fog, ((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)), "density; decay, lower is more broken up"
    ),
    "brightness": Corruption(_brighten, (0.05, 0.1, 0.15, 0.2, 0.3), "added to HSV's value, 0-1"),
    "contrast": Corruption(_lower_contrast, (0.75, 0.5, 0.4, 0.3, 0.15), "factor of the distance to the mean colour"),
    "pixelate": Corruption(_pixelate, (0.95, 0.9, 0.85, 0.75, 0.65), "side after reduction, relative to before"),
    "jpeg": Corruption(_compress, (80, 65, 58, 50, 40), "JPEG quality, 0-100"),
}
