"""A folder of many thousand files that appears whole or not at all.

A checkpoint's few files are filled beside their place and flushed one by one (`photographs.atomic_files.whole_folder`);
here they are filled where the study keeps what is unfinished, under a lock, and flushed together.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photographs.file_locks import held_lock


@contextmanager
def filled_folder(folder: Path, state_folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which becomes `folder` (in an older one's place) once the block has ended well.

    Args:
        state_folder: where the folder is filled, on the same file system as `folder`. What a killed run left there is
            thrown away.
    """
    folder, part = Path(folder), Path(state_folder) / Path(folder).name
    part.parent.mkdir(parents=True, exist_ok=True)
    # A killed Snakemake may leave this job's predecessor running; the two must not fill one folder.
    with held_lock(part.with_name(f"{part.name}.lock")):
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        try:
            yield part
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        os.sync()  # one call for all files: fsync on each would take longer than writing them
        folder.parent.mkdir(parents=True, exist_ok=True)
        replaced = part.with_name(f"{part.name}.replaced")
        shutil.rmtree(replaced, ignore_errors=True)
        if folder.exists():
            os.rename(folder, replaced)
        os.rename(part, folder)
        shutil.rmtree(replaced, ignore_errors=True)
