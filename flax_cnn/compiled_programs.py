"""Compiled programs that outlive their process, so that the next job of a study need not compile them again."""

import contextlib
import hashlib
import os
import platform
import zlib
from pathlib import Path

import jax

# How an entry of JAX's cache begins; where zstandard is installed it is compressed by that, and is left alone.
_ZLIB = b"\x78"
_PROCESSORS = Path("/proc/cpuinfo")
# What tells kinds of processors apart there, on x86 and on ARM; the rest is a single machine's or a moment's.
_KIND = ("vendor_id", "cpu family", "model", "flags", "CPU ", "Features")


def keep_compiled_programs(folder: Path | None) -> None:
    """Let XLA keep what it compiles under `folder`, apart for every kind of processor, or nowhere for None.

    JAX's own variable JAX_COMPILATION_CACHE_DIR, where it is set, goes before `folder`.
    """
    if folder is not None and "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        programs = folder.absolute() / kind_of_processor()
        _remove_half_written(programs)
        jax.config.update("jax_compilation_cache_dir", str(programs))


def _remove_half_written(programs: Path) -> None:
    """Remove what a killed process or a full disk left half written: JAX would warn of it for ever, and not replace it.

    One that is being written at this moment goes too; its writer keeps what it compiled, and the next job writes it.
    """
    for entry in programs.glob("*-cache"):
        # Another job may be tidying too.
        with contextlib.suppress(FileNotFoundError):
            content = entry.read_bytes()
            if not content or (content.startswith(_ZLIB) and not _is_whole(content)):
                entry.unlink()


def _is_whole(compressed: bytes) -> bool:
    decompressor = zlib.decompressobj()
    try:
        decompressor.decompress(compressed)
    except zlib.error:
        return False
    return decompressor.eof


def kind_of_processor() -> str:
    """Return a name for the processor's kind: a container's own changes with every start, its machine's does not."""
    if not _PROCESSORS.is_file():
        return platform.processor() or platform.node()
    first, *_ = _PROCESSORS.read_text(encoding="utf-8").split("\n\n")
    lines = [line for line in first.splitlines() if line.startswith(_KIND)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
