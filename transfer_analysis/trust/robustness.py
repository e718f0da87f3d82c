"""Robustness: what part of what it knows a network loses when photographs are spoilt.

Guessing is right about one photograph in K (all of K classes have as many), spoilt or not, so that share is no
knowledge. The loss is relative to what is above it, 1 − (accuracy when spoilt − 1/K) / (accuracy before − 1/K): zero
where nothing is lost, one where only guessing is left, whatever the arm's accuracy. It is a ratio of two means over the
same table seeds × images; its linearised terms give the interval, and the terms of two arms, paired by seed and image,
that of their difference.

A ratio says nothing where its denominator may be zero: an arm that was not shown to do better than guessing before has
no loss, and is compared with none.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.several_tests import correct_for_number
from transfer_analysis.trust.answers import TrustAnswers
from transfer_analysis.trust.differences import REFERENCE


def loss_terms(clean_sn: np.ndarray, spoilt_sn: np.ndarray, chance: float) -> np.ndarray:
    """Return float64 (S, N) whose mean is the relative loss, 1 − (mean(spoilt) − chance) / (mean(clean) − chance).

    Args:
        clean_sn: float (S, N), 1 where the photograph as it is was recognised, else 0.
        spoilt_sn: float (S, N), 1 where the spoilt one was; or the mean over several ways of spoiling.
        chance: the share, in 0-1, that guessing recognises.

    Raises:
        ZeroDivisionError: as many were recognised as guessing would.
    """
    known = float(clean_sn.mean()) - chance
    if known == 0:
        raise ZeroDivisionError("no more was recognised than guessing would, so no part of it can be lost")
    left = (float(spoilt_sn.mean()) - chance) / known
    return 1 - left + (left * (clean_sn - chance) - (spoilt_sn - chance)) / known


def describe_accuracy(correct_sn: np.ndarray) -> dict[str, Any]:
    """Return "mean", "ci95" and "per_seed" of right and wrong answers (S, N)."""
    estimate = estimate_mean(correct_sn)
    per_seed = correct_sn.mean(axis=1).tolist()
    return {**estimate.described(0.0, 1.0), "per_seed": per_seed}


def beats_guessing(clean_sn: np.ndarray, chance: float) -> bool:
    """Return whether networks were shown, by their 95 % interval, to be right more often than `chance`."""
    return estimate_mean(clean_sn).interval(0.0, 1.0)[0] > chance


def describe_loss(clean_sn: np.ndarray, spoilt_sn: np.ndarray, chance: float) -> dict[str, Any] | None:
    """Return "mean" and "ci95" of the relative loss; None if there was nothing shown to lose."""
    if not beats_guessing(clean_sn, chance):
        return None
    known = float(clean_sn.mean()) - chance
    estimate = estimate_mean(loss_terms(clean_sn, spoilt_sn, chance))
    return estimate.described(1 - (1 - chance) / known, 1 + chance / known)


def compare_losses(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], chance: float
) -> dict[str, Any] | None:
    """Return the first arm's relative loss less the second's, each given as (clean, spoilt); None if undefined.

    A network that nothing spoils may lose less than nothing, so it has no bounds.
    """
    if not all(beats_guessing(clean_sn, chance) for clean_sn, _ in (first, second)):
        return None
    return estimate_mean(loss_terms(*first, chance) - loss_terms(*second, chance)).tested(-np.inf, np.inf)


def describe_robustness(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return each arm's accuracy and relative loss: over all corruptions, for each, and at every severity."""
    first = seeds[0]
    clean_asn = np.stack([answers.clean_an == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    spoilt_ascvn = np.stack([answers.corrupted_acvn == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    reference, chance = first.arms.index(REFERENCE), 1 / len(first.classes)

    def entry(row: int, spoilt_asn: np.ndarray) -> dict[str, Any]:
        tables = [(clean_asn[arm], spoilt_asn[arm]) for arm in (row, reference)]
        return {
            "accuracy": describe_accuracy(spoilt_asn[row]),
            "loss": describe_loss(*tables[0], chance),
            "difference": None if row == reference else compare_losses(*tables, chance),
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
                            "loss": describe_loss(clean_asn[row], spoilt_sn, chance),
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
