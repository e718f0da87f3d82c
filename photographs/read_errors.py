"""What a failed read tells of: of the file's content, or of the machine, on which the file may well be sound.

A spoilt file is made anew; a sound one must not be, because memory, handles or the network ran short for a moment.
"""

import errno
import math
import os
from pathlib import Path

_OF_MACHINE = (
    *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EACCES, errno.EPERM),
    *(errno.ESTALE, errno.ETIMEDOUT, errno.EREMOTEIO, errno.EHOSTDOWN, errno.ENOTCONN),
)


def tells_of_machine(error: BaseException, path: Path) -> bool:
    """Return whether reading `path` failed for a reason that lies outside of it.

    Libraries wrap what the system said, so causes are looked at too, and their words.
    """
    return any(_is_of_machine(cause, path) for cause in _with_causes(error))


def _with_causes(error: BaseException | None) -> list[BaseException]:
    causes = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes


def _is_of_machine(error: BaseException, path: Path) -> bool:
    if isinstance(error, MemoryError):
        # A spoilt header may claim more than the file holds; NumPy's error says how much was asked for.
        shape, dtype = getattr(error, "shape", ()), getattr(error, "dtype", None)
        return dtype is None or math.prod(shape) * dtype.itemsize <= path.stat().st_size
    if isinstance(error, OSError) and error.errno in _OF_MACHINE:
        return True
    return any(os.strerror(code) in str(error) for code in _OF_MACHINE)
