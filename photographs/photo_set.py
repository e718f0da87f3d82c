"""A set of photographs in one file: images, labels, indices, and one row of metadata an image.

The file is an uncompressed NumPy `.npz` without pickled objects, so `numpy.load` reads it anywhere.
It carries a digest of its own content, checked on every read.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from photographs.digests import image_digest, set_digest
from photographs.verified_arrays import read_arrays, write_arrays

_METADATA_PREFIX = "metadata."


@dataclass(frozen=True)
class PhotoSet:
    """Photographs of one kind.

    Attributes:
        images_nhwc: uint8 (N, H, W, 3), RGB, 0-255.
        labels: int32 (N,), positions in `classes`.
        indices: int64 (N,), each image's number within its source: CIFAR-10's file order for real
            photographs, the image's index within its class for generated ones.
        classes: class names; a label is a position here.
        metadata: columns by name, each an array (N,) of a plain dtype.
    """

    images_nhwc: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]
    metadata: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        n = len(self.images_nhwc)
        for name, column in {"labels": self.labels, "indices": self.indices, **self.metadata}.items():
            if len(column) != n:
                raise ValueError(f"{name} has {len(column)} rows for {n} images")

    def __len__(self) -> int:
        return len(self.images_nhwc)

    def digest(self) -> str:
        """Return a digest of the classes and images that does not depend on their order."""
        names = (self.classes[label] for label in self.labels)
        return set_digest(f"{name} {image_digest(image)}" for name, image in zip(names, self.images_nhwc, strict=True))

    def select(self, rows: np.ndarray) -> "PhotoSet":
        """Return the images at `rows` (positions or a boolean mask), with their labels and metadata."""
        return PhotoSet(
            self.images_nhwc[rows],
            self.labels[rows],
            self.indices[rows],
            self.classes,
            {name: column[rows] for name, column in self.metadata.items()},
        )


def no_photos(photo_set: PhotoSet) -> PhotoSet:
    """Return a set of the same classes that holds nothing."""
    return photo_set.select(np.arange(0))


def concatenate(photo_sets: list[PhotoSet]) -> PhotoSet:
    """Join sets of the same classes; keep the metadata columns that all of them have."""
    if len({photo_set.classes for photo_set in photo_sets}) != 1:
        raise ValueError("photo sets of different classes cannot be joined")
    shared = set.intersection(*(set(photo_set.metadata) for photo_set in photo_sets))
    return PhotoSet(
        np.concatenate([photo_set.images_nhwc for photo_set in photo_sets]),
        np.concatenate([photo_set.labels for photo_set in photo_sets]),
        np.concatenate([photo_set.indices for photo_set in photo_sets]),
        photo_sets[0].classes,
        {
            name: np.concatenate([photo_set.metadata[name] for photo_set in photo_sets])
            for name in photo_sets[0].metadata
            if name in shared
        },
    )


def write_photo_set(path: Path, photo_set: PhotoSet) -> None:
    """Write `photo_set` atomically to `path` (`.npz`)."""
    arrays = {
        "images": np.ascontiguousarray(photo_set.images_nhwc, np.uint8),
        "labels": np.asarray(photo_set.labels, np.int32),
        "indices": np.asarray(photo_set.indices, np.int64),
        "classes": np.asarray(photo_set.classes),
        **{_METADATA_PREFIX + name: np.asarray(column) for name, column in photo_set.metadata.items()},
    }
    write_arrays(path, arrays)


def read_photo_set(path: Path) -> PhotoSet:
    """Read a file that `write_photo_set` wrote.

    Raises:
        CorruptFileError: the file is truncated, altered or of another format.
        FileNotFoundError: there is no such file.
    """
    arrays = read_arrays(path, "a photo set", ("images", "labels", "indices", "classes"))
    return PhotoSet(
        arrays["images"],
        arrays["labels"],
        arrays["indices"],
        tuple(str(name) for name in arrays["classes"]),
        {
            name.removeprefix(_METADATA_PREFIX): column
            for name, column in arrays.items()
            if name.startswith(_METADATA_PREFIX)
        },
    )
