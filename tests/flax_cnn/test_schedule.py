"""The optimiser's steps, against what Muon promises."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.schedule import learning_rate_schedule, make_optimiser
from flax_cnn.training import train
from tests.flax_cnn.toy_problem import TINY, band_data

MUON = TrainingConfig(optimiser="muon", steps=10, evaluations=1, learning_rate=0.1)


@pytest.fixture
def stepped():
    """A kernel and a bias before and after one step of Muon, and the gradients."""
    keys = jax.random.split(jax.random.key(0), 4)
    before = {"kernel": jax.random.normal(keys[0], (3, 3, 8, 16)), "bias": jax.random.normal(keys[1], (16,))}
    before["kernel"] *= 4 / jnp.linalg.norm(before["kernel"])  # √16, the norm that it is held at
    gradients = {"kernel": jax.random.normal(keys[2], (3, 3, 8, 16)), "bias": jax.random.normal(keys[3], (16,))}
    optimiser = make_optimiser(MUON)
    updates, _ = optimiser.update(gradients, optimiser.init(before), before)
    return before, optax.apply_updates(before, updates), gradients


def test_kernels_keep_a_norm_of_the_root_of_their_outputs(stepped):
    assert np.linalg.norm(stepped[1]["kernel"]) == pytest.approx(4, rel=1e-5)


def test_a_kernels_step_is_against_the_gradient_and_nearly_orthogonal(stepped):
    before, after, gradients = (np.asarray(each["kernel"]).reshape(-1, 16) for each in stepped)
    # The held norm only scales: before + step is a multiple of after, and the step has no part of either's size.
    rate = float(learning_rate_schedule(MUON)(0))
    left, _, right = np.linalg.svd(gradients, full_matrices=False)
    towards = before - rate * left @ right
    towards *= 4 / np.linalg.norm(towards)
    moved, wanted = after - before, towards - before
    assert np.sum(moved * wanted) / np.linalg.norm(moved) / np.linalg.norm(wanted) > 0.95


def test_everything_else_takes_nadams_first_step_at_a_twentieth_of_the_rate(stepped):
    before, after, gradients = stepped
    first = 0.9 * (1 - 0.9) / (1 - 0.9**2) + 1  # Dozat 2016, β₁ = 0.9
    step = -0.05 * float(learning_rate_schedule(MUON)(0)) * first * np.sign(gradients["bias"])
    np.testing.assert_allclose(after["bias"] - before["bias"], step, rtol=1e-3)


@pytest.mark.parametrize("network", ["fast", "plain", "resnet18"])
def test_every_network_learns_with_muon(network):
    config = TINY.model_copy(update={"network": network, "optimiser": "muon", "learning_rate": 0.08, "width": 0.0625})
    classifier, _ = train(config, band_data(), ("top", "upper"), training_keys(0, "real", 0))
    assert classifier.metrics["val_accuracy"] > 0.8


@pytest.mark.parametrize(("steps", "fraction"), [(10, 0.95), (1, 0.9), (500, 0.2)])
def test_the_climb_ends_at_the_peak_within_the_steps(steps, fraction):
    config = TrainingConfig(steps=steps, evaluations=1, warmup_fraction=fraction, learning_rate=0.1)
    assert max(float(learning_rate_schedule(config)(step)) for step in range(steps)) == pytest.approx(0.1)
