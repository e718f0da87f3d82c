r"""Selective accuracy: how right a network is when it answers only where it is most confident.

Images are ranked by confidence; R(i) is the share of wrong answers among the i most confident. The area under the
risk–coverage curve (Geifman & El-Yaniv 2017, arXiv 1705.08500) is AURC = (1/N) Σ_i R(i). It falls with accuracy and
with a better ranking; AURC less that of the best ranking of the same answers (all right ones first) shows the ranking
alone (Geifman et al. 2019, arXiv 1805.08206).

AURC is a functional of the sample, and the influence of one image on it is R(rank) + Σ_{i ≥ rank} (wrong − R(i)) / i
(the mean of these is AURC itself). Their table seeds × images gives the interval (`crossed_effects`), which a bootstrap
of images and seeds would give by simulation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.calibration import top_confidence
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.predictions import Predictions
from transfer_analysis.several_tests import correct_for_number
from transfer_analysis.trust.differences import REFERENCE, correct_answers, interval_of_part

_HALF = 0.5
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

    Their spread is that of the ratio right / answered with each network's threshold held where it is.
    """
    number = max(1, round(coverage * confidence_sn.shape[1]))
    answered_sn = np.zeros(confidence_sn.shape)
    np.put_along_axis(answered_sn, _orders(confidence_sn)[:, :number], 1.0, axis=1)
    accuracy_s1 = (answered_sn * correct_sn).sum(axis=1, keepdims=True) / number
    return accuracy_s1 + answered_sn * (correct_sn - accuracy_s1) * (confidence_sn.shape[1] / number)


def describe_share(confidence_sn: np.ndarray, correct_sn: np.ndarray, coverage: float) -> dict[str, Any]:
    """Return "coverage", "accuracy" and "ci95" on the most confident share `coverage` of the images."""
    terms_sn = accuracy_terms(confidence_sn, correct_sn, coverage)
    answered = max(1, round(coverage * confidence_sn.shape[1]))
    return {
        "coverage": coverage,
        "accuracy": float(terms_sn.mean()),
        "ci95": interval_of_part(terms_sn, answered),
    }


def _orders(confidence_sn: np.ndarray) -> np.ndarray:
    return np.argsort(-confidence_sn, axis=1, kind="stable")


def describe_selection(tests: Mapping[str, Sequence[Predictions]]) -> dict[str, Any]:
    """Return each arm's selective accuracy on real photographs, ranked by its confidence as trained."""
    correct = {arm: correct_answers(tests[arm]) for arm in tests}
    confidence = {arm: np.stack([top_confidence(each.logits_nk) for each in tests[arm]]) for arm in tests}
    areas = {arm: aurc_terms(confidence[arm], correct[arm]) for arm in tests}
    described = {}
    for arm in tests:
        area, best = estimate_mean(areas[arm]), best_aurc(correct[arm])
        half_sn = accuracy_terms(confidence[arm], correct[arm], _HALF)
        described[arm] = {
            "accuracy": float(correct[arm].mean()),
            "half": describe_share(confidence[arm], correct[arm], _HALF),
            "half_gain": estimate_mean(half_sn - correct[arm]).tested(-1.0, 1.0),
            "aurc": {**area.described(0.0, 1.0), "best": best, "excess": area.mean - best},
            "aurc_difference": None
            if arm == REFERENCE
            else estimate_mean(areas[arm] - areas[REFERENCE]).tested(-1.0, 1.0),
            "curve": [describe_share(confidence[arm], correct[arm], coverage) for coverage in COVERAGES],
        }
    correct_for_number(entry["half_gain"] for entry in described.values())
    correct_for_number(entry["aurc_difference"] for entry in described.values() if entry["aurc_difference"])
    return described
