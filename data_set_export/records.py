"""One image as lossless PNG with its name, its label and its row of metadata."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from photographs.photo_set import PhotoSet

_TAKEN = {"id", "file_name", "image", "label", "index"}


@dataclass(frozen=True)
class Record:
    """One image.

    Attributes:
        name: class and index, such as "cat/000012": unique in the data set, whatever the split.
        png: the encoded image, RGB, 8 bits a channel.
        metadata: the photo set's columns as plain Python values, in their order.
    """

    name: str
    label: str
    index: int
    png: bytes
    metadata: dict[str, Any]


def records(photo_set: PhotoSet) -> Iterator[Record]:
    """Yield the images by index, the classes in turn, so that the first n of them hold every class alike.

    Raises:
        ValueError: a metadata column has a name that the exported forms use for something else.
        RuntimeError: the decoded PNG is not the image.
    """
    for column in photo_set.metadata:
        # The image folder's readers open the files that such a column names, relative to the folder.
        if column in _TAKEN or column.endswith(("_file_name", "_file_names")):
            raise ValueError(f"the photographs have a metadata column {column!r}, a name that is taken; rename it")
    columns = {name: column.tolist() for name, column in photo_set.metadata.items()}
    for row in np.lexsort((photo_set.labels, photo_set.indices)).tolist():
        label, index = photo_set.classes[photo_set.labels[row]], int(photo_set.indices[row])
        name = f"{label}/{index:06d}"
        image = photo_set.images_nhwc[row]
        png = encode_png(image)
        if not np.array_equal(decode_png(png), image):
            raise RuntimeError(f"the PNG of image {name} does not hold its pixels; is Pillow as requirements.lock has?")
        yield Record(name, label, index, png, {key: values[row] for key, values in columns.items()})


def encode_png(image_hwc: np.ndarray) -> bytes:
    """Return a uint8 RGB image (H, W, 3) as PNG."""
    stream = io.BytesIO()
    Image.fromarray(image_hwc).save(stream, "PNG")
    return stream.getvalue()


def decode_png(png: bytes) -> np.ndarray:
    """Return the pixels of a PNG as it is, uint8 (H, W, 3) where it is RGB."""
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)
