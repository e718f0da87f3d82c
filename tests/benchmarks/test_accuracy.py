"""The mean over seeds of `benchmarks.accuracy`, and that a finished seed is not trained again."""

import json

import pytest

from benchmarks import accuracy
from benchmarks.recipes import Recipe
from photographs.photo_set import PhotoSet, write_photo_set
from tests.flax_cnn.toy_problem import bands


def seed(accuracy):
    return {"test_accuracy": accuracy, "test_accuracy_mirrored": accuracy + 0.01, "seconds": 5}


def test_mean_and_interval_have_their_textbook_values():
    result = accuracy.summarise([seed(value) for value in (0.90, 0.92, 0.94)])
    assert result["mean"] == pytest.approx(0.92)
    assert result["mean_mirrored"] == pytest.approx(0.93)
    assert result["mean_seconds"] == 5
    # Student's t at 2 degrees of freedom is 4.303; the standard error is 0.02 / sqrt(3).
    assert result["ci95"] == pytest.approx([0.92 - 0.04968, 0.92 + 0.04968], abs=1e-4)


def test_one_seed_has_no_interval():
    assert accuracy.summarise([seed(0.9)])["ci95"] is None


def test_finished_seeds_are_not_trained_again(tmp_path, monkeypatch):
    for number, split in enumerate(("train", "val", "test")):
        images, labels = bands(60, 2, seed=number)
        write_photo_set(tmp_path / f"{split}.npz", PhotoSet(images, labels, labels.astype("int64"), ("top", "upper")))
    tiny = Recipe(epochs=5, evaluations=2, settings={"width": 0.05, "batch_size": 30})
    monkeypatch.setitem(accuracy.RECIPES, "quick", tiny)
    folders = [
        "--photos",
        str(tmp_path),
        "--output",
        str(tmp_path / "out.json"),
        "--unfinished",
        str(tmp_path / "kept"),
    ]
    monkeypatch.setattr(accuracy, "keep_compiled_programs", lambda folder: None)
    monkeypatch.setattr("sys.argv", ["accuracy", "--seeds", "2", *folders])
    accuracy.main()
    first = json.loads((tmp_path / "out.json").read_text())
    assert [row["seed"] for row in first["per_seed"]] == [0, 1]
    assert first["training"]["steps"] == 10

    def trained_again(*arguments):
        raise AssertionError

    monkeypatch.setattr(accuracy, "train", trained_again)
    accuracy.main()
    assert json.loads((tmp_path / "out.json").read_text()) == first
