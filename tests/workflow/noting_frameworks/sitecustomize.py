"""On PYTHONPATH, lets every Python process note at its end whether it had loaded JAX, PyTorch, or both."""

import atexit
import os
import sys


@atexit.register
def _note():
    loaded = [name for name in ("jax", "torch") if name in sys.modules]
    if loaded:
        with open(os.environ["FRAMEWORKS_NOTED"], "a") as notes:
            notes.write(f"{'+'.join(loaded)} {' '.join(sys.argv[:1])}\n")
