"""Files appear whole or not at all: written beside their place, flushed to the disk, then renamed.

A kill or a full disk in the middle leaves the old file (or none), never half a new one.
"""

import glob
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


# Asked for once, before any thread: to ask is to set it for a moment.
_UMASK = _umask()


class CorruptFileError(Exception):
    """A finished file (or folder) does not hold what was written to it; a workflow that made it makes it anew."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{path}: {reason}")
        self.path = Path(path)


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Call `write` with a binary stream whose content becomes `path` once it is complete and on the disk.

    Raises:
        OSError: as the file system reports it (a full disk, say), naming `path`; the old file stays.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_UMASK)
        os.replace(temporary, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield where to make the folder that takes the place of `path` once the block ends well and all is on the disk."""
    path = Path(path).absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.", ignore_cleanup_errors=True) as workplace:
        finished, replaced = Path(workplace) / "new", Path(workplace) / "old"
        yield finished
        _flush_folder(finished)
        if path.exists():
            os.rename(path, replaced)
        os.rename(finished, path)


def remove_leftovers(path: Path) -> None:
    """Remove what writers of `path` that were killed left beside it; nobody else may be writing it at this time."""
    path, random = Path(path).absolute(), "?" * 8  # as many letters as `tempfile` draws
    for folder in path.parent.glob(f".{glob.escape(path.name)}.{random}"):
        shutil.rmtree(folder)
    for file in path.parent.glob(f".{glob.escape(path.name)}.{random}.part"):
        file.unlink()


def _flush_folder(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    write_atomically(path, lambda stream: stream.write(text.encode()))


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with a final newline, atomically; NaN is refused (it is not JSON)."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object that `write_json` wrote.

    Raises:
        CorruptFileError: the file does not hold one: it is cut off, say.
        FileNotFoundError: there is no such file.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CorruptFileError(path, f"not JSON ({error})") from error
    if not isinstance(content, dict):
        raise CorruptFileError(path, "not a JSON object")
    return content
