"""Which images a probe is fitted to and which judge it: the same for every probe and every network.

Fitting takes validation photographs and generated images of the train part: the real-trained networks learned from
neither. Judging takes test images of both kinds. Real photographs are halved class by class, so that the second half
can stand in the generator's place: what a perfect generator would give, at the same size.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from transfer_analysis.class_rows import draw_of_each_class, rows_by_class


@dataclass(frozen=True)
class Rows:
    """Rows of the photo sets, for fitting or for judging.

    Attributes:
        real_n: rows of the first half of the real photographs.
        held_out_m: rows of the second half, as many of every class.
        generated_k: rows of the generated images.
    """

    real_n: np.ndarray
    held_out_m: np.ndarray
    generated_k: np.ndarray


class Side(NamedTuple):
    """Images of one kind as vectors: those that probes are fitted to, and those that judge them.

    `fit_nd` and `test_md` are float (N, D) and (M, D), the labels int (N,) and (M,).
    """

    fit_nd: np.ndarray
    fit_labels_n: np.ndarray
    test_md: np.ndarray
    test_labels_m: np.ndarray


def choose_rows_to_fit(real_n: np.ndarray, generated_k: np.ndarray, most: int, rng: np.random.Generator) -> Rows:
    """Return equally many rows of every class and kind, at most `most`; the labels decide.

    Raises:
        ValueError: a class has too few images, two photographs and one generated image at least.
    """
    n_classes = 1 + max(real_n.max(), generated_k.max())
    smallest_real, smallest_generated = (
        int(np.bincount(labels, minlength=n_classes).min()) for labels in (real_n, generated_k)
    )
    n = min(most, smallest_real // 2, smallest_generated)
    if n < 1:
        raise ValueError("a class has too few images to halve: it takes two photographs and one generated image")
    first, second = _halve(real_n, n, rng)
    return Rows(first, second, draw_of_each_class(generated_k, n, rng))


def choose_rows_to_test(real_n: np.ndarray, generated_k: np.ndarray, rng: np.random.Generator) -> Rows:
    """Return all generated images, and the real ones in two halves of equally many of every class.

    Raises:
        ValueError: a class has fewer than two photographs.
    """
    n = int(np.bincount(real_n).min()) // 2
    if n < 1:
        raise ValueError("a class has fewer than two test photographs and cannot be halved")
    return Rows(*_halve(real_n, n, rng), np.arange(len(generated_k)))


def _halve(labels_n: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    orders = [rng.permutation(rows) for rows in rows_by_class(labels_n)]
    return np.concatenate([order[:n] for order in orders]), np.concatenate([order[n : 2 * n] for order in orders])
