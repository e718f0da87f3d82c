"""A training set without one template: which images it holds, and what is said where it cannot be had."""

import json

import numpy as np
import pytest
import yaml

from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from tests.text_to_image.test_pipelines import run_command
from tests.workflow.study import REPOSITORY
from workflow_scripts.config import load_study

CLASSES = ("cat", "dog", "frog", "horse")
TEMPLATES = ["plain", "scenic", "outdoors"]
PER_CLASS = 40


@pytest.fixture(scope="module")
def photos():
    n = np.arange(360)
    images = np.zeros((360, 32, 32, 3), np.uint8)
    labels = (n % len(CLASSES)).astype(np.int32)
    return PhotoSet(images, labels, n, CLASSES, {"template": np.asarray(TEMPLATES)[n // len(CLASSES) % 3]})


def subset(tmp_path, photos, *arguments, by="template", check=True):
    write_photo_set(tmp_path / "photos.npz", photos)
    return run_command(
        "merge_template_subset",
        *("--photos", tmp_path / "photos.npz", "--by", by, "--values", json.dumps(TEMPLATES)),
        *("--output", tmp_path / "subset.npz", *arguments),
        check=check,
    )


def test_subset_lacks_its_template_and_has_the_size_asked_for(photos, tmp_path):
    subset(tmp_path, photos, "--without", 1, "--images-per-class", PER_CLASS)
    kept = read_photo_set(tmp_path / "subset.npz")
    assert set(kept.metadata["template"].tolist()) == {"plain", "outdoors"}
    assert np.bincount(kept.labels).tolist() == [PER_CLASS] * len(CLASSES)


def test_subset_that_cannot_be_is_one_line(photos, tmp_path):
    finished = subset(tmp_path, photos, "--without", 1, "--images-per-class", 99, check=False)
    assert finished.returncode == 1
    assert "lower template_worth.images_per_class" in finished.stderr.strip().splitlines()[-1]
    finished = subset(tmp_path, photos, "--images-per-class", 9, by="domain", check=False)
    assert "template_worth.by is 'domain': the images" in finished.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("domains", "parts"),
    [
        (["photo", "drawing"], ("photo", "drawing")),
        ({"bird": ["photo", "etching"], "default": ["photo", "drawing"]}, ("photo", "etching", "drawing")),
    ],
)
def test_parts_are_the_words_whichever_class_they_stand_for(domains, parts, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    settings = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    generator = {**settings["generator"], "prompts": {"domains": domains}}
    study = load_study({**settings, "generator": generator, "template_worth": {"by": "domain"}})
    assert study.prompt_parts() == parts
