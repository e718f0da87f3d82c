"""From a request's bytes to pixels: limits before decoding, then every kind of file to plain RGB.

Nothing is written to disk. What an image file says of itself is believed only as far as it can do no harm: size and
format are read from the header and checked before any pixel is decoded, and of a large picture little more is ever in
memory than its own pixels, once.
"""

import io
import re
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Semaphore

import numpy as np
from flask import Request
from PIL import Image, UnidentifiedImageError
from werkzeug.exceptions import HTTPException

from text_to_image.resampling import to_study_size
from webserver.central_square import central_square
from webserver.problems import ProblemError
from webserver.upright import is_lying, orientation, turned_upright

# The limit is the setting's. Pillow's own would stand below it, and speak of it in other words.
Image.MAX_IMAGE_PIXELS = None
# What Pillow warns of is in strangers' files, and each in other words: it would fill the log.
warnings.filterwarnings("ignore", module=r"PIL\.")

FORMATS = ("PNG", "JPEG", "WEBP")
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
_THIN = 64
# Each scan of a JPEG goes over all of its pixels and may take a few bytes. Progressive files have some ten.
_MOST_SCANS = 100
# A JPEG's markers; what follows 0xFF in compressed data, and where a decoder may begin anew, is none of them.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN, _END, _BARE = 0xDA, 0xD9, (0x01, 0xD8)
# Larger pictures are decoded two at a time, for each may take hundreds of megabytes and a second, and a few megabytes
# each are much where every thread has one; and by the same two threads, for the system's allocator keeps for a thread
# what it has freed.
_LARGE_PIXELS, _TURN_SECONDS, _LARGE_AT_ONCE = 500_000, 2, 2
_turns = Semaphore(_LARGE_AT_ONCE)
_large_pictures = ThreadPoolExecutor(_LARGE_AT_ONCE, "large-picture")


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

    Args:
        most: photographs.
        max_pixels: of all photographs together.

    Raises:
        ProblemError: 400, 413, 415, 422 or 503, which says what is wrong with which of them.
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
    photographs: list[Photograph] = []
    for place, data in enumerate(files):
        pixels = sum(photograph.width * photograph.height for photograph in photographs)
        photographs.append(read_photograph(data, max_pixels, place, pixels))
    return photographs


def read_photograph(data: bytes, max_pixels: int, place: int = 0, pixels_before: int = 0) -> Photograph:
    """Decode one photograph, the request's number `place`, after others of `pixels_before` pixels.

    Raises:
        ProblemError: 413 for too many pixels, 415 for another format or an animation, 422 for a spoilt file, 503 if
            too many large ones come at once.
    """
    which = f"image {place}"
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ProblemError(415, f"{which} is no PNG, JPEG or WebP", image=place) from error
    except Exception as error:  # Pillow answers damage with errors of many unrelated types.
        raise ProblemError(422, f"{which} cannot be decoded: its header is spoilt", image=place) from error
    with image:
        _check_header(image, max_pixels, pixels_before, which, place)
        if image.format in ("JPEG", "MPO") and count_scans(data, _MOST_SCANS + 1) > _MOST_SCANS:
            raise ProblemError(422, f"{which} is a JPEG of more than {_MOST_SCANS} scans", image=place)
        return _in_turn(image.width * image.height, lambda: _decode(image, data, which, place))


def _check_header(image: Image.Image, max_pixels: int, pixels_before: int, which: str, place: int) -> None:
    width, height = image.size
    if pixels_before + width * height > max_pixels:
        raise ProblemError(
            413, f"{which} is {width}×{height} pixels; {max_pixels} in all are a request's most", image=place
        )
    if not width or not height or max(width, height) > _THIN * min(width, height):
        raise ProblemError(422, f"{which} is {width}×{height} pixels: too thin to show anything", image=place)
    # Phones put a second view into a JPEG (MPO); the first is the photograph.
    if getattr(image, "is_animated", False) and image.format != "MPO":
        raise ProblemError(415, f"{which} is animated; send a single picture", image=place)


def count_scans(data: bytes, most: int) -> int:
    """Return how many scans a JPEG has, or `most`; what phones put behind its end, a film or another view, has none."""
    scans, place = 0, 0
    while scans < most and (found := _MARKER.search(data, place)) and (marker := data[found.end() - 1]) != _END:
        scans += marker == _SCAN
        length = 0 if marker in _BARE else int.from_bytes(data[found.end() : found.end() + 2], "big")
        place = found.end() + length
    return scans


def _in_turn(pixels: int, decode: Callable[[], Photograph]) -> Photograph:
    """Return the decoded picture; of a large one after a wait, not a long one: it holds one of the server's threads."""
    if pixels <= _LARGE_PIXELS:
        return decode()
    if not _turns.acquire(timeout=_TURN_SECONDS):
        raise ProblemError(503, "too many large photographs at once", {"Retry-After": "2"})
    try:
        return _large_pictures.submit(decode).result()
    finally:
        _turns.release()


def _decode(image: Image.Image, data: bytes, which: str, place: int) -> Photograph:
    width, height = image.size
    try:
        # A large JPEG is decoded at a fraction of its size, of which 32×32 is still a small part.
        image.draft(None, (512, 512))
        image.load()
        held = orientation(image)
        square = turned_upright(central_square(image, data), held)
        small_hwc = to_study_size(np.asarray(square), "box")
    except Exception as error:  # Pillow answers damage with errors of many unrelated types.
        raise ProblemError(422, f"{which} cannot be decoded: the file is cut off or spoilt", image=place) from error
    return Photograph(*((height, width) if is_lying(held) else (width, height)), small_hwc)
