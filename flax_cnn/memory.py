"""Memory: how much a training took, and which setting to lower where there was too little."""

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax

_STATUS = Path("/proc/self/status")


@contextmanager
def too_little_memory_names(settings: str) -> Iterator[None]:
    """Turn a device's lack of memory inside the block into a RuntimeError that says which `settings` to lower."""
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise RuntimeError(f"out of memory: lower {settings}") from error


def peak_memory_bytes() -> int:
    """Return the most main memory that this process has held so far."""
    if _STATUS.is_file():
        # Not `ru_maxrss`: that one is handed on from the process that became this command.
        (peak,) = (line for line in _STATUS.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) * 1024
    # Kibibytes, but on macOS bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def peak_device_memory_bytes() -> int | None:
    """Return the most memory that this process has held so far on one of its devices; None where none is counted."""
    statistics = [device.memory_stats() or {} for device in jax.local_devices()]
    return max((each["peak_bytes_in_use"] for each in statistics if "peak_bytes_in_use" in each), default=None)
