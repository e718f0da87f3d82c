"""A shard: some images of one class in one file, drawn batch by batch so that a kill costs at most the last batch."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import PhotoSet, concatenate, read_photo_set, write_photo_set
from photographs.progress import Progress

Draw = Callable[[str, list[int]], PhotoSet]


def generate_shard(
    make_draw: Callable[[], Draw],
    class_name: str,
    indices: range,
    batch_size: int,
    state_folder: Path,
    output: Path,
) -> None:
    """Draw the class's images at `indices` and write them as one photo set to `output`.

    Args:
        make_draw: loads the model and returns the function that draws; not called where nothing is left to draw.
        batch_size: images drawn between two saves. It changes no image.
        state_folder: keeps finished batches until the shard is whole; its name must tell generators apart.
    """
    with exclusive_folder(state_folder):
        finished = _finished_batches(state_folder)
        done = {int(index) for batch in finished for index in batch.indices}
        left = [index for index in indices if index not in done]
        if left:
            draw = make_draw()
            what = f"{class_name} {indices.start}-{indices.stop - 1}"
            with Progress(len(indices), what, "images", len(indices) - len(left)) as progress:
                for start in range(0, len(left), batch_size):
                    batch = draw(class_name, left[start : start + batch_size])
                    write_photo_set(state_folder / f"from_{batch.indices[0]:08d}.npz", batch)
                    finished.append(batch)
                    progress.advance(len(batch))
        shard = concatenate(finished)
        rows = np.argsort(shard.indices)
        write_photo_set(output, shard.select(rows[np.isin(shard.indices[rows], indices)]))
        shutil.rmtree(state_folder)


def _finished_batches(state_folder: Path) -> list[PhotoSet]:
    batches = []
    for path in sorted(state_folder.glob("from_*.npz")):
        try:
            batches.append(read_photo_set(path))
        except CorruptFileError:
            path.unlink()  # its images are simply drawn again
    return batches
