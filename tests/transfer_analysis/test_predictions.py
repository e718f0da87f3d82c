"""Predictions survive the disk unchanged, and a damaged file is refused."""

import numpy as np
import pytest

from photographs.atomic_files import CorruptFileError
from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from transfer_analysis.predictions import Predictions, read_predictions, write_predictions


@pytest.fixture
def predictions() -> Predictions:
    return Predictions(
        np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32),
        np.array([0, 1, 2, 0, 1], np.int32),
        np.arange(5, dtype=np.int64),
        ("bird", "cat", "deer"),
    )


def test_what_is_read_is_what_was_written(tmp_path, predictions):
    write_predictions(tmp_path / "real.npz", predictions)
    again = read_predictions(tmp_path / "real.npz")
    np.testing.assert_array_equal(again.logits_nk, predictions.logits_nk)
    np.testing.assert_array_equal(again.labels, predictions.labels)
    np.testing.assert_array_equal(again.indices, predictions.indices)
    assert again.classes == predictions.classes
    assert (again.logits_nk.dtype, again.labels.dtype, again.indices.dtype) == (np.float32, np.int32, np.int64)


def test_equal_predictions_give_equal_bytes(tmp_path, predictions):
    write_predictions(tmp_path / "a.npz", predictions)
    write_predictions(tmp_path / "b.npz", predictions)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_any_flipped_byte_or_cut_is_refused_or_harmless(tmp_path, predictions):
    path = tmp_path / "real.npz"
    write_predictions(path, predictions)
    whole = path.read_bytes()
    damaged = [whole[: len(whole) // 2], b"", b"not a zip file"]
    damaged += [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in range(0, len(whole))]
    refused = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            again = read_predictions(path)
        except CorruptFileError:
            refused += 1
        else:  # a byte of padding or of a time stamp: the content must still be the true one
            np.testing.assert_array_equal(again.logits_nk, predictions.logits_nk)
    assert refused > len(damaged) / 2


def test_a_photo_set_is_not_taken_for_predictions_nor_the_other_way_round(tmp_path, predictions):
    write_predictions(tmp_path / "predictions.npz", predictions)
    images = np.zeros((2, 4, 4, 3), np.uint8)
    write_photo_set(tmp_path / "photos.npz", PhotoSet(images, np.zeros(2, int), np.arange(2), ("bird", "cat")))
    with pytest.raises(CorruptFileError, match="lacks logits"):
        read_predictions(tmp_path / "photos.npz")
    with pytest.raises(CorruptFileError, match="lacks images"):
        read_photo_set(tmp_path / "predictions.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        read_predictions(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": np.array([0, 1, 3], np.int32)}, "outside"),
        ({"logits_nk": np.zeros((3, 2), np.float32)}, "logits are"),
        ({"logits_nk": np.full((3, 3), np.nan, np.float32)}, "not finite"),
        ({"indices": np.arange(2)}, "indices has 2"),
    ],
)
def test_inconsistent_predictions_are_refused(change, message):
    sound = {"logits_nk": np.zeros((3, 3), np.float32), "labels": np.array([0, 1, 2]), "indices": np.arange(3)}
    with pytest.raises(ValueError, match=message):
        Predictions(**{**sound, **change}, classes=("bird", "cat", "deer"))
