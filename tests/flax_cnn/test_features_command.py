"""The command that asks a classifier for features writes those of photographs and their mirror images, and logits."""

from unittest import mock

import numpy as np
import pytest

from flax_cnn.classifier import save_classifier
from flax_cnn.keys import training_keys
from flax_cnn.training import train
from photographs.photo_set import PhotoSet, write_photo_set
from tests.flax_cnn.toy_problem import TINY, band_data
from tests.transfer_analysis.test_commands import command
from transfer_analysis.block_features import read_block_features
from transfer_analysis.features import read_features
from transfer_analysis.predictions import read_predictions
from workflow_scripts import evaluate_classifier

DATA = band_data()
CLASSES = ("top", "upper")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    trained = train(TINY, DATA, CLASSES, training_keys(0, "real", 0))[0]
    path = tmp_path_factory.mktemp("classifier") / "checkpoint"
    save_classifier(path, trained)
    return trained, path


def photos(classes=CLASSES):
    return PhotoSet(DATA.val_images, DATA.val_labels, np.arange(7, 7 + len(DATA.val_images)), classes)


def test_features_and_logits_of_one_pass_are_those_of_two(classifier):
    features_nd, logits_nk = classifier[0].predict_features_and_logits(DATA.train_images)
    np.testing.assert_allclose(features_nd, classifier[0].predict_features(DATA.train_images), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(logits_nk, classifier[0].predict_logits(DATA.train_images), rtol=1e-5, atol=1e-6)
    assert features_nd.dtype == logits_nk.dtype == np.float32


def test_command_writes_what_the_classifier_sees(classifier, tmp_path):
    trained, checkpoint = classifier
    write_photo_set(tmp_path / "photos.npz", photos())
    files = {"classifier": checkpoint, "photos": tmp_path / "photos.npz"}
    assert command("evaluate_features", **files, output=tmp_path / "plain.npz") is None
    assert len(read_features(tmp_path / "plain.npz").mirrored_nd) == 0
    assert command("evaluate_features", **files, output=tmp_path / "features.npz", mirrored=()) is None
    features = read_features(tmp_path / "features.npz")
    np.testing.assert_array_equal(features.labels, DATA.val_labels)
    np.testing.assert_array_equal(features.indices, photos().indices)
    np.testing.assert_allclose(features.logits_nk, trained.predict_logits(DATA.val_images), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        features.mirrored_nd, trained.predict_features(DATA.val_images[:, :, ::-1]), rtol=1e-5, atol=1e-6
    )
    assert not np.allclose(features.mirrored_nd, features.features_nd)
    assert features.classifier == trained.digest()


def test_photographs_of_other_classes_are_refused(classifier, tmp_path):
    write_photo_set(tmp_path / "photos.npz", photos(("cat", "dog")))
    files = {"classifier": classifier[1], "photos": tmp_path / "photos.npz", "output": tmp_path / "features.npz"}
    assert "has classes ('cat', 'dog'), the classifier ('top', 'upper')" in command("evaluate_features", **files)
    assert not (tmp_path / "features.npz").exists()


def test_evaluation_writes_block_features_beside_the_predictions_when_asked(classifier, tmp_path):
    trained, checkpoint = classifier
    write_photo_set(tmp_path / "photos.npz", photos())
    arguments = {"classifier": checkpoint, "photos": f"real={tmp_path / 'photos.npz'}", "output_folder": tmp_path}
    assert command("evaluate_classifier", **arguments) is None
    assert not (tmp_path / "real_features.npz").exists()
    argv = ["evaluate_classifier", "--classifier", str(checkpoint), "--photos", arguments["photos"]]
    with mock.patch("sys.argv", [*argv, "--output-folder", str(tmp_path), "--block-features"]):
        evaluate_classifier.main()
    written = read_block_features(tmp_path / "real_features.npz")
    assert list(written) == list(trained.predict_block_features(DATA.val_images))
    np.testing.assert_allclose(written["penultimate"], trained.predict_features(DATA.val_images), rtol=2e-3, atol=2e-3)
    assert len(read_predictions(tmp_path / "real.npz")) == len(DATA.val_images)
