"""A killed Snakemake leaves its lock behind and then refuses to carry on; this removes a lock that nobody holds.

Every run that executes jobs holds a lock of the operating system's own on a file beside Snakemake's. The operating
system lets go of it when the process dies, however it dies. Whoever gets it therefore knows that no other run is
alive on this machine, and that a lock of Snakemake's from here is stale. Of other machines it says nothing: on many
file systems they do not see each other's. So a run notes where it is.
"""

import platform
import shutil
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from photographs.atomic_files import CorruptFileError, read_json, write_json
from photographs.file_locks import file_lock, is_without_locks

# Containers on one machine have names of their own, and one boot.
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_held: list[FileLock] = []


def clear_stale_lock(study_folder: Path) -> bool:
    """Remove Snakemake's lock on `study_folder` if the run that made it, here, is dead; hold ours while this one lives.

    Another run that is alive ends this one: Snakemake itself refuses only one that makes the same files, and the first
    to end takes the locks of all with it.

    Returns:
        Whether no other run is alive, as far as can be known; else Snakemake refuses to run. Where the file system has
        no locks, Snakemake's stay, for `snakemake --unlock` to remove.

    Raises:
        SystemExit: another run of this machine is alive.
    """
    snakemake_folder = study_folder / ".snakemake"
    snakemake_folder.mkdir(exist_ok=True)
    lock = file_lock(snakemake_folder / "fauxtograph.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        sys.exit("error: another run works in this study; wait for its end, or stop it")
    except OSError as error:
        if not is_without_locks(error):
            raise
        return not any((snakemake_folder / "locks").glob("*"))  # nothing tells here whether a run is alive
    locks, note = snakemake_folder / "locks", snakemake_folder / "fauxtograph_machine.json"
    here = _machine()
    there = _noted(note)
    if any(locks.glob("*")) and not here.items() & there.items():
        lock.release()
        print(
            f"{locks} is of a run on {there.get('name', 'a machine that is not known')}, of which this machine cannot "
            "tell whether it is alive: if it is not, type snakemake --unlock and the same command again",
            file=sys.stderr,
        )
        return False
    _held.append(lock)
    shutil.rmtree(locks, ignore_errors=True)
    if there != here:
        write_json(note, here)
    return True


def _noted(note: Path) -> dict[str, str]:
    try:
        return read_json(note)
    except (FileNotFoundError, CorruptFileError):
        return {}


def _machine() -> dict[str, str]:
    """Return what tells this machine: its name, and its boot where that has a number."""
    return {"name": platform.node(), **({"boot": _BOOT.read_text(encoding="utf-8").strip()} if _BOOT.is_file() else {})}
