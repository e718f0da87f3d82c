"""The command that trains an arm's classifiers: what it refuses, what it says, and what it leaves behind."""

import json
import re

import numpy as np
import pytest

from flax_cnn.classifier import load_classifier
from flax_cnn.config import TrainingConfig
from photographs.photo_set import PhotoSet, write_photo_set
from tests.flax_cnn.toy_problem import TINY, bands
from tests.transfer_analysis.test_commands import command
from workflow_scripts.train_classifier import _progress_line

SHORT = TINY.model_copy(update={"network": "plain", "width": 0.25, "steps": 2, "evaluations": 2, "learning_rate": 1e-4})


@pytest.fixture
def flags(tmp_path):
    """Return the flags of a job with two seeds, one after the other."""
    for number, name in enumerate(("train", "val")):
        images, labels = bands(20, 2, number)
        write_photo_set(tmp_path / f"{name}.npz", PhotoSet(images, labels, np.arange(20), ("top", "upper")))
    return {
        "real": (tmp_path / "train.npz", tmp_path / "val.npz"),
        "arm": "real",
        "share_synthetic": 0,
        "train_images_per_class": 10,
        "training": SHORT.model_dump_json(),
        "study_seed": 0,
        "seed_index": (3, 4),
        "resume_folder": tmp_path / "resume",
        "classifier": (tmp_path / "3" / "checkpoint", tmp_path / "4" / "checkpoint"),
        "metrics": (tmp_path / "3" / "metrics.jsonl", tmp_path / "4" / "metrics.jsonl"),
    }


def test_what_killed_jobs_left_beside_the_results_goes(flags, tmp_path):
    (tmp_path / "3" / ".checkpoint.abcd_123" / "new").mkdir(parents=True)
    (tmp_path / "3" / ".metrics.jsonl.abcd_123.part").write_text("half")
    (tmp_path / "3" / ".checkpoint.of_others").write_text("kept")
    assert command("train_classifier", **flags) is None
    assert sorted(path.name for path in (tmp_path / "3").iterdir()) == [
        ".checkpoint.of_others",
        "checkpoint",
        "metrics.jsonl",
    ]
    assert load_classifier(tmp_path / "4" / "checkpoint").cost["seeds_side_by_side"] == 1
    assert [json.loads(line)["step"] for line in (tmp_path / "4" / "metrics.jsonl").read_text().splitlines()] == [1, 2]


def test_divergence_names_the_seeds_of_the_program(flags):
    flags["training"] = SHORT.model_copy(update={"learning_rate": 1e20}).model_dump_json()
    said = command("train_classifier", **flags, seeds_per_job=2)
    assert re.fullmatch(r"error: real, seed 3, 4: training 1 of 2 side by side: the (validation )?loss is nan .*", said)


@pytest.mark.parametrize("seeds", [0, -1])
def test_no_seed_per_job_is_refused(flags, seeds):
    assert command("train_classifier", **flags, seeds_per_job=seeds) == (
        f"error: --seeds-per-job is {seeds}: it must be at least 1"
    )


def test_each_seed_needs_a_place_for_its_classifier_and_its_metrics(flags):
    flags["classifier"] = flags["classifier"][:1]
    assert command("train_classifier", **flags) == (
        "error: --seed-index, --classifier and --metrics are 2, 1 and 2: give as many of each"
    )


@pytest.mark.parametrize("share", [-0.2, 1.2])
def test_a_share_that_is_none_is_refused(flags, share):
    assert command("train_classifier", **{**flags, "share_synthetic": share}) == (
        f"error: the share of generated photographs is {share}; it must be from 0 to 1"
    )


def test_settings_that_cannot_be_are_one_line(flags):
    said = command("train_classifier", **{**flags, "training": '{"steps": 0}'})
    assert said.startswith("error: TrainingConfig.steps: ")
    assert "\n" not in said


def test_time_left_counts_the_seeds_that_wait():
    config = TrainingConfig(steps=100, evaluations=10)
    rows = [{"step": 90, "seconds": 6.0, "val_accuracy": 0.5, "images_per_second": 1.0}] * 2
    assert _progress_line(rows, config, seeds_after=0).endswith(", 00:12 left")
    assert _progress_line(rows, config, seeds_after=3).endswith(", 03:12 left")
