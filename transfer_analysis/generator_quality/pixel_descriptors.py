"""Photographs as small vectors of pixels that brightness and contrast do not move."""

import numpy as np

SIDE = 16
# Below this deviation (grey levels of 0-255) an image is taken for flat: its noise is not blown up to a picture.
_FLAT = 1.0


def describe_pixels(images_nhwc: np.ndarray) -> np.ndarray:
    """Return float32 (N, 768): each image averaged down to 16×16, less its mean, at unit length.

    The Euclidean distance of two descriptors is √(2 − 2 r), with r the correlation of the small images' pixels: 0 for
    a copy, whatever its brightness and contrast, √2 for unrelated images.

    Args:
        images_nhwc: uint8 (N, H, W, 3); H and W are multiples of 16.
    """
    n, height, width, channels = images_nhwc.shape
    if height % SIDE or width % SIDE:
        raise ValueError(f"images of {height}×{width} pixels cannot be averaged down to {SIDE}×{SIDE}")
    tiles = images_nhwc.reshape(n, SIDE, height // SIDE, SIDE, width // SIDE, channels)
    small_nd = tiles.mean(axis=(2, 4), dtype=np.float32).reshape(n, -1)
    small_nd -= small_nd.mean(axis=1, keepdims=True)
    shortest = _FLAT * np.sqrt(small_nd.shape[1])
    return small_nd / np.maximum(np.linalg.norm(small_nd, axis=1, keepdims=True), shortest)


def mirror(images_nhwc: np.ndarray) -> np.ndarray:
    """Return the images mirrored left to right."""
    return images_nhwc[:, :, ::-1]
