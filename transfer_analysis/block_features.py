"""What the blocks of a trained classifier made of a test set: the file that the analysis of representations reads."""

from pathlib import Path

import numpy as np

from photographs.verified_arrays import read_arrays, write_arrays


def write_block_features(path: Path, features: dict[str, np.ndarray]) -> None:
    """Write spatial means by block atomically to `path` (`.npz`), as float16.

    Args:
        path: the file.
        features: (N, C) by block, first to last, ending in "penultimate"; row i belongs to row i of the predictions.

    Raises:
        ValueError: a value is not finite as float16.
    """
    with np.errstate(over="ignore"):  # said below, with the name of the block
        halves = {name: np.ascontiguousarray(values, np.float16) for name, values in features.items()}
    for name, values in halves.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{path}: a feature of block {name!r} is not finite, or too large for float16")
    # The order of the blocks is kept apart: a set of named arrays has none.
    write_arrays(path, {"blocks": np.asarray(list(halves), np.str_), **halves})


def read_block_features(path: Path) -> dict[str, np.ndarray]:
    """Return what `write_block_features` wrote: float16 (N, C) by block, first to last.

    Raises:
        CorruptFileError: the file is truncated, altered or does not hold block features.
        FileNotFoundError: there is no such file.
    """
    arrays = read_arrays(path, "block features", ("blocks", "penultimate"))
    return {str(name): arrays[str(name)] for name in arrays["blocks"]}
