"""Compiled programs that outlive their process, so that the next job of a study need not compile them again."""

import hashlib
import os
import platform
from pathlib import Path

import jax

_PROCESSORS = Path("/proc/cpuinfo")
# What tells kinds of processors apart there, on x86 and on ARM; the rest is a single machine's or a moment's.
_KIND = ("vendor_id", "cpu family", "model", "flags", "CPU ", "Features")


def keep_compiled_programs(folder: Path | None) -> None:
    """Let XLA keep what it compiles under `folder`, apart for every kind of processor, or nowhere for None.

    JAX's own variable JAX_COMPILATION_CACHE_DIR, where it is set, goes before `folder`.
    """
    if folder is not None and "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(folder.absolute() / kind_of_processor()))


def kind_of_processor() -> str:
    """Return a name for the processor's kind: a container's own changes with every start, its machine's does not."""
    if not _PROCESSORS.is_file():
        return platform.processor() or platform.node()
    first, *_ = _PROCESSORS.read_text(encoding="utf-8").split("\n\n")
    lines = [line for line in first.splitlines() if line.startswith(_KIND)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
