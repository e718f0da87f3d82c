"""From the model's own size to 32x32: the step that decides how sharp or aliased generated photographs are."""

from typing import Literal

import numpy as np
from PIL import Image

from text_to_image.config import ResamplingKernel

IMAGE_SIZE = 32


def to_study_size(image_hwc: np.ndarray, kernel: ResamplingKernel | Literal["none"]) -> np.ndarray:
    """Return a uint8 image (H, W, 3) at 32x32, or untouched for "none".

    The longer side is first cut to a central square. Pillow widens each kernel by the shrinking factor, so that every
    source pixel counts: what others call anti-aliasing. An image that is 32x32 already passes untouched.
    """
    if kernel == "none":
        return image_hwc
    side = min(image_hwc.shape[:2])
    top, left = ((length - side) // 2 for length in image_hwc.shape[:2])
    square = Image.fromarray(image_hwc[top : top + side, left : left + side])
    return np.asarray(square.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling[kernel.upper()]))
