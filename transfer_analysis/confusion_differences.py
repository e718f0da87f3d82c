"""What training on other images confuses that training at home does not: two confusion matrices, one less the other."""

from typing import Any

import numpy as np

from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.several_tests import SIGNIFICANCE, false_discovery


def describe_confusion_difference(home: Cell, away: Cell) -> dict[str, Any]:
    """Return how much more often `away` gives each answer to each class than `home` does, on the same images.

    Returns:
        "difference": (K, K), rows true classes, columns answers; shares of the class, above zero where `away` answers
        so more often; each row sums to zero. "differs": (K, K), whether the cell is told from zero, over seeds and
        images, at a false discovery rate of 5 % over all cells. "confusions": the cells off the diagonal that are
        told from zero and above it, largest first, each {"true", "answer", "mean", "ci95"}.
    """
    k = len(home.classes)
    entries = [[estimate_mean(_more_often(home, away, true, answer)) for answer in range(k)] for true in range(k)]
    difference_kk = np.array([[estimate.mean for estimate in row] for row in entries])
    p_values_kk = np.array([[estimate.p_value() for estimate in row] for row in entries])
    differs_kk = false_discovery(p_values_kk) < SIGNIFICANCE
    found = [
        (true, answer)
        for true, answer in np.ndindex(k, k)
        if true != answer and differs_kk[true, answer] and difference_kk[true, answer] > 0
    ]
    return {
        "difference": difference_kk.tolist(),
        "differs": differs_kk.tolist(),
        "confusions": [
            {
                "true": home.classes[true],
                "answer": home.classes[answer],
                "mean": float(difference_kk[true, answer]),
                "ci95": entries[true][answer].interval(-1.0, 1.0),
            }
            for true, answer in sorted(found, key=lambda cell: -difference_kk[cell])
        ],
    }


def _more_often(home: Cell, away: Cell, true: int, answer: int) -> np.ndarray:
    of_class_n = home.labels_n == true
    said = [(cell.predicted_sn[:, of_class_n] == answer).astype(np.float64) for cell in (away, home)]
    return said[0] - said[1]
