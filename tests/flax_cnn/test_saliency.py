"""The heat map of every network: a place that decides stands out, and the registry's networks all have one."""

import numpy as np
import pytest

from flax_cnn.classifier import Classifier
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.network import initial_network
from flax_cnn.saliency import grad_cam, grad_cams

CLASSES = ("bird", "cat", "deer")


@pytest.mark.parametrize("name", ["fast", "resnet18", "plain"])
def test_heat_map_of_every_network_shows_places_in_zero_to_one(name):
    _, state = initial_network(name, len(CLASSES), 0.25, training_keys(0, "real", 0).initialisation)
    classifier = Classifier(CLASSES, TrainingConfig(network=name, width=0.25), state)
    image = np.random.default_rng(0).integers(256, size=(32, 32, 3)).astype(np.uint8)
    maps = [grad_cam(classifier, image, label) for label in range(len(CLASSES))]
    assert all(heat.shape == (8, 8) and heat.min() >= 0 and heat.max() in (0, 1) for heat in maps)
    assert not np.array_equal(maps[0], maps[1])


def test_maps_of_several_images_are_those_of_each_alone():
    _, state = initial_network("fast", len(CLASSES), 0.25, training_keys(0, "real", 0).initialisation)
    classifier = Classifier(CLASSES, TrainingConfig(network="fast", width=0.25), state)
    images = np.random.default_rng(0).integers(256, size=(3, 32, 32, 3)).astype(np.uint8)
    labels = np.array([2, 0, 1])
    together = grad_cams(classifier, images, labels)
    alone = [grad_cam(classifier, image, label) for image, label in zip(images, labels, strict=True)]
    assert together == pytest.approx(np.stack(alone), abs=1e-4)
