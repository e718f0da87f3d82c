"""summary.json keeps its contract, and the same inputs give the same bytes."""

import csv
import json

import pytest

from tests.transfer_analysis.invented_study import ANIMALS, DOMAINS, describe, invented_cell, invented_summary
from transfer_analysis.study_description import RealManifest, StudyDescription, parse_description
from transfer_analysis.summary import summarise
from transfer_analysis.tables import write_tables


@pytest.fixture(scope="module")
def summary():
    return invented_summary()


def test_contract_of_the_design(summary):
    assert {"study", "transfer", "gaps", "training", "provenance"} <= summary.keys()
    study = summary["study"]
    assert {"config_sha256", "code_version", "generator", "classes", "images_per_class", "seeds"} <= study.keys()
    assert {"model", "revision"} <= study["generator"].keys()
    assert {kind: set(sizes) for kind, sizes in study["images_per_class"].items()} == {
        "real": {"train", "val", "test"},
        "synthetic": {"train", "val", "test"},
    }
    assert study["arms"]["synthetic"]["synthetic_share"] == 1
    assert study["chance"] == pytest.approx(1 / 6)
    for arm in DOMAINS:
        for domain in DOMAINS:
            cell = summary["transfer"][arm][domain]
            assert {"accuracy", "per_class_recall", "confusion", "ece", "n_images"} <= cell.keys()
            assert len(cell["accuracy"]["per_seed"]) == len(study["seeds"]) == 3
            low, high = cell["accuracy"]["ci95"]
            assert 0 <= low <= cell["accuracy"]["mean"] <= high <= 1
            assert list(cell["per_class_recall"]) == list(ANIMALS)
            assert sum(map(sum, cell["confusion"])) == 3 * cell["n_images"]
    for gap in summary["gaps"].values():
        assert {
            "mean",
            "ci95",
            "p_value",
            "p_value_holm",
            "minimum_detectable_effect",
            "n_seeds",
            "n_images",
        } <= gap.keys()


@pytest.mark.parametrize("arguments", [{}, {"n_seeds": 1, "per_class": 1}, {"accuracies": {("real", "real"): 1.0}}])
def test_the_same_inputs_give_the_same_bytes_and_no_nan(arguments):
    first, second = (json.dumps(invented_summary(**arguments), allow_nan=False) for _ in range(2))
    assert first == second


def test_unknown_keys_of_the_manifests_reach_the_provenance():
    study, real, synthetic = describe()
    real = RealManifest(**real.model_dump(), licence="unknown")
    cells = {("real", "real"): invented_cell("real", "real", 0.8)}
    summary = summarise(cells, study, real, synthetic, {})
    assert summary["provenance"]["further"] == {"real": {"licence": "unknown"}}


def test_contradicting_parts_are_refused():
    study, real, synthetic = describe()
    cells = {("sketch", "real"): invented_cell("sketch", "real", 0.8)}
    with pytest.raises(ValueError, match="sketch is not described"):
        summarise(cells, study, real, synthetic, {})
    other = real.model_copy(update={"classes": ["cat", "dog"]})
    with pytest.raises(ValueError, match="not the study's"):
        summarise(cells, study, other, synthetic, {})


def test_a_missing_key_is_named_with_its_origin():
    with pytest.raises(ValueError, match="--study: code_version"):
        parse_description({"config_sha256": "0"}, StudyDescription, "--study")


def test_tables_hold_the_summarys_numbers(summary, tmp_path):
    write_tables(tmp_path, summary)
    rows = {
        name: list(csv.DictReader((tmp_path / f"{name}.csv").open()))
        for name in ("transfer", "per_class_recall", "gaps")
    }
    assert len(rows["transfer"]) == 9
    assert len(rows["per_class_recall"]) == 9 * 6
    first = rows["gaps"][0]
    gap = summary["gaps"][first["gap"]]
    assert float(first["mean"]) == pytest.approx(gap["mean"], rel=1e-5)
    assert float(first["ci95_high"]) == pytest.approx(gap["ci95"][1], rel=1e-5)
