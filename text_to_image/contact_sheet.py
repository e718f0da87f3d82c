"""Images side by side on one picture, each with its label, under a heading; enlarged without smoothing."""

import textwrap
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

_ENLARGEMENT = 6
_MOST_COLUMNS = 8
_GAP = 12
_INK, _FAINT_INK, _PAPER = "#1a1a1a", "#595959", "#ffffff"
_HEADING_SIZE, _TEXT_SIZE, _LABEL_SIZE = 22, 16, 14
_LEAST_WIDTH = 640


def contact_sheet(images_nhwc: np.ndarray, labels: Sequence[str], heading: str, text: str = "") -> Image.Image:
    """Return the images in rows of at most eight, six times their size, pixel for pixel.

    Args:
        images_nhwc: uint8 (N, H, W, 3), N at least 1.
        labels: N short texts, each under its image.
        heading: written above, in large letters.
        text: written below the heading; nothing where empty.
    """
    count, height, width, _ = images_nhwc.shape
    columns = min(count, _MOST_COLUMNS)
    cell_width, cell_height = width * _ENLARGEMENT + _GAP, height * _ENLARGEMENT + _LABEL_SIZE + _GAP
    sheet_width = max(_LEAST_WIDTH, columns * cell_width + _GAP)
    lines = [(line, _HEADING_SIZE, _INK) for line in _wrapped(heading, _HEADING_SIZE, sheet_width)]
    lines += [(line, _TEXT_SIZE, _FAINT_INK) for line in _wrapped(text, _TEXT_SIZE, sheet_width)]
    top = _GAP + sum(_line_height(size) for _, size, _ in lines) + _GAP
    sheet = Image.new("RGB", (sheet_width, top + -(-count // columns) * cell_height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    y = _GAP
    for line, size, ink in lines:
        pen.text((_GAP, y), line, fill=ink, font=ImageFont.load_default(size))
        y += _line_height(size)
    for number, (image, label) in enumerate(zip(images_nhwc, labels, strict=True)):
        x, y = _GAP + number % columns * cell_width, top + number // columns * cell_height
        sheet.paste(Image.fromarray(image.repeat(_ENLARGEMENT, axis=0).repeat(_ENLARGEMENT, axis=1)), (x, y))
        pen.text((x, y + height * _ENLARGEMENT + 2), label, fill=_FAINT_INK, font=ImageFont.load_default(_LABEL_SIZE))
    return sheet


def _wrapped(text: str, size: int, width: int) -> list[str]:
    letter = ImageFont.load_default(size).getlength("n")
    return textwrap.wrap(text, int((width - 2 * _GAP) / letter))


def _line_height(size: int) -> int:
    return round(1.3 * size)
