"""Robustness: what part of what it knows a network loses when photographs are spoilt.

Guessing is right about one photograph in K (all of K classes have as many), spoilt or not, so that share is no
knowledge. The loss is relative to what is above it, 1 − (accuracy when spoilt − 1/K) / (accuracy before − 1/K): zero
where nothing is lost, one where only guessing is left, whatever the arm's accuracy. It is a ratio of two means over the
same table seeds × images; its linearised terms give the interval, and the terms of two arms, paired by seed and image,
that of their difference.

A ratio says nothing where its denominator may be zero: an arm that was not shown to do better than guessing before has
no loss, and is compared with none.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.several_tests import describe_differences
from transfer_analysis.trust.answers import TrustAnswers
from transfer_analysis.trust.differences import REFERENCE

Key = TypeVar("Key")


class Answers(NamedTuple):
    """Right (1) and wrong (0) answers of one arm's S networks to N photographs, float (S, N), before and after.

    Attributes:
        clean_sn: to the photographs as they are.
        spoilt_sn: to the spoilt ones, or the mean over several ways of spoiling.
    """

    clean_sn: np.ndarray
    spoilt_sn: np.ndarray


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


def compare_losses(pairs: Mapping[Key, tuple[Answers, Answers]], chance: float) -> dict[Key, dict[str, Any]]:
    """Return the relative loss of each pair's first arm less the second's, corrected for their number.

    A pair of which one was not shown to have anything to lose is left out. A network that nothing spoils may lose less
    than nothing, so a difference has no bounds.
    """
    apart = {
        key: loss_terms(*first, chance) - loss_terms(*second, chance)
        for key, (first, second) in pairs.items()
        if beats_guessing(first.clean_sn, chance) and beats_guessing(second.clean_sn, chance)
    }
    return describe_differences(apart, -np.inf, np.inf)


def describe_robustness(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return each arm's accuracy and relative loss: over all corruptions, for each, and at every severity."""
    first, chance = seeds[0], 1 / len(seeds[0].classes)
    clean_asn = np.stack([answers.clean_an == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    spoilt_ascvn = np.stack([answers.corrupted_acvn == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    others = [arm for arm in first.arms if arm != REFERENCE]
    overall = {
        arm: Answers(clean_sn, spoilt_sn)
        for arm, clean_sn, spoilt_sn in zip(first.arms, clean_asn, spoilt_ascvn.mean(axis=(2, 3)), strict=True)
    }
    single = {
        (arm, name): Answers(clean_asn[row], spoilt_ascvn[row, :, position].mean(axis=1))
        for row, arm in enumerate(first.arms)
        for position, name in enumerate(first.corruptions)
    }
    overall_apart = compare_losses({arm: (overall[arm], overall[REFERENCE]) for arm in others}, chance)
    single_apart = compare_losses(
        {
            (arm, name): (single[arm, name], single[REFERENCE, name])
            for arm, name in itertools.product(others, first.corruptions)
        },
        chance,
    )
    return {
        arm: {
            "clean": describe_accuracy(clean_asn[row]),
            "overall": {**_describe(overall[arm], chance), "difference": overall_apart.get(arm)},
            "corruptions": {
                name: {
                    **_describe(single[arm, name], chance),
                    "difference": single_apart.get((arm, name)),
                    "by_severity": [
                        _describe(Answers(clean_asn[row], spoilt_sn), chance)
                        for spoilt_sn in spoilt_ascvn[row, :, position].swapaxes(0, 1)
                    ],
                }
                for position, name in enumerate(first.corruptions)
            },
        }
        for row, arm in enumerate(first.arms)
    }


def _describe(answers: Answers, chance: float) -> dict[str, Any]:
    return {"accuracy": describe_accuracy(answers.spoilt_sn), "loss": describe_loss(*answers, chance)}
