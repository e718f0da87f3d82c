"""Images as a few numbers that hold no subject: grain, colour, and how they take to JPEG compression.

What tells generated images from photographs by these alone needs no notion of what is to be seen in them.
"""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from scipy import fft

JPEG_QUALITIES = (90, 70, 50)
# Rec. 601, the luminance of JPEG.
_LUMINANCE = np.array([0.299, 0.587, 0.114])
_LEAST_POWER = 1e-3


def power_spectrum(images_nhwc: np.ndarray) -> np.ndarray:
    """Return float64 (N, R): log10 of the luminance's mean power at each spatial frequency, in cycles an image, from 1.

    Frequencies are those of the cosine transform, which no jump between opposite edges disturbs, averaged over all
    orientations.
    """
    _, height, width, _ = images_nhwc.shape
    power_nhw = fft.dctn(images_nhwc @ _LUMINANCE, axes=(1, 2), norm="ortho") ** 2
    return np.log10(radial_mean(power_nhw, radii(height, width))[:, 1:] + _LEAST_POWER)


def radii(height: int, width: int) -> np.ndarray:
    """Return int (height, width): the frequency of each coefficient of the cosine transform, in cycles an image."""
    return np.round(np.hypot(*np.meshgrid(np.arange(height), np.arange(width), indexing="ij")) / 2).astype(int)


def radial_mean(values_nhw: np.ndarray, radii_hw: np.ndarray) -> np.ndarray:
    """Return (N, R): the mean of the values at each radius from 0."""
    flat_nf, radii_f = values_nhw.reshape(len(values_nhw), -1), radii_hw.ravel()
    at_radius_fr = np.eye(radii_f.max() + 1)[radii_f]
    return flat_nf @ at_radius_fr / at_radius_fr.sum(axis=0)


def colour_statistics(images_nhwc: np.ndarray) -> np.ndarray:
    """Return float64 (N, 12): mean, deviation and skewness of each channel (levels of 0-1), and their correlations."""
    pixels_npc = images_nhwc.reshape(len(images_nhwc), -1, 3) / 255.0
    means_nc = pixels_npc.mean(axis=1)
    apart_npc = pixels_npc - means_nc[:, None]
    deviations_nc = np.sqrt(np.square(apart_npc).mean(axis=1))
    scaled_npc = apart_npc / np.maximum(deviations_nc, 1 / 255)[:, None]
    correlations_ncc = scaled_npc.transpose(0, 2, 1) @ scaled_npc / scaled_npc.shape[1]
    pairs = correlations_ncc[:, [0, 0, 1], [1, 2, 2]]
    return np.concatenate([means_nc, deviations_nc, (scaled_npc**3).mean(axis=1), pairs], axis=1)


def jpeg_behaviour(images_nhwc: np.ndarray) -> np.ndarray:
    """Return float64 (N, 6): for each of JPEG_QUALITIES the log2 of the file's bytes, and of what is lost.

    What is lost is the root mean square error (levels of 0-255) after encoding, plus one level.
    """
    return np.array(
        [[number for quality in JPEG_QUALITIES for number in _encode(image, quality)] for image in images_nhwc]
    )


def _encode(image_hwc: np.ndarray, quality: int) -> tuple[float, float]:
    stream = io.BytesIO()
    Image.fromarray(image_hwc).save(stream, "JPEG", quality=quality)
    lost_hwc = np.asarray(Image.open(stream), np.float64) - image_hwc
    return np.log2(stream.tell()), np.log2(1 + np.sqrt(np.square(lost_hwc).mean()))


DESCRIPTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "spectrum": power_spectrum,
    "colour": colour_statistics,
    "jpeg": jpeg_behaviour,
}


def describe_low_level(images_nhwc: np.ndarray) -> dict[str, np.ndarray]:
    """Return every description of uint8 images (N, H, W, 3), and "low_level": all of them side by side."""
    described = {name: describe(images_nhwc) for name, describe in DESCRIPTIONS.items()}
    return {**described, "low_level": np.concatenate(list(described.values()), axis=1)}
