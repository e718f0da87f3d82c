"""How much fine texture an image has, place by place and band by band.

A decoder that is trained for the smallest error returns the mean of what it cannot know, and the mean is smooth.
People hardly see it; a classifier trained on such images takes every real photograph for the class with most grain.
This distance asks for the right amount of texture at each place, whatever its exact pattern, as texture synthesis does
with the energies of filter responses (Heeger & Bergen 1995).
"""

import numpy as np
import torch
from torch.nn import functional

_WINDOW = 6
# Smallest response that counts, in units of the images' range -1..1: a fifth of one of 256 steps, squared.
_FLOOR = 1e-5
# Luminance and the two colour differences (ITU-R BT.601): a band of colour counts as much as one of brightness.
_LUMA_CHROMA = ((0.299, 0.587, 0.114), (-0.169, -0.331, 0.5), (0.5, -0.419, -0.081))


def texture_bands(images: torch.Tensor) -> torch.Tensor:
    """Return the local strength of 8 bands of 3 channels, float32 (N, 3, 8, P), for images (N, 3, H, W) in -1..1.

    The bands are the 3x3 discrete cosine transform's but the mean's; strength is the root mean square over a window.
    """
    channels = torch.einsum("oc,nchw->nohw", torch.tensor(_LUMA_CHROMA), images)
    responses = functional.conv2d(channels.flatten(0, 1)[:, None], _cosine_filters())
    strength = (functional.avg_pool2d(responses.square(), _WINDOW, _WINDOW // 2) + _FLOOR).sqrt()
    return strength.view(len(images), 3, 8, -1)


class TextureDistance:
    """Mean difference of texture, each band in units of its mean strength in photographs."""

    def __init__(self, photographs: torch.Tensor):
        """Measure the bands' mean strengths in `photographs` (N, 3, H, W), -1..1."""
        self._mean_strength = texture_bands(photographs).mean((0, 3))

    def __call__(self, images: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        """Return a scalar: 0 for images of the same texture, about 1 for an image against an even surface."""
        differences = (texture_bands(images) - texture_bands(others)).abs().mean((0, 3))
        return (differences / self._mean_strength).mean()


def _cosine_filters() -> torch.Tensor:
    """Return the eight filters, float32 (8, 1, 3, 3), each of unit norm."""
    rows = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
    filters = np.stack([np.outer(row, column) for row in rows for column in rows][1:])
    return torch.from_numpy(filters).float()[:, None]
