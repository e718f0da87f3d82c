r"""Selective accuracy: how right a network is when it answers only where it is most confident.

Images are ranked by confidence; R(i) is the share of wrong answers among the i most confident. The area under the
risk–coverage curve (Geifman & El-Yaniv 2017, arXiv 1705.08500) is AURC = (1/N) Σ_i R(i). It falls with accuracy and
with a better ranking; AURC less that of the best ranking of the same answers (all right ones first) shows the ranking
alone (Geifman et al. 2019, arXiv 1805.08206).

AURC is a functional of the sample, and the influence of one image on it is R(rank) + Σ_{i ≥ rank} (wrong − R(i)) / i
(the mean of these is AURC itself). Their table seeds × images gives the interval (`crossed_effects`), which a bootstrap
of images and seeds would give by simulation.

The accuracy θ on the most confident share c of the images is one too. Another sample has its threshold elsewhere, and
gives up or takes in images that are right as often as those at the threshold, p; so the influence of one image is
(answered · (right − p)) / c + p − θ. Held where it is (p = θ), the threshold makes intervals too narrow: simulated, a
nominal 95 % one covered 91 %.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.calibration import top_confidence
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.predictions import Predictions
from transfer_analysis.several_tests import describe_differences
from transfer_analysis.trust.differences import REFERENCE, correct_answers, interval_of_part

_HALF = 0.5
# Share of all images, on either side of a threshold, that stand for those at it.
_NEAR = 0.05
COVERAGES = tuple(step / 20 for step in range(1, 21))


def aurc_terms(confidence_sn: np.ndarray, correct_sn: np.ndarray) -> np.ndarray:
    """Return float64 (S, N) whose row means are the networks' areas under the risk–coverage curve.

    Args:
        confidence_sn: float (S, N), what images are ranked by; of equals the first goes first.
        correct_sn: float (S, N), 1 where the prediction is right, else 0.
    """
    terms_sn = np.empty(confidence_sn.shape)
    counts_i = np.arange(1, confidence_sn.shape[1] + 1)
    for row, (order_n, correct_n) in enumerate(zip(_orders(confidence_sn), correct_sn, strict=True)):
        wrong_i = 1 - correct_n[order_n]
        risk_i = np.cumsum(wrong_i) / counts_i
        # Sums from each rank to the last.
        weights_i, risks_i = (np.cumsum(values[::-1])[::-1] for values in (1 / counts_i, risk_i / counts_i))
        terms_sn[row, order_n] = risk_i + wrong_i * weights_i - risks_i
    return terms_sn


def best_aurc(correct_sn: np.ndarray) -> float:
    """Return the mean AURC of the same answers when every right one is ranked before every wrong one."""
    return float(aurc_terms(correct_sn, correct_sn).mean())


def accuracy_terms(confidence_sn: np.ndarray, correct_sn: np.ndarray, coverage: float) -> np.ndarray:
    """Return float64 (S, N) whose row means are the accuracies on the most confident share `coverage` of the images.

    How often images at the threshold are right is taken from the twentieth of all on either side of it.
    """
    n_images = confidence_sn.shape[1]
    number, near = _number(coverage, n_images), math.ceil(_NEAR * n_images)
    answered_sn = np.zeros(confidence_sn.shape)
    np.put_along_axis(answered_sn, _orders(confidence_sn)[:, :number], 1.0, axis=1)
    nearest_sm = _ranked(confidence_sn, correct_sn)[:, max(0, number - near) : number + near]
    at_threshold_s1 = nearest_sm.mean(axis=1, keepdims=True)
    return answered_sn * (correct_sn - at_threshold_s1) * (n_images / number) + at_threshold_s1


def describe_share(confidence_sn: np.ndarray, correct_sn: np.ndarray, coverage: float) -> dict[str, Any]:
    """Return "coverage", "accuracy" and "ci95" on the most confident share `coverage` of the images."""
    terms_sn = accuracy_terms(confidence_sn, correct_sn, coverage)
    number = _number(coverage, confidence_sn.shape[1])
    return {
        "coverage": coverage,
        "accuracy": float(_ranked(confidence_sn, correct_sn)[:, :number].mean()),
        "ci95": interval_of_part(terms_sn, number),
    }


def _number(coverage: float, n_images: int) -> int:
    """Return how many images are answered, at least one."""
    return max(1, round(coverage * n_images))


def _ranked(confidence_sn: np.ndarray, correct_sn: np.ndarray) -> np.ndarray:
    """Return right and wrong answers, those of most confidence first."""
    return np.take_along_axis(correct_sn, _orders(confidence_sn), axis=1)


def _orders(confidence_sn: np.ndarray) -> np.ndarray:
    return np.argsort(-confidence_sn, axis=1, kind="stable")


def describe_selection(tests: Mapping[str, Sequence[Predictions]]) -> dict[str, Any]:
    """Return each arm's selective accuracy on real photographs, ranked by its confidence as trained."""
    correct = {arm: correct_answers(tests[arm]) for arm in tests}
    confidence = {arm: np.stack([top_confidence(each.logits_nk) for each in tests[arm]]) for arm in tests}
    areas = {arm: aurc_terms(confidence[arm], correct[arm]) for arm in tests}
    halves = {arm: accuracy_terms(confidence[arm], correct[arm], _HALF) for arm in tests}
    gains = describe_differences({arm: halves[arm] - correct[arm] for arm in tests}, -1.0, 1.0)
    apart = describe_differences({arm: areas[arm] - areas[REFERENCE] for arm in tests if arm != REFERENCE}, -1.0, 1.0)
    described = {}
    for arm in tests:
        area, best = estimate_mean(areas[arm]), best_aurc(correct[arm])
        described[arm] = {
            "accuracy": float(correct[arm].mean()),
            "half": describe_share(confidence[arm], correct[arm], _HALF),
            "half_gain": gains[arm],
            "aurc": {**area.described(0.0, 1.0), "best": best, "excess": area.mean - best},
            "aurc_difference": apart.get(arm),
            "curve": [describe_share(confidence[arm], correct[arm], coverage) for coverage in COVERAGES],
        }
    return described
