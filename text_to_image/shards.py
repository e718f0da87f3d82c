"""A shard: some images of one class in one file, drawn batch by batch so that a kill costs at most the last batch."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import PhotoSet, concatenate, read_photo_set, write_photo_set
from photographs.progress import Progress

Take = Callable[[PhotoSet], None]
DrawEach = Callable[[str, Sequence[int], Take], None]


def generate_shard(
    make_draw_each: Callable[[], DrawEach],
    class_name: str,
    indices: range,
    batch_size: int,
    state_folder: Path,
    output: Path,
) -> None:
    """Draw the class's images at `indices` and write them as one photo set to `output`.

    Args:
        make_draw_each: loads the model and returns the function that draws (`Sampler.draw_each`); not called where
            nothing is left to draw.
        batch_size: finished images between two saves, at least. It changes no image.
        state_folder: keeps finished batches until the shard is whole; its name must tell generators apart.
    """
    with exclusive_folder(state_folder):
        saved = _SavedBatches(state_folder, batch_size)
        left = [index for index in indices if index not in saved.indices]
        if left:
            draw_each = make_draw_each()
            what = f"{class_name} {indices.start}-{indices.stop - 1}"
            with Progress(len(indices), what, "images", len(indices) - len(left)) as progress:

                def take(drawn: PhotoSet) -> None:
                    saved.add(drawn)
                    progress.advance(len(drawn))

                draw_each(class_name, left, take)
                saved.flush()
        shard = concatenate(saved.batches)
        rows = np.argsort(shard.indices)
        write_photo_set(output, shard.select(rows[np.isin(shard.indices[rows], indices)]))
        shutil.rmtree(state_folder)


class _SavedBatches:
    """Images of an unfinished shard, each batch in a file named for its first image's index."""

    def __init__(self, folder: Path, batch_size: int):
        self._folder, self._batch_size = folder, batch_size
        self._unsaved: list[PhotoSet] = []
        self.batches = _read_batches(folder)
        self.indices = {int(index) for batch in self.batches for index in batch.indices}

    def add(self, drawn: PhotoSet) -> None:
        self._unsaved.append(drawn)
        if sum(map(len, self._unsaved)) >= self._batch_size:
            self.flush()

    def flush(self) -> None:
        if self._unsaved:
            batch = concatenate(self._unsaved)
            write_photo_set(self._folder / f"from_{batch.indices[0]:08d}.npz", batch)
            self.batches.append(batch)
            self._unsaved = []


def _read_batches(folder: Path) -> list[PhotoSet]:
    batches = []
    for path in sorted(folder.glob("from_*.npz")):
        try:
            batches.append(read_photo_set(path))
        except CorruptFileError:
            path.unlink()  # its images are simply drawn again
    return batches
