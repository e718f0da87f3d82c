"""Locks of the operating system's own: it lets go of them when the process that holds them ends, however it ends."""

import contextlib
import errno
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

# What file systems answer that are mounted without locks (Lustre's noflock, NFS without its lock service).
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP)


def file_lock(path: Path) -> FileLock:
    """Return a lock, not yet held, on the file `path`.

    Where a file system has no locks, taking it is an OSError (`is_without_locks`): a marker in a lock's place would
    outlive a kill, and be waited for without end.
    """
    return FileLock(path, fallback_to_soft=False)


def is_without_locks(error: OSError) -> bool:
    """Return whether an error of taking a lock says that the file system has none."""
    return error.errno in _NO_LOCKS


@contextlib.contextmanager
def held_lock(path: Path, waiting: str | None = None) -> Iterator[None]:
    """Hold the lock on the file `path` alone; wait for whoever holds it, saying `waiting` once on standard error.

    Where the file system has no locks, that is said and the block runs without.
    """
    lock = file_lock(path)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting:
                print(waiting, file=sys.stderr, flush=True)
            lock.acquire()
    except OSError as error:
        if not is_without_locks(error):
            raise
        print(
            f"warning: the file system of {path} has no locks ({error.strerror}; Lustre: mount it with flock): "
            "see to it that no two runs work in this study at once",
            file=sys.stderr,
            flush=True,
        )
        yield
        return
    try:
        yield
    finally:
        lock.release()
