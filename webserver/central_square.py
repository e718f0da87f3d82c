"""The central square of a decoded picture as plain RGB: 16 bits to 8, what is transparent on white.

A large picture is shrunk strip by strip, so that no copy of it all is made in another mode.
"""

import numpy as np
from PIL import Image

# A large square is shrunk by a whole factor to this many pixels a side or more, in strips of about as many pixels.
_SHRUNK_SIDE, _STRIP_PIXELS = 1024, 1_000_000
# Where a PNG says how many bits a value takes.
_PNG_BITS = 24


def central_square(image: Image.Image, data: bytes) -> Image.Image:
    """Return the central square of a loaded image as RGB.

    Args:
        data: the file that the image is of.
    """
    if image.format == "PNG" and "transparency" in image.info:
        image.info["transparency"] = _as_pixels_are(image, data[_PNG_BITS])
    side = min(image.size)
    left, top = ((length - side) // 2 for length in image.size)
    factor = side // _SHRUNK_SIDE
    if factor < 2:
        return _as_rgb(image.crop((left, top, left + side, top + side)))
    shrunk = Image.new("RGB", (-(-side // factor),) * 2)
    rows = factor * max(1, _STRIP_PIXELS // (side * factor))
    for row in range(0, side, rows):
        strip = image.crop((left, top + row, left + side, top + min(row + rows, side)))
        shrunk.paste(_as_rgb(strip).reduce(factor), (0, row // factor))
    return shrunk


def _as_pixels_are(image: Image.Image, bits: int) -> int | bytes | tuple[int, ...]:
    """Return the colour that a PNG calls transparent; Pillow scales pixels of 2, 4 and 16 bits to 8, but not it."""
    colour = image.info["transparency"]
    if image.mode == "L":
        return colour * 255 // (2**bits - 1)
    if image.mode == "RGB" and bits == 16:
        return tuple(value >> 8 for value in colour)
    return colour


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "I;16":
        values = np.asarray(image)
        grey = values >> 8
        if (transparent := image.info.get("transparency")) is not None:
            grey[values == transparent] = 255
        image = Image.fromarray(grey.astype(np.uint8))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    return image if image.mode == "RGB" else image.convert("RGB")
