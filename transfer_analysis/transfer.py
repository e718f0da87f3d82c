"""What the report says about each cell of the transfer matrix: accuracy, recall by class, confusions, calibration."""

from typing import Any

import numpy as np

from transfer_analysis.calibration import expected_calibration_error
from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import MeanEstimate, estimate_means, seed_variance


def describe_cell(cell: Cell, accuracy: MeanEstimate) -> dict[str, Any]:
    """Return the entry `transfer.ARM.DOMAIN` of the summary; rows of the confusion matrices are true classes.

    `confusion` counts answers summed over seeds, `confusion_normalised` divides each row by its sum.
    """
    correct_sn = cell.correct_sn
    per_seed_ece = [
        expected_calibration_error(confidence_n, correct_n)
        for confidence_n, correct_n in zip(cell.confidence_sn, correct_sn, strict=True)
    ]
    confusion_kk = confusion_counts(cell)
    return {
        "accuracy": {
            **accuracy.described(0.0, 1.0),
            "per_seed": correct_sn.mean(axis=1).tolist(),
            "standard_error": accuracy.standard_error,
            "seed_variance": seed_variance(len(correct_sn)),
        },
        "per_class_recall": {
            name: {**recall.described(0.0, 1.0), "n_images": recall.n_images}
            for name, recall in zip(cell.classes, estimate_means(_by_class(cell)), strict=True)
        },
        "confusion": confusion_kk.tolist(),
        "confusion_normalised": (confusion_kk / confusion_kk.sum(axis=1, keepdims=True)).tolist(),
        "ece": float(np.mean(per_seed_ece)),
        "ece_per_seed": per_seed_ece,
        "n_images": correct_sn.shape[1],
        "n_seeds": correct_sn.shape[0],
    }


def confusion_counts(cell: Cell) -> np.ndarray:
    """Return int (K, K): how often images of the row's class were called the column's, summed over seeds."""
    k = len(cell.classes)
    codes_sn = cell.labels_n * k + cell.predicted_sn
    return np.bincount(codes_sn.ravel(), minlength=k * k).reshape(k, k)


def _by_class(cell: Cell) -> list[np.ndarray]:
    """Return each class's columns of right and wrong answers."""
    by_class = [cell.correct_sn[:, cell.labels_n == label] for label in range(len(cell.classes))]
    for name, correct_sn in zip(cell.classes, by_class, strict=True):
        if not correct_sn.size:
            raise ValueError(f"the {cell.domain} test set holds no image of class {name}")
    return by_class
