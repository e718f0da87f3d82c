"""What training on other images confuses that training at home does not: two confusion matrices, one less the other.

The cells share the seeds' component, each in proportion to its own noise (`estimate_unlike_means`). Simulated studies
of two equal arms (six classes of 1,000 images, recalls that vary by 3 to 4 points from seed to seed) in which a cell
was called: 2–5 % with three seeds and 4–6 % with five where a network's luck differs from cell to cell, 6–7 % and 3–6 %
where it is one liking for an answer whatever the class; with two seeds 3–7 % and 15–16 %, so with two none is called.
With each cell's own component it was 16–38 % with three seeds.
"""

from typing import Any

import numpy as np

from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import estimate_unlike_means
from transfer_analysis.several_tests import SIGNIFICANCE, false_discovery

# With fewer, cells of two equal arms are told apart more often than the stated rate, see above.
FEWEST_SEEDS = 3


def describe_confusion_difference(home: Cell, away: Cell) -> dict[str, Any]:
    """Return how much more often `away` gives each answer to each class than `home` does, on the same images.

    Returns:
        "difference": (K, K), rows true classes, columns answers; shares of the class, above zero where `away` answers
        so more often; each row sums to zero. "differs": (K, K), whether the cell is told from zero, over seeds and
        images, at a false discovery rate of 5 % over all cells; None with fewer than three seeds, which cannot tell.
        "confusions": the cells off the diagonal that are told from zero and above it, largest first, each {"true",
        "answer", "mean", "ci95"}.
    """
    k = len(home.classes)
    estimates = estimate_unlike_means([_more_often(home, away, *cell) for cell in np.ndindex(k, k)])
    difference_kk = np.reshape([estimate.mean for estimate in estimates], (k, k))
    is_told = len(home.predicted_sn) >= FEWEST_SEEDS
    p_values_kk = np.reshape([estimate.p_value() for estimate in estimates], (k, k))
    differs_kk = (false_discovery(p_values_kk) < SIGNIFICANCE) & is_told
    found = [
        (true, answer)
        for true, answer in np.ndindex(k, k)
        if true != answer and differs_kk[true, answer] and difference_kk[true, answer] > 0
    ]
    return {
        "difference": difference_kk.tolist(),
        "differs": differs_kk.tolist() if is_told else None,
        "confusions": [
            {
                "true": home.classes[true],
                "answer": home.classes[answer],
                "mean": float(difference_kk[true, answer]),
                "ci95": estimates[true * k + answer].interval(-1.0, 1.0),
            }
            for true, answer in sorted(found, key=lambda cell: -difference_kk[cell])
        ],
    }


def _more_often(home: Cell, away: Cell, true: int, answer: int) -> np.ndarray:
    of_class_n = home.labels_n == true
    said = [(cell.predicted_sn[:, of_class_n] == answer).astype(np.float64) for cell in (away, home)]
    return said[0] - said[1]
