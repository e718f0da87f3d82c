"""A study of all ten classes runs without a change of code; the tiny study of the other tests has two."""

import csv
import json
from pathlib import Path

import pytest

from flax_cnn.classifier import load_classifier
from tests.workflow.study import TinyStudy

pytestmark = pytest.mark.study
SETTINGS = Path(__file__).with_name("ten_classes.yaml")


def test_study_of_ten_classes_comes_to_its_report(tmp_path):
    study = TinyStudy.create(tmp_path / "study", SETTINGS)
    finished = study.run("results/report/report.html")
    assert finished.returncode == 0, finished.stdout
    report = study.folder / "results/report"
    classes = json.loads((report / "summary.json").read_text())["study"]["classes"]
    assert len(classes) == 10
    assert load_classifier(study.folder / "results/classifiers/real/seed_0/checkpoint").classes == tuple(classes)
    with (report / "tables/per_class_recall.csv").open() as table:
        assert {row["class"] for row in csv.DictReader(table)} == set(classes)
