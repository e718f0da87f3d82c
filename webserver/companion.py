"""What a classifier is read with: calibration, what is far from all it knows, a real-or-generated probe, neighbours.

It is made from a study beside each classifier (`workflow_scripts.prepare_playground`) and belongs to that one alone: it
carries the digest of the weights, and a classifier of other weights is read without it.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from photographs.verified_arrays import read_arrays, write_arrays

# Neighbours that a reading names, and whose mean distance says how far off an image is.
MOST_NEIGHBOURS = 5


@dataclass(frozen=True)
class Companion:
    """Attributes:
    classifier_sha256: the digest of the classifier (`Classifier.digest`) that this belongs to.
    temperature: what logits are divided by, so that confidence meets accuracy on validation photographs of the arm's
        own kind (Guo et al. 2017).
    confidence_quantiles, distance_quantiles: float (Q,), rising: those of the same validation photographs.
    strangeness_threshold: 19 of 20 of them lie below it.
    probe_weights, probe_bias, probe_mean, probe_scale: a logistic regression on standardised features, F numbers each
        but the bias; its probability is that of "generated".
    probe_accuracy: its accuracy on validation photographs, half of them generated.
    nearest_features: float16 (M, F) of unit length: the arm's training photographs.
    nearest_kinds, nearest_indices, nearest_classes: (M,) where each comes from: "real" or "synthetic", its index
        there, its class.
    nearest_digests: uint64 (M,) the short digest of each one's pixels: another study has other photographs there.
    """

    classifier_sha256: str
    temperature: float
    confidence_quantiles: np.ndarray
    distance_quantiles: np.ndarray
    strangeness_threshold: float
    probe_weights: np.ndarray
    probe_bias: float
    probe_mean: np.ndarray
    probe_scale: np.ndarray
    probe_accuracy: float
    nearest_features: np.ndarray
    nearest_kinds: np.ndarray
    nearest_indices: np.ndarray
    nearest_classes: np.ndarray
    nearest_digests: np.ndarray

    def probabilities(self, logits_nk: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities float (N, K)."""
        return softmax(logits_nk / self.temperature)

    def generated_score(self, features_nf: np.ndarray) -> np.ndarray:
        """Return the probability (N,) that each image is generated, at even odds."""
        standardised = (features_nf - self.probe_mean) / self.probe_scale
        return 1 / (1 + np.exp(-(standardised @ self.probe_weights + self.probe_bias).clip(-50, 50)))

    def neighbours(self, features_nf: np.ndarray, count: int = MOST_NEIGHBOURS) -> tuple[np.ndarray, np.ndarray]:
        """Return rows (N, count) of the nearest training photographs, nearest first, and their cosine distances."""
        return nearest(self._index, features_nf, count)

    def strangeness(self, confidence_n: np.ndarray, distance_n: np.ndarray) -> np.ndarray:
        """Return 0-1 (N,): how unsure and how far off an image is, by the ranks among validation photographs.

        Args:
            distance_n: the mean distance to the nearest five training photographs.
        """
        return strangeness(confidence_n, distance_n, self.confidence_quantiles, self.distance_quantiles)

    @cached_property
    def _index(self) -> np.ndarray:
        # Products of float16 are slow on a CPU.
        return self.nearest_features.astype(np.float32)


def nearest(index_mf: np.ndarray, features_nf: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows (N, count) of `index_mf` (of unit length) by cosine distance, nearest first, and the distances."""
    distances = 1 - unit_length(features_nf) @ index_mf.T
    count = min(count, distances.shape[1])
    rows = np.argpartition(distances, count - 1, axis=1)[:, :count]
    found = np.take_along_axis(distances, rows, axis=1)
    order = found.argsort(axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(found, order, axis=1)


def strangeness(confidence_n, distance_n, confidence_quantiles, distance_quantiles) -> np.ndarray:
    """Return the mean of two ranks in 0-1 (N,): of being unsure, and of being far from the training photographs."""
    unsure = 1 - np.searchsorted(confidence_quantiles, confidence_n) / len(confidence_quantiles)
    far = np.searchsorted(distance_quantiles, distance_n) / len(distance_quantiles)
    return (unsure + far) / 2


def unit_length(features_nf: np.ndarray) -> np.ndarray:
    """Return rows scaled to length 1."""
    return features_nf / np.maximum(np.linalg.norm(features_nf, axis=1, keepdims=True), 1e-12)


def softmax(logits_nk: np.ndarray) -> np.ndarray:
    """Return probabilities, rows summing to 1."""
    exponentials = np.exp(logits_nk - logits_nk.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def write_companion(path: Path, companion: Companion) -> None:
    """Write a companion atomically (`.npz`)."""
    names = Companion.__dataclass_fields__
    write_arrays(path, {name: np.asarray(getattr(companion, name)) for name in names})


def read_companion(path: Path) -> Companion:
    """Read what `write_companion` wrote.

    Raises:
        CorruptFileError: the file is spoilt or something else.
        FileNotFoundError: there is none.
    """
    arrays = read_arrays(path, "a classifier's companion", Companion.__dataclass_fields__)
    values = {name: arrays[name] for name in Companion.__dataclass_fields__}
    scalars = {name: value.item() for name, value in values.items() if value.ndim == 0}
    return Companion(**{**values, **scalars})
