"""Pixels as PNG: for data addresses, and as files that say how they were made."""

import base64
import io
from collections.abc import Mapping

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def png(image_hwc: np.ndarray, texts: Mapping[str, str] | None = None) -> bytes:
    """Return a PNG of uint8 (H, W, 3), with `texts` as its iTXt chunks."""
    information = PngInfo()
    for name, value in (texts or {}).items():
        information.add_itxt(name, value)
    stream = io.BytesIO()
    Image.fromarray(image_hwc).save(stream, "png", pnginfo=information, compress_level=1)
    return stream.getvalue()


def data_address(png_bytes: bytes) -> str:
    """Return a PNG as an address that holds it."""
    return "data:image/png;base64," + base64.b64encode(png_bytes).decode()
