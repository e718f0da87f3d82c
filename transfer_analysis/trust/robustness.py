"""Robustness: what part of its accuracy a network loses when photographs are spoilt.

The loss is relative, 1 − accuracy when spoilt / accuracy before, so that arms of different accuracy can be compared. It
is a ratio of two means over the same table seeds × images; its linearised terms give the interval, and the terms of two
arms, paired by seed and image, that of their difference.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.several_tests import correct_for_number
from transfer_analysis.trust.answers import TrustAnswers
from transfer_analysis.trust.differences import REFERENCE


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
    return {**estimate.described(0.0, 1.0), "per_seed": per_seed}


def describe_loss(clean_sn: np.ndarray, spoilt_sn: np.ndarray) -> dict[str, Any] | None:
    """Return "mean" and "ci95" of the relative loss; None if nothing was recognised to begin with."""
    if not clean_sn.any():
        return None
    estimate = estimate_mean(loss_terms(clean_sn, spoilt_sn))
    return estimate.described(1 - 1 / float(clean_sn.mean()), 1.0)


def compare_losses(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> dict[str, Any] | None:
    """Return the first arm's relative loss less the second's, each given as (clean, spoilt); None if undefined.

    A network that nothing spoils may lose less than nothing, so it has no bounds.
    """
    if not first[0].any() or not second[0].any():
        return None
    return estimate_mean(loss_terms(*first) - loss_terms(*second)).tested(-np.inf, np.inf)


def describe_robustness(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return each arm's accuracy and relative loss: over all corruptions, for each, and at every severity."""
    first = seeds[0]
    clean_asn = np.stack([answers.clean_an == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    spoilt_ascvn = np.stack([answers.corrupted_acvn == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    reference = first.arms.index(REFERENCE)

    def entry(row: int, spoilt_asn: np.ndarray) -> dict[str, Any]:
        tables = [(clean_asn[arm], spoilt_asn[arm]) for arm in (row, reference)]
        return {
            "accuracy": describe_accuracy(spoilt_asn[row]),
            "loss": describe_loss(*tables[0]),
            "difference": None if row == reference else compare_losses(*tables),
        }

    described = {
        arm: {
            "clean": describe_accuracy(clean_asn[row]),
            "overall": entry(row, spoilt_ascvn.mean(axis=(2, 3))),
            "corruptions": {
                name: {
                    **entry(row, spoilt_ascvn[:, :, position].mean(axis=2)),
                    "by_severity": [
                        {
                            "accuracy": describe_accuracy(spoilt_sn),
                            "loss": describe_loss(clean_asn[row], spoilt_sn),
                        }
                        for spoilt_sn in spoilt_ascvn[row, :, position].swapaxes(0, 1)
                    ],
                }
                for position, name in enumerate(first.corruptions)
            },
        }
        for row, arm in enumerate(first.arms)
    }
    correct_for_number(arm["overall"]["difference"] for arm in described.values() if arm["overall"]["difference"])
    single = [corruption for arm in described.values() for corruption in arm["corruptions"].values()]
    correct_for_number(corruption["difference"] for corruption in single if corruption["difference"])
    return described
