"""Named arrays and their metadata in an Orbax checkpoint that appears whole, and is believed only if its digest agrees.

The arrays are saved as NumPy arrays, so that a checkpoint from one machine loads on any other, whatever its devices.
"""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import jax
import numpy as np
from orbax.checkpoint import v1 as ocp

from photographs.atomic_files import CorruptFileError, whole_folder
from photographs.read_errors import tells_of_machine
from photographs.verified_arrays import content_digest

logging.getLogger("absl").setLevel(logging.WARNING)


def save_checkpoint(path: Path, arrays: dict[str, np.ndarray], metadata: dict[str, Any]) -> None:
    """Write a checkpoint folder, replacing one of the same name; it is complete when it appears.

    Args:
        path: the folder to make.
        arrays: arrays by name.
        metadata: anything that JSON holds.
    """
    sealed = {"content": metadata, "sha256": _sealed_digest(arrays, metadata)}
    with whole_folder(path) as folder:
        ocp.save(folder, {name: np.array(array) for name, array in arrays.items()}, custom_metadata=sealed)


def load_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the arrays and the metadata that `save_checkpoint` wrote.

    Raises:
        FileNotFoundError: there is no such folder.
        CorruptFileError: it is incomplete, altered, or not a checkpoint.
        Exception: it cannot be read now, whatever it holds (`photographs.read_errors`), or no device answers.
    """
    path = Path(path).absolute()
    if not path.exists():
        raise FileNotFoundError(2, "no such checkpoint", str(path))
    # Orbax asks for the devices; that there are none says nothing of the checkpoint.
    jax.devices()
    try:
        sealed = ocp.metadata(path).custom_metadata
        arrays = {name: np.asarray(array) for name, array in ocp.load(path).items()}
        intact = _sealed_digest(arrays, sealed["content"]) == sealed["sha256"]
    except Exception as error:  # Orbax and TensorStore answer damage with errors of many unrelated types.
        if tells_of_machine(error, path):
            raise
        raise CorruptFileError(path, f"not readable as a checkpoint ({type(error).__name__}: {error})") from error
    if not intact:
        raise CorruptFileError(path, "the content does not match its digest")
    return arrays, sealed["content"]


def named_arrays(tree: Any) -> dict[str, np.ndarray]:
    """Return copies of a pytree's leaves by their path, such as `blocks.1.convolution1.kernel.value`."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {_name(path): np.array(leaf) for path, leaf in leaves}


def fill(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Return a pytree of the structure of `tree` with the leaves that `named_arrays` named.

    Raises:
        ValueError: a leaf is missing, or of another shape.
    """
    leaves, structure = jax.tree_util.tree_flatten_with_path(tree)
    for path, leaf in leaves:
        if _name(path) not in arrays or arrays[_name(path)].shape != leaf.shape:
            raise ValueError(f"the checkpoint has no array {_name(path)} of shape {leaf.shape}")
    return structure.unflatten([jax.numpy.asarray(arrays[_name(path)]) for path, _ in leaves])


def _sealed_digest(arrays: dict[str, np.ndarray], metadata: dict[str, Any]) -> str:
    text = json.dumps(metadata, sort_keys=True)
    return hashlib.sha256((content_digest(arrays) + text).encode()).hexdigest()


def _name(path) -> str:
    return jax.tree_util.keystr(path, simple=True, separator=".")
