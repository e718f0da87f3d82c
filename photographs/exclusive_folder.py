"""A folder that one process at a time may work in.

A killed Snakemake can leave its job running, and its successor starts the same job again; the two must not tidy up
each other's unfinished work.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout


@contextlib.contextmanager
def exclusive_folder(folder: Path) -> Iterator[None]:
    """Hold `folder` (made if need be) alone; wait for whoever holds it, saying so once on standard error.

    The lock is a file beside the folder. The operating system lets go of it when the process ends, however it ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f"{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{folder} is in use by another run of this job: waiting for it to end", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        # Only now: the one before may have removed it as its last act.
        folder.mkdir(exist_ok=True)
        yield
    finally:
        lock.release()
