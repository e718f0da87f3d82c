"""A template whose images carry shuffled labels is found out, by retraining and by the cheaper estimate alike."""

import json

import numpy as np
import pytest

from flax_cnn.classifier import Classifier
from flax_cnn.keys import training_keys
from flax_cnn.training import TrainingData, train
from photographs.mixing import lowest_indices
from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from tests.flax_cnn.toy_problem import TINY, bands
from tests.text_to_image.test_pipelines import run_command
from transfer_analysis.cells import Cell
from transfer_analysis.neighbour_shapley import group_values, replacement_values
from transfer_analysis.template_worth import describe_worth

CLASSES = ("cat", "dog", "frog", "horse")
TEMPLATES = ["plain", "shuffled", "outdoors"]
SEEDS, PER_CLASS = 2, 40


@pytest.fixture(scope="module")
def photos():
    images, labels = bands(360, len(CLASSES), seed=0)
    templates = np.asarray(TEMPLATES)[np.arange(360) // len(CLASSES) % 3]
    shuffled = templates == "shuffled"
    labels[shuffled] = np.random.default_rng(1).permutation(labels[shuffled])
    return PhotoSet(images, labels, np.arange(360), CLASSES, {"template": templates})


@pytest.fixture(scope="module")
def validation():
    return bands(200, len(CLASSES), seed=2)


def trained(photos: PhotoSet, validation, seed: int) -> Classifier:
    data = TrainingData(photos.images_nhwc, photos.labels, *validation)
    return train(TINY, data, CLASSES, training_keys(0, "synthetic", seed))[0]


def answers(networks: list[Classifier], validation) -> Cell:
    images, labels = validation
    predicted_sn = np.stack([network.predict_logits(images).argmax(axis=1) for network in networks])
    return Cell(
        "", "real_validation", CLASSES, labels, np.arange(len(labels)), predicted_sn, np.ones_like(predicted_sn)
    )


def test_shuffled_template_is_worth_less_than_nothing_and_found_lowest(photos, validation):
    everything = lowest_indices(photos, PER_CLASS, "generated")
    networks = [trained(everything, validation, seed) for seed in range(SEEDS)]
    without = []
    for template in TEMPLATES:
        subset = lowest_indices(photos.select(photos.metadata["template"] != template), PER_CLASS, "generated")
        without.append(answers([trained(subset, validation, seed) for seed in range(SEEDS)], validation))
    groups_n = np.asarray([TEMPLATES.index(name) for name in everything.metadata["template"].tolist()])
    estimates = []
    for network in networks:
        features = [network.predict_features(images) for images in (everything.images_nhwc, validation[0])]
        totals_mg = group_values(features[0], everything.labels, groups_n, 3, features[1], validation[1], 10)
        estimates.append(replacement_values(totals_mg, np.bincount(groups_n)))
    worth = describe_worth("template", TEMPLATES, answers(networks, validation), without, np.stack(estimates))
    measured = {value["name"]: value["worth"]["mean"] for value in worth["values"]}
    estimated = {value["name"]: value["estimate"]["mean"] for value in worth["values"]}
    for found in (measured, estimated):
        assert min(found, key=found.get) == "shuffled"
        assert found["shuffled"] < 0
    assert worth["values"][1]["worth"]["ci95"][1] < 0
    assert "gains accuracy: shuffled" in worth["finding"]


def subset(tmp_path, photos, *arguments, by="template", check=True):
    write_photo_set(tmp_path / "photos.npz", photos)
    return run_command(
        "merge_template_subset",
        *("--photos", tmp_path / "photos.npz", "--by", by, "--values", json.dumps(TEMPLATES)),
        *("--output", tmp_path / "subset.npz", *arguments),
        check=check,
    )


def test_subset_lacks_its_template_and_has_the_size_asked_for(photos, tmp_path):
    subset(tmp_path, photos, "--without", 1, "--images-per-class", PER_CLASS)
    kept = read_photo_set(tmp_path / "subset.npz")
    assert set(kept.metadata["template"].tolist()) == {"plain", "outdoors"}
    assert np.bincount(kept.labels).tolist() == [PER_CLASS] * len(CLASSES)


def test_subset_that_cannot_be_is_one_line(photos, tmp_path):
    finished = subset(tmp_path, photos, "--without", 1, "--images-per-class", 99, check=False)
    assert finished.returncode == 1
    assert "lower template_worth.images_per_class" in finished.stderr.strip().splitlines()[-1]
    finished = subset(tmp_path, photos, "--images-per-class", 9, by="domain", check=False)
    assert "template_worth.by is 'domain': the images" in finished.stderr.strip().splitlines()[-1]
