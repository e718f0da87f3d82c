"""trust.json: calibration, selective accuracy, robustness and agreement of heat maps, of every arm."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.calibration import top_confidence
from transfer_analysis.crossed_effects import MeanEstimate, estimate_mean
from transfer_analysis.predictions import Predictions
from transfer_analysis.several_tests import holm
from transfer_analysis.trust.answers import FITTED_ON, TrustAnswers
from transfer_analysis.trust.map_agreement import describe_agreement
from transfer_analysis.trust.photo_choice import choose_photographs
from transfer_analysis.trust.reliability import calibrated_ece, describe_reliability, ece_terms
from transfer_analysis.trust.robustness import compare_losses, describe_accuracy, describe_loss
from transfer_analysis.trust.selective import accuracy_terms, aurc_terms, best_aurc, describe_curve

# The kinds of test images that confidence is judged on, one of which a temperature can be fitted for.
KINDS = FITTED_ON[1:]
# What every other arm is compared with, and what its heat maps are compared with in the sheet.
_REFERENCE, _OTHER = "real", "synthetic"
_HALF = 0.5

Tests = Mapping[tuple[str, str], Sequence[Predictions]]


def describe_trust(tests: Tests, seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return all that is said of trust, arms in the order of the answers.

    Args:
        tests: predictions of each (arm, kind of `KINDS`), one a seed, about the same images in one order.
        seeds: what the same networks answered beyond that, one a seed.
    """
    first = seeds[0]
    temperatures_sat = np.stack([answers.temperatures_at for answers in seeds])
    calibration = {
        arm: {kind: _describe_calibration(tests[arm, kind], temperatures_sat[:, row], kind) for kind in KINDS}
        for row, arm in enumerate(first.arms)
    }
    cells = [cell for by_kind in calibration.values() for cell in by_kind.values()]
    _adjust(cell["overconfidence"] for cell in cells)
    _adjust(cell["ece_change"] for cell in cells)
    return {
        "n_seeds": len(seeds),
        "chance": 1 / len(first.classes),
        "n_photographs": len(first.labels_n),
        "severities": first.severities.tolist(),
        "temperature": {
            arm: {
                fitted_on: {"mean": float(values_s.mean()), "per_seed": values_s.tolist()}
                for fitted_on, values_s in zip(FITTED_ON, temperatures_sat[:, row].T, strict=True)
            }
            for row, arm in enumerate(first.arms)
        },
        "calibration": calibration,
        "selective": _describe_selection(tests, first.arms),
        "robustness": _describe_robustness(seeds),
        "maps": _describe_maps(seeds),
    }


def _describe_calibration(networks: Sequence[Predictions], temperatures_st: np.ndarray, kind: str) -> dict[str, Any]:
    """Return one arm's calibration on one kind of test images: as trained, and by the temperatures of validation."""
    correct_sn = _correct(networks)
    confidence = {
        "raw": np.stack([top_confidence(network.logits_nk) for network in networks]),
        "own": _scaled_confidence(networks, temperatures_st[:, FITTED_ON.index("own")]),
        "of_test": _scaled_confidence(networks, temperatures_st[:, FITTED_ON.index(kind)]),
    }
    terms = {scaling: ece_terms(confidence_sn, correct_sn) for scaling, confidence_sn in confidence.items()}
    return {
        "n_images": correct_sn.shape[1],
        "accuracy": float(correct_sn.mean()),
        "confidence": float(confidence["raw"].mean()),
        "overconfidence": _tested(estimate_mean(confidence["raw"] - correct_sn)),
        "ece": {
            scaling: {
                "mean": float(terms_sn.mean()),
                "ci95": estimate_mean(terms_sn).interval(0.0, 1.0),
                "if_calibrated": calibrated_ece(confidence[scaling]),
            }
            for scaling, terms_sn in terms.items()
        },
        # What the arm's own temperature changes: above zero the error grows.
        "ece_change": _tested(estimate_mean(terms["own"] - terms["raw"])),
        "reliability": {scaling: describe_reliability(confidence[scaling], correct_sn) for scaling in ("raw", "own")},
    }


def _scaled_confidence(networks: Sequence[Predictions], temperatures_s: np.ndarray) -> np.ndarray:
    return np.stack(
        [top_confidence(network.logits_nk, float(t)) for network, t in zip(networks, temperatures_s, strict=True)]
    )


def _describe_selection(tests: Tests, arms: Sequence[str]) -> dict[str, Any]:
    """Return each arm's selective accuracy on real photographs, ranked by its confidence as trained."""
    correct = {arm: _correct(tests[arm, "real"]) for arm in arms}
    confidence = {arm: np.stack([top_confidence(each.logits_nk) for each in tests[arm, "real"]]) for arm in arms}
    areas = {arm: aurc_terms(confidence[arm], correct[arm]) for arm in arms}
    described = {}
    for arm in arms:
        area, best = estimate_mean(areas[arm]), best_aurc(correct[arm])
        half_sn = accuracy_terms(confidence[arm], correct[arm], _HALF)
        described[arm] = {
            "accuracy": float(correct[arm].mean()),
            "half": {"mean": float(half_sn.mean()), "ci95": estimate_mean(half_sn).interval(0.0, 1.0)},
            "half_gain": _tested(estimate_mean(half_sn - correct[arm])),
            "aurc": {"mean": area.mean, "ci95": area.interval(0.0, 1.0), "best": best, "excess": area.mean - best},
            "aurc_difference": None if arm == _REFERENCE else _tested(estimate_mean(areas[arm] - areas[_REFERENCE])),
            "curve": describe_curve(confidence[arm], correct[arm]),
        }
    _adjust(entry["half_gain"] for entry in described.values())
    _adjust(entry["aurc_difference"] for entry in described.values() if entry["aurc_difference"])
    return described


def _describe_robustness(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return each arm's accuracy and relative loss: over all corruptions, for each, and at every severity."""
    first = seeds[0]
    clean_asn = np.stack([answers.clean_an == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    spoilt_ascvn = np.stack([answers.corrupted_acvn == first.labels_n for answers in seeds], axis=1).astype(np.float64)
    reference = first.arms.index(_REFERENCE)

    def entry(row: int, spoilt_asn: np.ndarray) -> dict[str, Any]:
        tables = [(clean_asn[arm], spoilt_asn[arm]) for arm in (row, reference)]
        return {
            "accuracy": describe_accuracy(spoilt_asn[row]),
            "loss": describe_loss(*tables[0]),
            "difference": None if row == reference else _tested(compare_losses(*tables)),
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
    _adjust(arm["overall"]["difference"] for arm in described.values() if arm["overall"]["difference"])
    single = [corruption for arm in described.values() for corruption in arm["corruptions"].values()]
    _adjust(corruption["difference"] for corruption in single if corruption["difference"])
    return described


def _describe_maps(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return how far the heat maps of the arms agree with the real arm's, and which photographs the sheet shows."""
    first = seeds[0]
    maps = {arm: np.stack([answers.maps_anhw[row] for answers in seeds]) for row, arm in enumerate(first.arms)}
    agreements = {arm: describe_agreement(maps, _REFERENCE, arm) for arm in first.arms if arm != _REFERENCE}
    _adjust(entry["difference"] for entry in agreements.values() if entry["difference"])
    right = {
        arm: np.stack([answers.clean_an[first.arms.index(arm)] == first.labels_n for answers in seeds])
        for arm in (_REFERENCE, _OTHER)
    }
    sheet = choose_photographs(right[_REFERENCE], right[_OTHER], first.labels_n, first.indices_n, len(first.classes))
    return {"agreement": agreements, "sheet": sheet}


def _correct(networks: Sequence[Predictions]) -> np.ndarray:
    return np.stack([each.logits_nk.argmax(axis=1) == each.labels for each in networks]).astype(np.float64)


def _tested(estimate: MeanEstimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    return {
        "mean": estimate.mean,
        "ci95": estimate.interval(-np.inf, np.inf),
        "p_value": estimate.p_value(),
        "minimum_detectable_effect": estimate.minimum_detectable_effect(),
    }


def _adjust(entries: Iterable[dict[str, Any]]) -> None:
    """Add the p-value after Holm's correction over all of `entries`."""
    entries = list(entries)
    for entry, p_value in zip(entries, holm([entry["p_value"] for entry in entries]), strict=True):
        entry["p_value_holm"] = p_value
