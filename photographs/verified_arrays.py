"""Named arrays in one uncompressed `.npz` without pickled objects, with a digest of the content that every read checks.

`numpy.load` reads the file anywhere; a truncated or altered one is found out before a number is taken from it.
"""

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError, write_atomically
from photographs.read_errors import tells_of_machine

_DIGEST = "digest"
# What NumPy and zipfile were seen to raise on files with one flipped byte; an encryption flag is a RuntimeError.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
)


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write `arrays` atomically to `path` (`.npz`); equal arrays give equal bytes.

    Raises:
        ValueError: an array is called "digest", or holds Python objects.
    """
    if _DIGEST in arrays:
        raise ValueError(f'{path}: the name "{_DIGEST}" is taken by the file\'s own digest')
    signed = {**arrays, _DIGEST: np.asarray(content_digest(arrays))}
    write_atomically(path, lambda stream: np.savez(stream, allow_pickle=False, **signed))


def read_arrays(path: Path, content: str, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Read the arrays that `write_arrays` wrote.

    Args:
        content: what the file should be, for the error line, such as "a photo set".
        names: arrays that it must have; it may have more.

    Raises:
        CorruptFileError: the file is truncated, altered, of another format, or lacks one of `names`.
        FileNotFoundError, IsADirectoryError: there is no such file.
        OSError, MemoryError: it cannot be read now, whatever it holds (`read_errors`).
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        intact = str(arrays.pop(_DIGEST)) == content_digest(arrays)
    except (FileNotFoundError, IsADirectoryError):
        raise
    except _UNREADABLE as error:
        if tells_of_machine(error, path):
            raise
        raise CorruptFileError(path, f"not readable as a file of arrays ({error})") from error
    if not intact:
        raise CorruptFileError(path, "the content does not match its digest")
    if missing := set(names) - arrays.keys():
        raise CorruptFileError(path, f"not {content}: it lacks {', '.join(sorted(missing))}")
    return arrays


def content_digest(arrays: dict[str, np.ndarray]) -> str:
    """Return the hex SHA-256 of the arrays' names, dtypes, shapes and bytes, independent of the order of the names."""
    sha256 = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        sha256.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        sha256.update(array.reshape(-1).view(np.uint8))  # no copy: the array may be larger than memory
    return sha256.hexdigest()
