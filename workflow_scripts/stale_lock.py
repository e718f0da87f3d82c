"""A killed Snakemake leaves its lock behind and then refuses to carry on; this removes a lock that nobody holds.

Every run that executes jobs holds a lock of the operating system's own on a file beside Snakemake's. The operating
system lets go of it when the process dies, however it dies. Whoever gets it therefore knows that no other run is
alive, on this machine or on another that shares the file system, and that any lock of Snakemake's is stale.
"""

import shutil
from pathlib import Path

from filelock import FileLock, Timeout

_held: list[FileLock] = []


def clear_stale_lock(study_folder: Path) -> bool:
    """Remove Snakemake's lock on `study_folder` if the run that made it is dead; hold ours until this process ends.

    Returns:
        Whether no other run is alive.
    """
    snakemake_folder = study_folder / ".snakemake"
    snakemake_folder.mkdir(exist_ok=True)
    lock = FileLock(snakemake_folder / "fauxtograph.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False  # another run is alive: Snakemake says so itself
    _held.append(lock)
    shutil.rmtree(snakemake_folder / "locks", ignore_errors=True)
    return True
