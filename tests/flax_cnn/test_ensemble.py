"""Classifiers asked together answer as each does alone, and a newer one of the same shape needs no compilation."""

import jax
import numpy as np
import pytest

from flax_cnn.classifier import Classifier
from flax_cnn.config import TrainingConfig
from flax_cnn.ensemble import Ensemble, _program
from flax_cnn.network import initial_network

CLASSES = ("cat", "frog", "horse")


def classifier(seed):
    config = TrainingConfig(width=0.0625)
    _, state = initial_network(config.network, len(CLASSES), config.width, jax.random.key(seed))
    return Classifier(CLASSES, config, state)


def photographs(n):
    return np.random.default_rng(0).integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("n", [1, 3, 32])
def test_each_answers_as_it_does_alone(n):
    asked = {"one": classifier(0), "other": classifier(1)}
    answers = Ensemble(asked)(photographs(n))
    for name, alone in asked.items():
        features, logits = alone.predict_features_and_logits(photographs(n))
        assert answers[name].logits_nk == pytest.approx(logits, abs=2e-2)
        assert answers[name].features_nf == pytest.approx(features, abs=2e-2 * np.abs(features).max())
    assert not np.allclose(answers["one"].logits_nk, answers["other"].logits_nk)


def test_newer_classifier_uses_the_program_of_the_older():
    Ensemble({"a": classifier(0)}).warm()
    before = _program.cache_info().misses
    newer = {"a": classifier(5), "b": classifier(6)}
    answers = Ensemble(newer)(photographs(1))
    assert _program.cache_info().misses == before
    # Not by the older one's kernels, which are kept.
    for name, alone in newer.items():
        assert answers[name].logits_nk == pytest.approx(alone.predict_logits(photographs(1)), abs=2e-2)


@pytest.mark.parametrize("images", [photographs(33), photographs(2)[:0], photographs(2).astype(np.float32)])
def test_what_it_does_not_take_is_refused(images):
    with pytest.raises(ValueError, match="an ensemble takes uint8"):
        Ensemble({"a": classifier(0)})(images)
