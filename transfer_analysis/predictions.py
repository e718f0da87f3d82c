"""What a trained classifier said about a test set: the one file that passes from training to analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photographs.verified_arrays import read_arrays, write_arrays


@dataclass(frozen=True)
class Predictions:
    """One classifier's answers on one test set.

    Attributes:
        logits_nk: float32 (N, K), the scores before the softmax.
        labels: int32 (N,), the true classes, positions in `classes`.
        indices: int64 (N,), each image's number within its source. (label, index) need not be unique in a
            mixture: what pairs two files image by image is the row, and equal labels and indices confirm it.
        classes: the K class names.
    """

    logits_nk: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self):
        n = len(self.labels)
        if self.logits_nk.shape != (n, len(self.classes)):
            raise ValueError(f"logits are {self.logits_nk.shape}, not ({n}, {len(self.classes)})")
        if len(self.indices) != n:
            raise ValueError(f"indices has {len(self.indices)} rows for {n} labels")
        if n and (self.labels.min() < 0 or self.labels.max() >= len(self.classes)):
            raise ValueError(f"a label lies outside 0-{len(self.classes) - 1}")
        if not np.isfinite(self.logits_nk).all():
            raise ValueError("a logit is not finite")

    def __len__(self) -> int:
        return len(self.labels)


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write `predictions` atomically to `path` (`.npz`)."""
    write_arrays(
        path,
        {
            "logits": np.ascontiguousarray(predictions.logits_nk, np.float32),
            "labels": np.asarray(predictions.labels, np.int32),
            "indices": np.asarray(predictions.indices, np.int64),
            "classes": np.asarray(predictions.classes, np.str_),
        },
    )


def read_predictions(path: Path) -> Predictions:
    """Read a file that `write_predictions` wrote.

    Raises:
        CorruptFileError: the file is truncated, altered or does not hold predictions.
        FileNotFoundError: there is no such file.
    """
    arrays = read_arrays(path, "predictions", ("logits", "labels", "indices", "classes"))
    classes = tuple(str(name) for name in arrays["classes"])
    return Predictions(arrays["logits"], arrays["labels"], arrays["indices"], classes)
