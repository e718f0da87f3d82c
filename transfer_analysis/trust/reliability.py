r"""Calibration with intervals: is a network right as often as it is confident?

Each number here is the mean of a table seeds × images, so that `crossed_effects` gives it an interval over both. That
of the calibration error is

    ECE = mean over seeds and images of  σ(bin) · (correct − confidence),

σ being the sign of (accuracy − confidence) in the image's bin of its own network. The signs are taken as known, which
they are where a bin's gap is large against its noise. Where it is not, ECE cannot fall to zero: even a perfectly
calibrated network shows `calibrated_ece`. Sources: Guo et al. 2017 (arXiv 1706.04599); Nixon et al. 2019 (arXiv
1904.01685) on the bias.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.calibration import N_BINS, confidence_bins, top_confidence
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.predictions import Predictions
from transfer_analysis.several_tests import describe_differences
from transfer_analysis.trust.answers import FITTED_ON
from transfer_analysis.trust.differences import correct_answers, interval_of_part


def ece_terms(confidence_sn: np.ndarray, correct_sn: np.ndarray) -> np.ndarray:
    """Return float64 (S, N) whose row means are the networks' expected calibration errors.

    Args:
        confidence_sn: float (S, N), probability of the predicted class.
        correct_sn: float (S, N), 1 where the prediction is right, else 0.
    """
    surplus_sn = correct_sn - confidence_sn
    signs = [
        np.sign(np.bincount(bins_n, weights=surplus_n, minlength=N_BINS))[bins_n]
        for bins_n, surplus_n in zip(confidence_bins(confidence_sn), surplus_sn, strict=True)
    ]
    return np.stack(signs) * surplus_sn


def calibrated_ece(confidence_sn: np.ndarray) -> float:
    """Return the mean ECE to expect of perfectly calibrated networks with these confidences on so many images.

    A bin's gap is then a sum of N independent noises of variance p (1 − p), all but normal, whose mean size is √(2/π)
    of its deviation.
    """
    n_images = confidence_sn.shape[1]
    by_seed = [
        np.sqrt(np.bincount(bins_n, weights=confidence_n * (1 - confidence_n), minlength=N_BINS)).sum()
        for bins_n, confidence_n in zip(confidence_bins(confidence_sn), confidence_sn, strict=True)
    ]
    return float(math.sqrt(2 / math.pi) * np.mean(by_seed) / n_images)


def describe_reliability(confidence_sn: np.ndarray, correct_sn: np.ndarray) -> list[dict[str, Any]]:
    """Return the bins that hold answers, lowest first: "low", "high", "share" of all answers, "confidence", "accuracy".

    A bin's accuracy is a ratio of two means over the table; its "ci95" comes from the linearised ratio.
    """
    bins_sn = confidence_bins(confidence_sn)
    described = []
    for position in np.unique(bins_sn):
        inside_sn = (bins_sn == position).astype(np.float64)
        share = float(inside_sn.mean())
        accuracy = float((inside_sn * correct_sn).mean() / share)
        terms_sn = accuracy + inside_sn * (correct_sn - accuracy) / share
        described.append(
            {
                "low": position / N_BINS,
                "high": (position + 1) / N_BINS,
                "share": share,
                "confidence": float((inside_sn * confidence_sn).mean() / share),
                "accuracy": accuracy,
                "ci95": interval_of_part(terms_sn, int(inside_sn.any(axis=0).sum())),
            }
        )
    return described


def describe_calibration(
    tests: Mapping[tuple[str, str], Sequence[Predictions]], temperatures: Mapping[str, np.ndarray]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return each (arm, kind of test images)'s calibration: as trained, and by the temperatures of validation.

    Args:
        tests: predictions by (arm, kind), one a seed.
        temperatures: float (S, len(FITTED_ON)) of each arm's networks.
    """
    correct = {cell: correct_answers(networks) for cell, networks in tests.items()}
    confidence = {cell: _confidence(networks, temperatures[cell[0]], cell[1]) for cell, networks in tests.items()}
    terms = {
        cell: {scaling: ece_terms(confidence_sn, correct[cell]) for scaling, confidence_sn in scaled.items()}
        for cell, scaled in confidence.items()
    }
    surplus = describe_differences({cell: confidence[cell]["raw"] - correct[cell] for cell in tests}, -1.0, 1.0)
    # What the arm's own temperature changes: above zero the error grows.
    change = describe_differences({cell: terms[cell]["own"] - terms[cell]["raw"] for cell in tests}, -1.0, 1.0)
    return {
        cell: {
            **_describe_confidence(confidence[cell], correct[cell], terms[cell]),
            "overconfidence": surplus[cell],
            "ece_change": change[cell],
        }
        for cell in tests
    }


def _describe_confidence(
    confidence: Mapping[str, np.ndarray], correct_sn: np.ndarray, terms: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    return {
        "n_images": correct_sn.shape[1],
        "accuracy": float(correct_sn.mean()),
        "confidence": float(confidence["raw"].mean()),
        "ece": {
            scaling: {
                "mean": float(terms_sn.mean()),
                "ci95": estimate_mean(terms_sn).interval(0.0, 1.0),
                "if_calibrated": calibrated_ece(confidence[scaling]),
            }
            for scaling, terms_sn in terms.items()
        },
        "reliability": {scaling: describe_reliability(confidence[scaling], correct_sn) for scaling in ("raw", "own")},
    }


def _confidence(networks: Sequence[Predictions], temperatures_st: np.ndarray, kind: str) -> dict[str, np.ndarray]:
    """Return the probability of the predicted class (S, N): as trained, by its own temperature, by `kind`'s."""
    return {
        "raw": np.stack([top_confidence(network.logits_nk) for network in networks]),
        "own": _scaled_confidence(networks, temperatures_st[:, FITTED_ON.index("own")]),
        "of_test": _scaled_confidence(networks, temperatures_st[:, FITTED_ON.index(kind)]),
    }


def _scaled_confidence(networks: Sequence[Predictions], temperatures_s: np.ndarray) -> np.ndarray:
    return np.stack(
        [top_confidence(network.logits_nk, float(t)) for network, t in zip(networks, temperatures_s, strict=True)]
    )
