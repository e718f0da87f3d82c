"""A network that is given another one's lower blocks keeps them, and learns the rest anew."""

import numpy as np
import pytest

from flax_cnn.checkpoints import named_arrays
from flax_cnn.classifier import save_classifier
from flax_cnn.keys import training_keys
from flax_cnn.network import initial_network
from flax_cnn.training import train
from flax_cnn.transplant import transplant_keys, transplanted
from photographs.photo_set import PhotoSet, write_photo_set
from tests.flax_cnn.toy_problem import TINY, band_data, bands
from tests.transfer_analysis.test_commands import command
from transfer_analysis.block_features import read_block_features
from transfer_analysis.representations.transplant_answers import read_transplant_answers

DATA = band_data()
CLASSES = ("top", "upper")
SHORT = TINY.model_copy(update={"steps": 6, "evaluations": 1})
# Where the kind of network does not matter: this one compiles in a moment.
PLAIN = SHORT.model_copy(update={"network": "plain", "width": 0.25})
OTHER_KEYS = transplant_keys(0, 1)


@pytest.fixture(scope="module")
def donor():
    return train(SHORT, DATA, CLASSES, training_keys(0, "real", 0))[0]


def test_lower_blocks_are_the_donors_and_the_others_fresh(donor):
    of_donor, start = named_arrays(donor.state), named_arrays(transplanted(donor, 2, OTHER_KEYS).state)
    fresh = named_arrays(initial_network("fast", 2, SHORT.width, OTHER_KEYS.initialisation)[1])
    taken = ("mean", "deviation", "blocks.0.", "blocks.1.")
    for name, values in start.items():
        np.testing.assert_array_equal(values, (of_donor if name.startswith(taken) else fresh)[name], err_msg=name)


def test_fresh_weights_are_not_those_that_the_donor_of_the_same_seed_started_from(donor):
    first = named_arrays(initial_network("fast", 2, SHORT.width, training_keys(0, "real", 0).initialisation)[1])
    start = named_arrays(transplanted(donor, 2, transplant_keys(0, 0)).state)
    for name in ("blocks.2.convolution1.kernel.value", "head.kernel.value"):
        assert not np.array_equal(start[name], first[name])


def test_frozen_blocks_are_unchanged_by_the_training_above_them(donor):
    start = transplanted(donor, 2, OTHER_KEYS)
    trained = train(SHORT, DATA, CLASSES, OTHER_KEYS, start=start, frozen_blocks=2)[0]
    before, after = (each.predict_block_features(DATA.val_images) for each in (donor, trained))
    np.testing.assert_array_equal(before["group1"], after["group1"])
    assert not np.array_equal(before["group2"], after["group2"])


def test_a_new_head_over_all_blocks_of_the_network_itself_costs_nothing():
    config = PLAIN.model_copy(update={"steps": 60})
    learned = train(config, DATA, CLASSES, training_keys(0, "real", 0))[0]
    moved = train(config, DATA, CLASSES, OTHER_KEYS, start=transplanted(learned, 4, OTHER_KEYS), frozen_blocks=4)[0]
    assert learned.metrics["val_accuracy"] == moved.metrics["val_accuracy"] == 1


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for seed, split in enumerate(("train", "val", "test")):
        images_nhwc, labels_n = bands(20, 2, seed)
        write_photo_set(folder / f"{split}.npz", PhotoSet(images_nhwc, labels_n, np.arange(20), CLASSES))
    return folder


def test_the_same_donor_twice_gives_the_same_answers_twice(photos, tmp_path):
    save_classifier(tmp_path / "donor", train(PLAIN, DATA, CLASSES, training_keys(0, "real", 0))[0])
    flags = {f"real_{split}": photos / f"{split}.npz" for split in ("train", "val", "test")}
    flags |= {"donors": (f"real={tmp_path / 'donor'}", f"synthetic={tmp_path / 'donor'}"), "images_per_class": 8}
    flags |= {"training": PLAIN.model_dump_json(), "study_seed": 0, "seed_index": 0}
    flags |= {"resume_folder": tmp_path / "resume", "output": tmp_path / "answers.npz"}
    assert command("train_transplants", **flags) is None
    answers = read_transplant_answers(tmp_path / "answers.npz")
    assert answers.blocks == ("convolution1", "convolution2", "convolution3", "dense")
    assert answers.predicted_dln.shape == (2, 5, 20)
    np.testing.assert_array_equal(answers.predicted_dln[0], answers.predicted_dln[1])
    assert not list((tmp_path / "resume").glob("*/step_*"))


def test_untrained_networks_are_those_that_trainings_start_from(photos, tmp_path):
    flags = {"real_train": photos / "train.npz", "train_images_per_class": 10, "training": SHORT.model_dump_json()}
    flags |= {"study_seed": 0, "seeds": 2, "photos": f"real={photos / 'test.npz'}", "output_folder": tmp_path}
    assert command("evaluate_untrained", **flags) is None
    first, second = (read_block_features(tmp_path / f"seed_{seed}" / "real_features.npz") for seed in (0, 1))
    assert list(first) == ["whitening", "group1", "group2", "group3", "penultimate"]
    np.testing.assert_array_equal(first["whitening"], second["whitening"])
    assert not np.array_equal(first["group2"], second["group2"])
