"""All of CIFAR-10's classes, drawn by a model that knows none of them: nothing counts on six, nor on animals."""

import json

import pytest

from photographs.cifar10 import CIFAR10_CLASSES
from tests.workflow.study import TinyStudy

pytestmark = pytest.mark.study
# Left out to save minutes: their analyses take the classes from the same files.
_LEFT_OUT = ("mixtures=null", "representations=null", "domain_gap=null", "trust=null")


def test_study_of_all_ten_classes_comes_to_its_report(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    finished = study.run("--config", f"classes=[{','.join(CIFAR10_CLASSES)}]", *_LEFT_OUT)
    assert finished.returncode == 0, finished.stdout
    report = study.folder / "results" / "report"
    summary = json.loads((report / "summary.json").read_text())
    assert summary["study"]["classes"] == list(CIFAR10_CLASSES)
    cell = summary["transfer"]["synthetic"]["real"]
    assert [len(row) for row in cell["confusion"]] == [10] * 10
    assert sum(map(sum, cell["confusion"])) == 2 * 10_000
    page = (report / "report.html").read_text()
    assert all(name in page for name in CIFAR10_CLASSES)
