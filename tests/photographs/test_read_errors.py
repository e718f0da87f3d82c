"""A file that cannot be read for want of memory, handles or rights is not taken for a spoilt one."""

import errno
import subprocess
import sys

import numpy as np
import pytest

from photographs.atomic_files import CorruptFileError
from photographs.read_errors import tells_of_machine
from photographs.verified_arrays import read_arrays, write_arrays

HELD = 64_000_000


@pytest.fixture
def arrays(tmp_path):
    path = tmp_path / "arrays.npz"
    write_arrays(path, {"held": np.zeros(HELD, np.uint8)})
    return path


def test_sound_file_that_does_not_fit_into_memory_is_a_matter_of_memory(arrays):
    script = f"""
import resource
from pathlib import Path
from photographs.verified_arrays import read_arrays
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {HELD // 2}, used + {HELD // 2}))
try:
    read_arrays(Path({str(arrays)!r}), "arrays", ["held"])
except MemoryError:
    print("memory")
"""
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.stdout == "memory\n", finished.stderr


def test_header_that_claims_more_than_the_file_holds_is_damage(arrays):
    claimed = np._core._exceptions._ArrayMemoryError((HELD * 1000,), np.dtype(np.uint8))
    assert not tells_of_machine(claimed, arrays)
    assert tells_of_machine(np._core._exceptions._ArrayMemoryError((HELD,), np.dtype(np.uint8)), arrays)


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EMFILE, errno.EACCES])
def test_errors_of_the_system_are_passed_on(arrays, code, monkeypatch):
    def fail(*arguments, **more):
        raise OSError(code, "as the system says")

    monkeypatch.setattr(np, "load", fail)
    with pytest.raises(OSError, match="as the system says"):
        read_arrays(arrays, "arrays", ["held"])


def test_what_a_library_says_in_its_own_words_is_understood(arrays):
    wrapped = ValueError("the store cannot be opened")
    wrapped.__cause__ = OSError(errno.EMFILE, "Too many open files")
    assert tells_of_machine(wrapped, arrays)
    assert tells_of_machine(ValueError("OS_ERROR: Too many open files [24]"), arrays)
    assert not tells_of_machine(ValueError("invalid data"), arrays)


def test_spoilt_file_is_spoilt(arrays):
    arrays.write_bytes(arrays.read_bytes()[:1000])
    with pytest.raises(CorruptFileError):
        read_arrays(arrays, "arrays", ["held"])
