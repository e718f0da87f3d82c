import itertools

import jax
import numpy as np
import pytest
from flax import nnx

from flax_cnn.config import Augmentation, TrainingConfig
from flax_cnn.convolution import convolve_by
from flax_cnn.evaluation import predict_logits
from flax_cnn.fast_network import _patches
from flax_cnn.keys import training_keys
from flax_cnn.network import NETWORKS, fit_input, initial_network, network_structure, parameter_count
from flax_cnn.training import TrainingData, train
from tests.flax_cnn.toy_problem import bands

WIDTH = 0.05


def test_parameter_count_of_the_default_network():
    c = (24, 32, 128, 128)
    convolutions = sum(9 * (a * b + b * b) for a, b in itertools.pairwise(c))
    batch_norm_biases = 2 * sum(c[1:])
    assert parameter_count("fast", 6, TrainingConfig().width) == convolutions + batch_norm_biases + 128 * 6 == 496_704


def test_parameter_counts_are_the_published_and_the_textbooks():
    assert parameter_count("resnet18", 10, 1.0) == 11_173_962
    five_layers = (3 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 128 + (4 * 4 * 128 + 1) * 128 + 129 * 10
    assert parameter_count("plain", 10, 1.0) == five_layers == 356_810


@pytest.mark.parametrize(("name", "classes"), [("fast", 2), ("resnet18", 10), ("plain", 10)])
def test_one_step_lowers_the_loss_of_its_own_batch_whatever_network_and_classes(name, classes):
    images, labels = bands(20, classes, seed=0)
    names = tuple(f"class {k}" for k in range(classes))
    settings = {"network": name, "width": WIDTH, "steps": 2, "evaluations": 2, "warmup_fraction": 0, "batch_size": 20}
    config = TrainingConfig(**settings, augmentation=Augmentation(flip=False, translate=0))
    data = TrainingData(images, labels, images, labels)
    classifier, (first, second) = train(config, data, names, training_keys(0, "real", 0))
    assert second["train_loss"] < first["train_loss"]
    assert classifier.predict_logits(images).shape == (20, classes)
    assert list(classifier.predict_block_features(images)) == [*NETWORKS[name].block_names, "penultimate"]


def test_ten_classes_give_ten_logits():
    images, _ = bands(4, 10, seed=0)
    logits = predict_logits(*initial_network("fast", 10, WIDTH, jax.random.key(0)), images)
    assert logits.shape == (4, 10)
    assert np.isfinite(logits).all()


def test_first_layer_whitens_the_training_images():
    images = np.random.default_rng(0).integers(0, 256, (200, 32, 32, 3)).astype(np.uint8)
    images[..., 1] = images[..., 0] // 2 + images[..., 1] // 2
    graph, state = initial_network("fast", 6, WIDTH, jax.random.key(0))
    model = nnx.merge(graph, fit_input(graph, state, images))
    normalised = (images / 255.0 - model.mean[...]) / model.deviation[...]
    np.testing.assert_allclose(normalised.mean(axis=(0, 1, 2)), 0, atol=1e-3)
    responses = _patches(np.asarray(normalised)).reshape(-1, 12) @ np.asarray(model.blocks[0].filters[...])
    np.testing.assert_allclose(responses.T @ responses / len(responses), np.eye(12), atol=2e-2)


def test_arms_share_their_initial_weights_but_not_their_order_and_seeds_share_nothing():
    real, synthetic, other = training_keys(0, "real", 0), training_keys(0, "synthetic", 0), training_keys(0, "real", 1)

    def kernel(keys):
        state = initial_network("fast", 6, WIDTH, keys.initialisation)[1]
        return np.asarray(state["blocks"][2]["convolution1"]["kernel"][...])

    np.testing.assert_array_equal(kernel(real), kernel(synthetic))
    assert real.augmentation == synthetic.augmentation
    assert real.first_sides == synthetic.first_sides
    assert real.order != synthetic.order
    assert not np.array_equal(kernel(real), kernel(other))
    assert real.augmentation != other.augmentation
    assert real.first_sides not in (other.first_sides, real.augmentation)
    assert training_keys(1, "real", 0).initialisation != real.initialisation


@pytest.mark.parametrize("name", NETWORKS)
def test_products_outside_convolutions_are_asked_for_in_float32(name):
    graph, state = network_structure(name, 10, WIDTH)
    with convolve_by("xla"):
        ask = jax.make_jaxpr(lambda state, images: nnx.merge(graph, state, copy=True)(images))
        program = ask(state, bands(1, 2, seed=0)[0])
    products = [each for each in program.eqns if each.primitive.name == "dot_general"]
    assert products
    assert all(set(each.params["precision"]) == {jax.lax.Precision.HIGHEST} for each in products)


@pytest.mark.parametrize(("name", "channels"), [("fast", 256), ("resnet18", 512), ("plain", 128)])
def test_features_are_as_many_as_the_classifier_says(name, channels):
    state = network_structure(name, 10, 0.5)[1]
    assert state["head"]["kernel"].shape == (channels // 2, 10)
