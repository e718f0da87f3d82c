"""All distances between two sets of vectors, as one matrix product."""

import numpy as np


def squared_distances(first_nd: np.ndarray, second_md: np.ndarray) -> np.ndarray:
    """Return the squared Euclidean distances, float64 (N, M), none below zero.

    Both sets are centred on the first one's mean beforehand: it changes no distance, and keeps the small ones exact.
    """
    centre = np.mean(first_nd, axis=0, dtype=np.float64)
    first_nd, second_md = first_nd - centre, second_md - centre
    squared = -2 * first_nd @ second_md.T
    squared += np.einsum("nd,nd->n", first_nd, first_nd)[:, None]
    squared += np.einsum("md,md->m", second_md, second_md)
    return np.maximum(squared, 0, out=squared)
