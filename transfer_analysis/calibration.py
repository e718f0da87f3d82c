"""How far a network's confidence lies from its accuracy."""

import numpy as np
from scipy.special import softmax

N_BINS = 15


def top_confidence(logits_nk: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return float64 (N,): the softmax probability of the predicted class, of logits divided by `temperature`."""
    return softmax(logits_nk.astype(np.float64) / temperature, axis=-1).max(axis=-1)


def confidence_bins(confidence: np.ndarray) -> np.ndarray:
    """Return int, of any shape: which of the 15 equal-width bins (lower, upper] each confidence falls in."""
    return np.clip(np.ceil(confidence * N_BINS).astype(int) - 1, 0, N_BINS - 1)


def expected_calibration_error(confidence_n: np.ndarray, correct_n: np.ndarray) -> float:
    """Return the expected calibration error over 15 equal-width bins (lower, upper] of top-label confidence.

    The mean over bins, weighted by their images, of |accuracy − mean confidence| (Guo et al. 2017, equation 3).

    Args:
        confidence_n: (N,) probability of the predicted class, in (0, 1].
        correct_n: (N,) 1 where the prediction is right, else 0.
    """
    surplus = np.bincount(confidence_bins(confidence_n), weights=correct_n - confidence_n, minlength=N_BINS)
    return float(np.abs(surplus).sum() / len(confidence_n))
