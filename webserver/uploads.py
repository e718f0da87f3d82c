"""From a request's bytes to pixels: limits before decoding, then every kind of file to plain RGB.

Nothing is written to disk. What an image file says of itself is believed only as far as it can do no harm: size and
format are read from the header and checked before any pixel is decoded.
"""

import io
import warnings
from dataclasses import dataclass

import numpy as np
from flask import Request
from PIL import Image, ImageOps, UnidentifiedImageError
from werkzeug.exceptions import HTTPException

from text_to_image.resampling import to_study_size
from webserver.problems import ProblemError

FORMATS = ("PNG", "JPEG", "WEBP")
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_THIN = 64
# The tag in which a camera says how it was held, and its values for a quarter turn.
_ORIENTATION, _LYING = 0x0112, (5, 6, 7, 8)


class MemoryRequest(Request):
    """A request whose files stay in memory, where Werkzeug would put larger ones into temporary files."""

    def _get_file_stream(self, *described, **more) -> io.BytesIO:
        return io.BytesIO()


@dataclass(frozen=True)
class Photograph:
    """A photograph as it came, and as the networks see it.

    Attributes:
        width, height: in pixels, after it was turned upright.
        small_hwc: uint8 (32, 32, 3), 0-255 RGB: the central square, shrunk.
    """

    width: int
    height: int
    small_hwc: np.ndarray


def read_uploads(request: Request, most: int, max_pixels: int) -> list[Photograph]:
    """Return the photographs of a request: its body, or the parts named `image` of a multipart form.

    Raises:
        ProblemError: 400, 413, 415 or 422, which says what is wrong with which of them.
    """
    kind = (request.mimetype or "").lower()
    if kind == "multipart/form-data":
        try:
            files = [part.read() for part in request.files.getlist("image")]
        except HTTPException:
            raise
        except ValueError as error:
            raise ProblemError(400, f"the form cannot be read: {error}") from error
        if not files:
            raise ProblemError(400, "the form has no file part named image")
    elif kind in MEDIA_TYPES:
        files = [request.get_data(cache=False)]
    else:
        raise ProblemError(415, f"send {', '.join(MEDIA_TYPES)}, or multipart/form-data with parts named image")
    if len(files) > most:
        raise ProblemError(413, f"{len(files)} photographs in one request; {most} are the most")
    return [read_photograph(data, max_pixels, place) for place, data in enumerate(files)]


def read_photograph(data: bytes, max_pixels: int, place: int = 0) -> Photograph:
    """Decode one photograph.

    Raises:
        ProblemError: 413 for too many pixels, 415 for another format or an animation, 422 for a spoilt file.
    """
    which = f"image {place}"
    try:
        with warnings.catch_warnings():
            # Pillow only warns of images that could be bombs; the limit here is lower than its own.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ProblemError(415, f"{which} is no PNG, JPEG or WebP", image=place) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ProblemError(413, f"{which} has too many pixels; {max_pixels} are the most", image=place) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        raise ProblemError(422, f"{which} cannot be decoded: its header is spoilt", image=place) from error
    with image:
        _check_header(image, max_pixels, which, place)
        return _decode(image, which, place)


def _check_header(image: Image.Image, max_pixels: int, which: str, place: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise ProblemError(413, f"{which} is {width}×{height} pixels; {max_pixels} in all are the most", image=place)
    if not width or not height or max(width, height) > _THIN * min(width, height):
        raise ProblemError(422, f"{which} is {width}×{height} pixels: too thin to show anything", image=place)
    # Phones put a second view into a JPEG (MPO); the first is the photograph.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise ProblemError(415, f"{which} is animated; send a single picture", image=place)


def _decode(image: Image.Image, which: str, place: int) -> Photograph:
    try:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in _LYING:
            width, height = height, width
        # A large JPEG is decoded at a fraction of its size, of which 32×32 is still a small part.
        image.draft(None, (512, 512))
        ImageOps.exif_transpose(image, in_place=True)
        rgb = np.asarray(_as_rgb(image))
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError, KeyError, TypeError) as error:
        raise ProblemError(422, f"{which} cannot be decoded: the file is cut off or spoilt", image=place) from error
    except Exception as error:  # Pillow answers damage in metadata with errors of many unrelated types.
        if type(error).__module__.startswith(("PIL", "struct", "zlib")):
            raise ProblemError(422, f"{which} cannot be decoded: the file is spoilt", image=place) from error
        raise
    return Photograph(width, height, to_study_size(rgb, "box"))


def _as_rgb(image: Image.Image) -> Image.Image:
    """Return `image` as 8-bit RGB: 16 bits scaled down, what is transparent laid on white."""
    if image.mode in _SIXTEEN_BIT:
        values = np.asarray(image, np.float64)
        scale = 257.0 if image.mode != "F" or values.max() > 255 else 1.0
        image = Image.fromarray(np.clip(np.nan_to_num(values) / scale, 0, 255).round().astype(np.uint8))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    return image if image.mode == "RGB" else image.convert("RGB")
