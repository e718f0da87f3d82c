"""Turn a photograph upright, as its camera says it was held."""

from PIL import Image

_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UPRIGHT = 1


def orientation(image: Image.Image) -> int:
    """Return EXIF's orientation of a loaded image, 1 to 8; 1, upright, where it cannot be read: the pixels are good."""
    try:
        found = image.getexif().get(_TAG)
        return found if found in _TURNS else _UPRIGHT
    except Exception:  # Pillow answers damage with errors of many unrelated types.
        return _UPRIGHT


def is_lying(orientation: int) -> bool:
    """Return whether width and height change places."""
    return orientation >= 5


def turned_upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return an image turned or mirrored as `orientation` says."""
    return image if orientation == _UPRIGHT else image.transpose(_TURNS[orientation])
