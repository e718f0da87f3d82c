"""Robustness: what part of its accuracy a network loses when photographs are spoilt.

The loss is relative, 1 − accuracy when spoilt / accuracy before, so that arms of different accuracy can be compared. It
is a ratio of two means over the same table seeds × images; its linearised terms give the interval, and the terms of two
arms, paired by seed and image, that of their difference.
"""

from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import MeanEstimate, estimate_mean


def loss_terms(clean_sn: np.ndarray, spoilt_sn: np.ndarray) -> np.ndarray:
    """Return float64 (S, N) whose mean is the relative loss, 1 − mean(spoilt) / mean(clean).

    Args:
        clean_sn: float (S, N), 1 where the photograph as it is was recognised, else 0.
        spoilt_sn: float (S, N), 1 where the spoilt one was; or the mean over several ways of spoiling.

    Raises:
        ZeroDivisionError: nothing was recognised.
    """
    clean = float(clean_sn.mean())
    if clean == 0:
        raise ZeroDivisionError("nothing was recognised, so no part of it can be lost")
    loss = 1 - float(spoilt_sn.mean()) / clean
    return loss + ((1 - loss) * clean_sn - spoilt_sn) / clean


def describe_accuracy(correct_sn: np.ndarray) -> dict[str, Any]:
    """Return "mean", "ci95" and "per_seed" of right and wrong answers (S, N)."""
    estimate = estimate_mean(correct_sn)
    per_seed = correct_sn.mean(axis=1).tolist()
    return {"mean": estimate.mean, "ci95": estimate.interval(0.0, 1.0), "per_seed": per_seed}


def describe_loss(clean_sn: np.ndarray, spoilt_sn: np.ndarray) -> dict[str, Any] | None:
    """Return "mean" and "ci95" of the relative loss; None if nothing was recognised to begin with."""
    if not clean_sn.any():
        return None
    estimate = estimate_mean(loss_terms(clean_sn, spoilt_sn))
    return {"mean": estimate.mean, "ci95": estimate.interval(1 - 1 / float(clean_sn.mean()), 1.0)}


def compare_losses(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]) -> MeanEstimate | None:
    """Return the first arm's relative loss less the second's, each given as (clean, spoilt); None if undefined."""
    if not first[0].any() or not second[0].any():
        return None
    return estimate_mean(loss_terms(*first) - loss_terms(*second))
