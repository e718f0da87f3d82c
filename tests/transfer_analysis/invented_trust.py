"""Networks made up on the spot, whose calibration, robustness and heat maps are known."""

import numpy as np

from tests.transfer_analysis.invented_study import ANIMALS
from transfer_analysis.predictions import Predictions
from transfer_analysis.trust.answers import TrustAnswers

ARMS = ("real", "synthetic", "mixture")


def calibrated_predictions(rng, n_seeds=3, per_class=200, sharpness=2.0, scaled_by=1.0, classes=ANIMALS):
    """Return networks that are right as often as they are confident, but for logits multiplied by `scaled_by`.

    A label is drawn from a network's own softmax; then the classes are renamed, the same for all seeds' labels.
    """
    k, n = len(classes), per_class * len(classes)
    labels_n = np.arange(n) % k
    networks = []
    for _ in range(n_seeds):
        logits_nk = sharpness * rng.normal(size=(n, k))
        probabilities_nk = np.exp(logits_nk) / np.exp(logits_nk).sum(axis=1, keepdims=True)
        drawn_n = (rng.random((n, 1)) > probabilities_nk.cumsum(axis=1)).sum(axis=1)
        # The drawn class becomes the true one by turning the columns.
        columns_nk = (np.arange(k) + (drawn_n - labels_n)[:, None]) % k
        turned_nk = np.take_along_axis(logits_nk, columns_nk, axis=1)
        networks.append(Predictions((scaled_by * turned_nk).astype(np.float32), labels_n, np.arange(n), classes))
    return networks


def invented_answers(rng, accuracy, kept, n_seeds=3, per_class=30, alike=0.5, classes=ANIMALS):
    """Return answers of `n_seeds` seeds.

    Args:
        rng: where they come from.
        accuracy: by arm, on photographs as they are: what a network does not know it guesses.
        kept: by arm, the part of what it knows that is left when a photograph is spoilt; the rest is guessed.
        per_class: photographs of each class.
        alike: how far heat maps of one photograph agree: correlation of any two networks'; the synthetic arm's are of
            other places altogether.
    """
    n, corruptions, severities = per_class * len(classes), ("fog", "jpeg"), np.array([1, 5])
    labels_n = np.repeat(np.arange(len(classes)), per_class).astype(np.int32)
    chance = 1 / len(classes)
    places_nhw, other_nhw = rng.normal(size=(2, n, 8, 8))
    seeds = []
    for _ in range(n_seeds):
        clean, corrupted, maps = [], [], []
        for arm in accuracy:
            known_n = rng.random(n) < (accuracy[arm] - chance) / (1 - chance)
            stays_cvn = rng.random((len(corruptions), len(severities), n)) < kept[arm]
            clean.append(np.where(known_n, labels_n, rng.integers(0, len(classes), n)))
            corrupted.append(np.where(known_n & stays_cvn, labels_n, rng.integers(0, len(classes), stays_cvn.shape)))
            shared_nhw = other_nhw if arm == "synthetic" else places_nhw
            maps.append(np.sqrt(alike) * shared_nhw + np.sqrt(1 - alike) * rng.normal(size=(n, 8, 8)))
        seeds.append(
            TrustAnswers(
                *(tuple(accuracy), classes, corruptions, severities, labels_n, np.arange(n)),
                *(np.ones((len(accuracy), 3)), np.stack(clean).astype(np.int16), np.stack(corrupted).astype(np.int16)),
                np.stack(maps).astype(np.float16),
            )
        )
    return seeds


def invented_trust_inputs(rng, n_seeds=3, scaled_by=2.0):
    """Return (tests, seeds) of a usual study: over-confident networks, the synthetic arm less robust than the real."""
    tests = {
        (arm, kind): calibrated_predictions(rng, n_seeds, per_class=60, scaled_by=scaled_by)
        for arm in ARMS
        for kind in ("real", "synthetic")
    }
    accuracy = {"real": 0.8, "synthetic": 0.5, "mixture": 0.75}
    kept = {"real": 0.8, "synthetic": 0.5, "mixture": 0.8}
    return tests, invented_answers(rng, accuracy, kept, n_seeds)
