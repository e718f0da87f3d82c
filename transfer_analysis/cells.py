"""One cell of the transfer matrix: the answers of one arm's networks, all seeds, on one test domain."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transfer_analysis.calibration import top_confidence
from transfer_analysis.predictions import Predictions, read_predictions


@dataclass(frozen=True)
class Cell:
    """What an arm's S networks said about a domain's N test images.

    Attributes:
        arm, domain: what the networks were trained on, and tested on.
        classes: the K class names.
        labels_n: (N,) true classes.
        indices_n: (N,) the images' numbers within their source.
        predicted_sn: (S, N) the class of the highest logit (the first of equals).
        confidence_sn: (S, N) its softmax probability.
    """

    arm: str
    domain: str
    classes: tuple[str, ...]
    labels_n: np.ndarray
    indices_n: np.ndarray
    predicted_sn: np.ndarray
    confidence_sn: np.ndarray

    @property
    def correct_sn(self) -> np.ndarray:
        """Return float64 (S, N): 1 where the network named the true class, else 0."""
        return (self.predicted_sn == self.labels_n).astype(np.float64)


def predictions_path(folder: Path, arm: str, seed: int, domain: str) -> Path:
    """Return where the predictions of one network on one domain lie."""
    return Path(folder) / arm / f"seed_{seed}" / f"{domain}.npz"


def read_cell(folder: Path, arm: str, domain: str, n_seeds: int) -> Cell:
    """Read the predictions of seeds 0 to n_seeds − 1.

    Raises:
        ValueError: the seeds were tested on different images or classes, or on none.
    """
    by_seed = read_seeds(folder, arm, domain, n_seeds)
    first = by_seed[0]
    logits_snk = np.stack([predictions.logits_nk for predictions in by_seed])
    return Cell(
        *(arm, domain, first.classes, first.labels, first.indices),
        *(logits_snk.argmax(axis=2), top_confidence(logits_snk)),
    )


def read_seeds(folder: Path, arm: str, domain: str, n_seeds: int) -> list[Predictions]:
    """Read what `read_cell` makes a cell of: one file a seed, about the same images in one order.

    Raises:
        ValueError: the seeds were tested on different images or classes, or on none.
    """
    paths = [predictions_path(folder, arm, seed, domain) for seed in range(n_seeds)]
    by_seed = [read_predictions(path) for path in paths]
    first = by_seed[0]
    for path, other in zip(paths, by_seed, strict=True):
        if other.classes != first.classes:
            raise ValueError(f"{path}: its classes {other.classes} differ from seed 0's {first.classes}")
        if not _same_images(first.labels, first.indices, other.labels, other.indices):
            raise ValueError(f"{path}: seed 0 was tested on other images; all seeds must see the same, in one order")
    if not len(first):
        raise ValueError(f"{paths[0]}: it holds no images")
    return by_seed


def require_paired(first: Cell, second: Cell) -> None:
    """Raise ValueError unless both cells are about the same images in the same order."""
    if first.classes != second.classes or not _same_images(
        first.labels_n, first.indices_n, second.labels_n, second.indices_n
    ):
        raise ValueError(
            f"arms {first.arm} and {second.arm} were tested on different {first.domain} images; "
            "a paired comparison needs the same, in one order"
        )


def _same_images(labels_n, indices_n, other_labels_n, other_indices_n) -> bool:
    return np.array_equal(labels_n, other_labels_n) and np.array_equal(indices_n, other_indices_n)
