"""Accuracy, recall, confusions and calibration of one cell, on answers known by construction."""

import numpy as np
import pytest

from transfer_analysis.calibration import expected_calibration_error
from transfer_analysis.cells import Cell, read_cell
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.predictions import Predictions, write_predictions
from transfer_analysis.transfer import describe_cell

CLASSES = ("bird", "cat", "deer")


def test_constructed_answers_give_exact_numbers():
    labels_n = np.array([0, 0, 1, 1, 2, 2])
    predicted_sn = np.array([[0, 0, 1, 2, 2, 0], [0, 1, 1, 2, 2, 2]])
    cell = Cell("real", "real", CLASSES, labels_n, np.arange(6), predicted_sn, np.full((2, 6), 0.5))
    described = describe_cell(cell, estimate_mean(cell.correct_sn))
    assert described["accuracy"]["mean"] == pytest.approx(8 / 12)
    assert described["accuracy"]["per_seed"] == pytest.approx([4 / 6, 4 / 6])
    assert described["confusion"] == [[3, 1, 0], [0, 2, 2], [1, 0, 3]]
    assert described["confusion_normalised"][1] == [0, 0.5, 0.5]
    assert {name: recall["mean"] for name, recall in described["per_class_recall"].items()} == {
        "bird": 0.75,
        "cat": 0.5,
        "deer": 0.75,
    }
    assert described["ece"] == pytest.approx(8 / 12 - 0.5)
    assert described["n_images"] == 6


def test_calibration_error_of_known_bins():
    confidence_n = np.array([0.95, 0.95, 0.55, 0.55])
    assert expected_calibration_error(confidence_n, np.array([1, 1, 1, 0])) == pytest.approx((2 * 0.05 + 2 * 0.05) / 4)
    assert expected_calibration_error(np.ones(4), np.ones(4)) == 0
    # 0.2 is the upper edge of the third of fifteen bins, so both fall together and cancel.
    assert expected_calibration_error(np.array([0.2, 0.19]), np.array([0, 0.39])) == pytest.approx(0, abs=1e-9)


def test_a_class_without_test_images_is_named():
    cell = Cell("real", "real", CLASSES, np.array([0, 1]), np.arange(2), np.array([[0, 1]]), np.ones((1, 2)))
    with pytest.raises(ValueError, match="no image of class deer"):
        describe_cell(cell, estimate_mean(cell.correct_sn))


def write_seed(folder, seed, logits_nk, indices):
    labels = np.array([0, 1], np.int32)
    write_predictions(
        folder / "real" / f"seed_{seed}" / "real.npz",
        Predictions(np.asarray(logits_nk, np.float32), labels, np.asarray(indices), CLASSES),
    )


def test_cells_are_read_with_softmax_confidence(tmp_path):
    write_seed(tmp_path, 0, [[1000, 0, 0], [0, 0, 0]], [4, 5])
    write_seed(tmp_path, 1, [[0, np.log(2), 0], [0, np.log(2), 0]], [4, 5])
    cell = read_cell(tmp_path, "real", "real", 2)
    np.testing.assert_array_equal(cell.predicted_sn, [[0, 0], [1, 1]])
    np.testing.assert_allclose(cell.confidence_sn, [[1, 1 / 3], [0.5, 0.5]], rtol=1e-6)
    np.testing.assert_array_equal(cell.correct_sn, [[1, 0], [0, 1]])


def test_seeds_tested_on_different_images_are_refused(tmp_path):
    write_seed(tmp_path, 0, np.zeros((2, 3)), [4, 5])
    write_seed(tmp_path, 1, np.zeros((2, 3)), [5, 4])
    with pytest.raises(ValueError, match=r"seed_1/real\.npz.*other images"):
        read_cell(tmp_path, "real", "real", 2)
