"""The rows of labelled images, class by class."""

import numpy as np


def rows_by_class(labels_n: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each class that occurs, ascending, for class labels int (N,)."""
    return [np.flatnonzero(labels_n == label) for label in np.unique(labels_n)]


def draw_of_each_class(labels_n: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Return `size` rows of every class (all, where it has fewer), drawn without replacement, class after class."""
    return np.concatenate([rng.permutation(rows)[:size] for rows in rows_by_class(labels_n)])
