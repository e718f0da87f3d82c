"""A photo set whose arrays lie in files, to be filled piece by piece: it may be larger than the machine's memory."""

import os
from pathlib import Path

import numpy as np

from photographs.photo_set import PhotoSet


def empty_photo_set(
    folder: Path, rows: int, image_shape: tuple[int, ...], classes: tuple[str, ...], metadata: dict[str, np.dtype]
) -> PhotoSet:
    """Return a photo set of `rows` images, all zero, in files of `folder` (made if need be); see `fill`.

    Args:
        image_shape: (H, W, 3).
        metadata: the columns' dtypes by name.

    Raises:
        OSError: the disk has no room for it.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def in_file(name: str, dtype: np.dtype | type, *shape: int) -> np.ndarray:
        path = folder / f"{name}.npy"
        array = np.lib.format.open_memmap(path, "w+", dtype, (rows, *shape))
        _take_room(path)
        return array

    return PhotoSet(
        in_file("images", np.uint8, *image_shape),
        in_file("labels", np.int32),
        in_file("indices", np.int64),
        classes,
        {name: in_file(f"metadata.{name}", dtype) for name, dtype in metadata.items()},
    )


def _take_room(path: Path) -> None:
    """Have the disk give the file its room now: a process that fills a mapped file on a full disk is killed."""
    with open(path, "r+b") as stream:
        try:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error


def fill(whole: PhotoSet, first_row: int, piece: PhotoSet) -> int:
    """Copy `piece` into `whole` from `first_row` on, without columns that `whole` lacks; return the row after it."""
    end = first_row + len(piece)
    rows = slice(first_row, end)
    whole.images_nhwc[rows], whole.labels[rows], whole.indices[rows] = piece.images_nhwc, piece.labels, piece.indices
    for name, column in whole.metadata.items():
        column[rows] = piece.metadata[name]
    return end
