import itertools

import jax
import numpy as np
from flax import nnx

from flax_cnn.config import TrainingConfig
from flax_cnn.evaluation import predict_logits
from flax_cnn.keys import training_keys
from flax_cnn.network import _squares, fit_input, initial_network, parameter_count
from tests.flax_cnn.toy_problem import bands

WIDTH = 0.05


def test_parameter_count_of_the_default_network():
    c = (24, 32, 128, 128)
    convolutions = sum(9 * (a * b + b * b) for a, b in itertools.pairwise(c))
    batch_norm_biases = 2 * sum(c[1:])
    assert parameter_count(6, TrainingConfig().width) == convolutions + batch_norm_biases + 128 * 6 == 496_704


def test_ten_classes_give_ten_logits():
    images, _ = bands(4, 10, seed=0)
    logits = predict_logits(*initial_network(10, WIDTH, jax.random.key(0)), images)
    assert logits.shape == (4, 10)
    assert np.isfinite(logits).all()


def test_first_layer_whitens_the_training_images():
    images = np.random.default_rng(0).integers(0, 256, (200, 32, 32, 3)).astype(np.uint8)
    images[..., 1] = images[..., 0] // 2 + images[..., 1] // 2
    graph, state = initial_network(6, WIDTH, jax.random.key(0))
    model = nnx.merge(graph, fit_input(state, images))
    normalised = (images / 255.0 - model.mean[...]) / model.deviation[...]
    np.testing.assert_allclose(normalised.mean(axis=(0, 1, 2)), 0, atol=1e-3)
    responses = np.asarray(_squares(normalised)).reshape(-1, 12) @ np.asarray(model.whitening[...])
    np.testing.assert_allclose(responses.T @ responses / len(responses), np.eye(12), atol=2e-2)


def test_arms_share_their_initial_weights_but_not_their_order_and_seeds_share_nothing():
    real, synthetic, other = training_keys(0, "real", 0), training_keys(0, "synthetic", 0), training_keys(0, "real", 1)

    def kernel(keys):
        state = initial_network(6, WIDTH, keys.initialisation)[1]
        return np.asarray(state["groups"][1]["convolution1"]["kernel"][...])

    np.testing.assert_array_equal(kernel(real), kernel(synthetic))
    assert real.augmentation == synthetic.augmentation
    assert real.order != synthetic.order
    assert not np.array_equal(kernel(real), kernel(other))
    assert real.augmentation != other.augmentation
    assert training_keys(1, "real", 0).initialisation != real.initialisation
