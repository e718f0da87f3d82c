"""Photographs passed through the kernel that gives them the generated images' grain.

A resampling, a blur or an autoencoder's smoothing acts on grain like a linear filter. The filter here multiplies every
spatial frequency of every channel so that the photographs' mean power becomes that of the generated images. It leaves
mean colour and subject alone: what tells such photographs from untouched ones is the kernel. What still tells generated
images from them is something else only as far as the kernel did its work: means are matched, not how power is
distributed about them, and rounding to whole levels undoes a little. The spectrum's probe shows what is left.
"""

import numpy as np
from scipy import fft

from transfer_analysis.domain_gap.low_level import radial_mean, radii

_AXES = (1, 2)
# What rounding to whole levels adds at every frequency (the variance of a uniform error of one level).
_ROUNDING = 1 / 12
_LEAST_POWER = 1e-6


def fit_filter(source_nhwc: np.ndarray, target_mhwc: np.ndarray) -> np.ndarray:
    """Return the factors (R, 3) by frequency and channel that give `source` the mean power of `target`.

    Args:
        source_nhwc, target_mhwc: uint8 images of one size, with the same share of every class.
    """
    source_rc, target_rc = _mean_power(source_nhwc), _mean_power(target_mhwc)
    # The result is rounded once more, and so is what comes on top of the filtered power.
    factors_rc = np.sqrt(np.maximum(target_rc - _ROUNDING, _LEAST_POWER) / np.maximum(source_rc, _LEAST_POWER))
    factors_rc[0] = 1
    return factors_rc


def apply_filter(images_nhwc: np.ndarray, factors_rc: np.ndarray) -> np.ndarray:
    """Return the images, uint8, with every frequency of every channel multiplied by its factor."""
    _, height, width, _ = images_nhwc.shape
    transformed = fft.dctn(images_nhwc.astype(np.float64), axes=_AXES, norm="ortho")
    transformed *= factors_rc[radii(height, width)]
    filtered = fft.idctn(transformed, axes=_AXES, norm="ortho")
    return np.clip(np.round(filtered), 0, 255).astype(np.uint8)


def _mean_power(images_nhwc: np.ndarray) -> np.ndarray:
    _, height, width, _ = images_nhwc.shape
    power = fft.dctn(images_nhwc.astype(np.float64), axes=_AXES, norm="ortho") ** 2
    return radial_mean(power.mean(axis=0).transpose(2, 0, 1), radii(height, width)).T
