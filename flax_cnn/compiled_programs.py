"""Compiled programs that outlive their process, so that the next job of a study need not compile them again."""

import os
import platform
from pathlib import Path

import jax


def keep_compiled_programs(folder: Path | None) -> None:
    """Let XLA keep what it compiles under `folder`, apart for every machine, or nowhere for None.

    JAX's own variable JAX_COMPILATION_CACHE_DIR, where it is set, goes before `folder`.
    """
    if folder is not None and "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        jax.config.update("jax_compilation_cache_dir", str(folder.absolute() / platform.node()))
