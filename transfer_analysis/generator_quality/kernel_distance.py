"""The kernel distance: how far two sets lie apart in every moment up to the third, without a bias from their size."""

import numpy as np


def kernel_distance(first_nd: np.ndarray, second_md: np.ndarray) -> float:
    """Return the unbiased estimate of the squared maximum mean discrepancy of features (N, D) and (M, D).

    The kernel is (x·y / D + 1)³ (Bińkowski et al. 2018, arXiv 1801.01401). Two sets of one distribution give 0 on
    average, so single values may be below it.

    Raises:
        ValueError: a set has fewer than two rows.
    """
    n, m = len(first_nd), len(second_md)
    if min(n, m) < 2:
        raise ValueError(f"{n} and {m} images: the kernel distance takes two of each")
    within1, within2 = (
        (kernel.sum() - np.trace(kernel)) / (size * (size - 1))
        for kernel, size in ((_kernel(first_nd, first_nd), n), (_kernel(second_md, second_md), m))
    )
    return float(within1 + within2 - 2 * _kernel(first_nd, second_md).mean())


def _kernel(first_nd: np.ndarray, second_md: np.ndarray) -> np.ndarray:
    first_nd = np.asarray(first_nd, np.float64)
    return (first_nd @ second_md.T / first_nd.shape[1] + 1) ** 3
