"""What a trained classifier sees in a photo set: features and logits, the file that passes from it to the analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photographs.verified_arrays import read_arrays, write_arrays


@dataclass(frozen=True)
class Features:
    """One classifier's view of one photo set.

    Attributes:
        features_nd: float32 (N, D), what the classifier's linear head sees.
        mirrored_nd: float32 (N, D), the same of the photographs mirrored left to right; (0, D) if that was not asked.
        logits_nk: float32 (N, K), the scores before the softmax.
        labels: int32 (N,), the true (or asked for) classes, positions in `classes`.
        indices: int64 (N,), each image's number within its source.
        classes: the K class names.
        classifier: hex SHA-256 of the classifier's weights.
    """

    features_nd: np.ndarray
    mirrored_nd: np.ndarray
    logits_nk: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]
    classifier: str

    def __post_init__(self):
        n = len(self.labels)
        shapes = {(n, *self.features_nd.shape[1:]), (0, *self.features_nd.shape[1:])}
        if self.features_nd.ndim != 2 or self.mirrored_nd.shape not in shapes or len(self.features_nd) != n:
            raise ValueError(f"features {self.features_nd.shape} and {self.mirrored_nd.shape} for {n} labels")
        if self.logits_nk.shape != (n, len(self.classes)) or len(self.indices) != n:
            raise ValueError(f"logits {self.logits_nk.shape} and {len(self.indices)} indices for {n} labels")
        for name, values in (("feature", self.features_nd), ("feature", self.mirrored_nd), ("logit", self.logits_nk)):
            if not np.isfinite(values).all():
                raise ValueError(f"a {name} is not finite")

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def correct_n(self) -> np.ndarray:
        """Return bool (N,): whether the classifier gives the image its own class."""
        return self.logits_nk.argmax(axis=1) == self.labels


def write_features(path: Path, features: Features) -> None:
    """Write `features` atomically to `path` (`.npz`)."""
    write_arrays(
        path,
        {
            "features": np.ascontiguousarray(features.features_nd, np.float32),
            "mirrored": np.ascontiguousarray(features.mirrored_nd, np.float32),
            "logits": np.ascontiguousarray(features.logits_nk, np.float32),
            "labels": np.asarray(features.labels, np.int32),
            "indices": np.asarray(features.indices, np.int64),
            "classes": np.asarray(features.classes, np.str_),
            "classifier": np.asarray(features.classifier, np.str_),
        },
    )


def read_features(path: Path) -> Features:
    """Read a file that `write_features` wrote.

    Raises:
        CorruptFileError: the file is truncated, altered or does not hold features.
        FileNotFoundError: there is no such file.
    """
    arrays = read_arrays(
        path, "features", ("features", "mirrored", "logits", "labels", "indices", "classes", "classifier")
    )
    return Features(
        arrays["features"],
        arrays["mirrored"],
        arrays["logits"],
        arrays["labels"],
        arrays["indices"],
        tuple(str(name) for name in arrays["classes"]),
        str(arrays["classifier"]),
    )
