"""The state of an unfinished run, kept so that a killed run goes on where it was.

The folder belongs outside a rule's declared outputs, which Snakemake deletes before it starts a job again.
"""

import hashlib
import shutil
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import numpy as np

from flax_cnn.checkpoints import load_checkpoint, save_checkpoint
from flax_cnn.convolution import convolution_method
from photographs.atomic_files import CorruptFileError

_KEPT = 2


class ResumeFolder:
    """Checkpoints of one run, one folder a step; the newest two are kept, so that damage to one costs one interval.

    Args:
        path: the folder; made if need be. One process at a time may work in it (`photographs.exclusive_folder`): what a
            killed one was about to write or to remove goes when it is opened.
        fingerprint: what the run is a function of (`run_fingerprint`); the state of another run is ignored and removed.
    """

    def __init__(self, path: Path, fingerprint: str):
        self._path = Path(path).absolute()
        self._fingerprint = fingerprint
        self._path.mkdir(parents=True, exist_ok=True)
        for unfinished in [*self._path.glob(".step_*"), *self._path.glob(".removing.*")]:
            shutil.rmtree(unfinished)

    def save(self, step: int, arrays: dict[str, np.ndarray], content: dict[str, Any]) -> None:
        """Keep the state after `step` steps."""
        metadata = {"fingerprint": self._fingerprint, "step": step, "content": content}
        save_checkpoint(self._path / f"step_{step:09d}", arrays, metadata)
        for old in self._checkpoints()[:-_KEPT]:
            _remove(old)

    def latest(self) -> tuple[int, dict[str, np.ndarray], dict[str, Any]] | None:
        """Return the newest sound state as (step, arrays, content), or None; damaged ones go, with a warning."""
        for path in reversed(self._checkpoints()):
            try:
                arrays, metadata = load_checkpoint(path)
            except CorruptFileError as error:
                warnings.warn(f"{error}; it was discarded, and training goes on from an earlier state", stacklevel=2)
                _remove(path)
                continue
            if metadata.get("fingerprint") == self._fingerprint:
                return metadata["step"], arrays, metadata["content"]
            _remove(path)
        return None

    def clear(self) -> None:
        """Remove every state: the run is finished and its results are written."""
        for path in self._checkpoints():
            _remove(path)

    def _checkpoints(self) -> list[Path]:
        return sorted(self._path.glob("step_*"))


def run_fingerprint(*parts: str | np.ndarray) -> str:
    """Return the hex SHA-256 of `parts`, of this package's source, and of what sums are rounded by.

    That is the convolution, the number of devices, and the versions of JAX, Flax and oneDNN.
    """
    sha256 = hashlib.sha256()
    sources = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.[pc][yc]"))]
    convolution = convolution_method()
    onednn = ["onednn-cpu-gomp"] if convolution.startswith("onednn") else []
    for part in [
        *parts,
        *sources,
        convolution,
        str(jax.local_device_count()),
        *(version(name) for name in ("jax", "jaxlib", "flax", "optax", *onednn)),
    ]:
        data = part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes()
        sha256.update(len(data).to_bytes(8, "little") + data)
    return sha256.hexdigest()


def _remove(path: Path) -> None:
    # Renamed first: a kill in the middle of the removal must not leave half a checkpoint under its name.
    doomed = path.with_name(f".removing.{path.name}")
    shutil.rmtree(doomed, ignore_errors=True)
    path.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
