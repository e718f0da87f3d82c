"""How far a network's confidence lies from its accuracy."""

import numpy as np

N_BINS = 15


def expected_calibration_error(confidence_n: np.ndarray, correct_n: np.ndarray) -> float:
    """Return the expected calibration error over 15 equal-width bins (lower, upper] of top-label confidence.

    The mean over bins, weighted by their images, of |accuracy − mean confidence| (Guo et al. 2017, equation 3).

    Args:
        confidence_n: (N,) probability of the predicted class, in (0, 1].
        correct_n: (N,) 1 where the prediction is right, else 0.
    """
    bins = np.clip(np.ceil(confidence_n * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    surplus = np.bincount(bins, weights=correct_n - confidence_n, minlength=N_BINS)
    return float(np.abs(surplus).sum() / len(confidence_n))
