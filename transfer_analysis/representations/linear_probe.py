"""One linear probe: a ridge classifier fitted on half of the images' features, tested on the other half.

Every class's images are dealt into two halves by their order. A probe that was fitted on a half is tested on the other
half alone, whatever kind of images it is tested on, so every image is tested once, by a probe that never saw it. The
strength of the ridge is chosen by leave-one-out within the fitted images.
"""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_STRENGTHS = np.logspace(-2, 5, 15)


class Labelled(NamedTuple):
    """Features (N, C) and labels (N,) of the same images."""

    features_nc: np.ndarray
    labels_n: np.ndarray


def halves(labels_n: np.ndarray) -> np.ndarray:
    """Return int (N,), 0 or 1: each class's images dealt out in turn."""
    half_n = np.empty(len(labels_n), int)
    for label in np.unique(labels_n):
        rows = np.flatnonzero(labels_n == label)
        half_n[rows] = np.arange(len(rows)) % 2
    return half_n


def probe_answers(fitted_on: Labelled, tested_on: list[Labelled], n_fit: int) -> list[np.ndarray]:
    """Return for each set of `tested_on` float (N,): 1 where a probe fitted on the other half was right.

    Args:
        fitted_on: what the two probes are fitted on, `n_fit` images of each class of a half.
        tested_on: the very same images, or others.
        n_fit: images of each class, as many as a half has of it at most.
    """
    right = [np.empty(len(each.labels_n)) for each in tested_on]
    half_of_fitted_m, halves_of_tested = halves(fitted_on.labels_n), [halves(each.labels_n) for each in tested_on]
    for half in (0, 1):
        of_classes = [
            np.flatnonzero((fitted_on.labels_n == label) & (half_of_fitted_m == half))
            for label in np.unique(fitted_on.labels_n)
        ]
        rows = np.concatenate([of_class[:n_fit] for of_class in of_classes])
        probe = make_pipeline(StandardScaler(), RidgeClassifierCV(_STRENGTHS))
        probe.fit(fitted_on.features_nc[rows].astype(np.float64), fitted_on.labels_n[rows])
        for right_n, each, half_n in zip(right, tested_on, halves_of_tested, strict=True):
            other = half_n != half
            answers = probe.predict(each.features_nc[other].astype(np.float64))
            right_n[other] = answers == each.labels_n[other]
    return right
