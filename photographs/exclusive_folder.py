"""A folder that one process at a time may work in.

A killed Snakemake can leave its job running, and its successor starts the same job again; the two must not tidy up
each other's unfinished work.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from photographs.file_locks import held_lock


@contextlib.contextmanager
def exclusive_folder(folder: Path) -> Iterator[None]:
    """Hold `folder` (made if need be) alone; wait for whoever holds it, saying so once on standard error.

    The lock is a file beside the folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    waiting = f"{folder} is in use by another run of this job: waiting for it to end"
    with held_lock(folder.with_name(f"{folder.name}.lock"), waiting):
        # Only now: the one before may have removed it as its last act.
        folder.mkdir(exist_ok=True)
        yield
