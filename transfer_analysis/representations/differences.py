"""What is said of an accuracy and of a difference of two, from answers of S networks to N images."""

from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean


def describe_accuracy(answers_sn: np.ndarray) -> dict[str, Any]:
    """Return "mean" and "ci95" of answers (S, N), 1 where right, else 0."""
    return estimate_mean(answers_sn).described(0.0, 1.0)


def describe_difference(first_sn: np.ndarray, second_sn: np.ndarray) -> dict[str, Any]:
    """Return what is said of first − second, answers to the same images, paired by seed: (S, N) each."""
    return estimate_mean(first_sn - second_sn).tested(-1.0, 1.0)
