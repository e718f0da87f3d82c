"""The share of images that classifiers, trained on real photographs, give the class that they were asked for."""

from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import MeanEstimate, estimate_difference, estimate_mean
from transfer_analysis.features import Features


def describe_recognition(real: list[Features], generated: list[Features]) -> dict[str, Any]:
    """Return {"overall": …, "per_class": {CLASS: …}}, each {"generated", "real", "difference"} with "mean" and "ci95".

    Intervals hold the choice of images and, from two classifiers on, the luck of their training; the difference
    (generated less real) is paired by classifier.

    Args:
        real: one entry a classifier, of the same held-out real photographs.
        generated: one entry a classifier, in the same order, of the same generated images.
    """
    correct_real_sn, correct_generated_sm = (
        np.stack([features.correct_n for features in kind]).astype(float) for kind in (real, generated)
    )
    classes, labels_n, labels_m = real[0].classes, real[0].labels, generated[0].labels
    return {
        "overall": _describe(correct_real_sn, correct_generated_sm),
        "per_class": {
            name: _describe(correct_real_sn[:, labels_n == label], correct_generated_sm[:, labels_m == label])
            for label, name in enumerate(classes)
        },
    }


def _describe(real_sn: np.ndarray, generated_sm: np.ndarray) -> dict[str, Any]:
    return {
        "generated": _entry(estimate_mean(generated_sm), 0.0),
        "real": _entry(estimate_mean(real_sn), 0.0),
        "difference": _entry(estimate_difference(generated_sm, real_sn), -1.0),
    }


def _entry(estimate: MeanEstimate, least: float) -> dict[str, Any]:
    return {**estimate.described(least, 1.0), "n_images": estimate.n_images}
