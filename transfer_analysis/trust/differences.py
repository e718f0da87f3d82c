"""What all differences of the analysis of trust share: the arm they are taken from, and what is known of a share."""

import math
from collections.abc import Sequence

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean, least_half_width
from transfer_analysis.predictions import Predictions

# What every other arm is compared with.
REFERENCE = "real"


def correct_answers(networks: Sequence[Predictions]) -> np.ndarray:
    """Return float64 (S, N): 1 where each network names the true class, else 0."""
    return np.stack([each.logits_nk.argmax(axis=1) == each.labels for each in networks]).astype(np.float64)


def interval_of_part(terms_sn: np.ndarray, n_images: int) -> list[float]:
    """Return the 95 % interval of a share whose terms (S, N) rest on `n_images` of the images alone.

    It is never narrower than the exact one for an event that was not seen in so many images: a handful of answers that
    are all right have no spread, but prove little.
    """
    low, high = estimate_mean(terms_sn).interval(-math.inf, math.inf)
    middle, half = (low + high) / 2, max((high - low) / 2, least_half_width(n_images))
    return [max(0.0, middle - half), min(1.0, middle + half)]
