import os
import shutil

import numpy as np
import pytest
from orbax.checkpoint import v1 as ocp

from flax_cnn.classifier import load_classifier, save_classifier
from flax_cnn.keys import training_keys
from flax_cnn.training import train
from photographs.atomic_files import CorruptFileError
from tests.flax_cnn.toy_problem import TINY, band_data

DATA = band_data()
CLASSES = ("top", "upper")


@pytest.fixture(scope="module")
def trained():
    return train(TINY, DATA, CLASSES, training_keys(0, "real", 0))[0]


@pytest.fixture(scope="module")
def sound(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "classifier"
    save_classifier(path, trained)
    return path


@pytest.fixture
def copy(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "classifier")


def largest_file(folder):
    return max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)


def test_loaded_classifier_is_the_saved_one(trained, sound):
    loaded = load_classifier(sound)
    assert (loaded.classes, loaded.config, loaded.metrics) == (trained.classes, trained.config, trained.metrics)
    assert loaded.digest() == trained.digest()
    np.testing.assert_array_equal(loaded.predict_logits(DATA.val_images), trained.predict_logits(DATA.val_images))


def test_metadata_says_how_to_use_it(sound):
    content = ocp.metadata(sound).custom_metadata["content"]
    assert content["classes"] == list(CLASSES)
    np.testing.assert_allclose(
        content["preprocessing"]["mean"], DATA.train_images.mean(axis=(0, 1, 2)) / 255, rtol=1e-5
    )


def test_saving_replaces_and_leaves_nothing_beside(trained, copy):
    save_classifier(copy, trained)
    assert load_classifier(copy).digest() == trained.digest()
    assert [path.name for path in copy.parent.iterdir()] == ["classifier"]


def test_checkpoint_is_on_the_disk_before_it_has_its_name(trained, tmp_path, monkeypatch):
    path, flushed, fsync = tmp_path / "classifier", set(), os.fsync

    def noting_fsync(handle):
        fsync(handle)
        if not path.exists():
            flushed.add(os.fstat(handle).st_ino)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    save_classifier(path, trained)
    assert {file.stat().st_ino for file in [path, *path.rglob("*")]} <= flushed


def test_truncated_checkpoint_is_corrupt(copy):
    file = largest_file(copy)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(CorruptFileError) as caught:
        load_classifier(copy)
    assert caught.value.path == copy


def test_every_file_that_matters_is_missed(copy):
    largest_file(copy).unlink()
    with pytest.raises(CorruptFileError):
        load_classifier(copy)


def test_flipped_bit_in_the_weights_is_corrupt(copy):
    file = largest_file(copy)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(CorruptFileError):
        load_classifier(copy)


def test_changed_class_name_is_corrupt(copy):
    file = copy / "_CHECKPOINT_METADATA"
    changed = file.read_text().replace("upper", "UPPER")
    assert changed != file.read_text()
    file.write_text(changed)
    with pytest.raises(CorruptFileError, match="digest"):
        load_classifier(copy)


def test_missing_classifier_is_no_corrupt_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_classifier(tmp_path / "none")


def test_logits_of_an_image_do_not_depend_on_its_company(trained):
    together = trained.predict_logits(np.concatenate([DATA.train_images] * 4))
    np.testing.assert_array_equal(trained.predict_logits(DATA.train_images[:1]), together[:1])
    assert together.shape == (360, 2)
    assert together.dtype == np.float32
    assert trained.predict_logits(DATA.train_images[:0]).shape == (0, 2)


def test_features_are_what_the_head_sees(trained):
    features = trained.predict_features(DATA.val_images)
    head = np.asarray(trained.state["head"]["kernel"][...])
    np.testing.assert_allclose(features @ head / 9, trained.predict_logits(DATA.val_images), atol=1e-5)


def test_wrong_images_are_refused(trained):
    with pytest.raises(ValueError, match="the network takes uint8"):
        trained.predict_logits(DATA.val_images.astype(np.float32))


def test_sound_checkpoint_that_cannot_be_opened_now_is_not_called_damaged(sound, monkeypatch):
    def too_many(path):
        raise ValueError(f"Error opening {path}: OS_ERROR: Too many open files [24]")

    monkeypatch.setattr(ocp, "load", too_many)
    with pytest.raises(ValueError, match="Too many open files"):
        load_classifier(sound)
