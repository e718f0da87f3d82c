"""Small models that the text-to-image tests share."""

import json
import sys

import numpy as np
import pytest

from photographs.photo_set import PhotoSet
from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from workflow_scripts import prepare_generator


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Return a folder with a Stable Diffusion pipeline of random weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_stable_diffusion(folder)
    return folder


@pytest.fixture(scope="session")
def photographs():
    """Return eight photographs of noise, of two classes."""
    images = np.random.default_rng(0).integers(256, size=(8, 32, 32, 3)).astype(np.uint8)
    labels = np.array([0, 1] * 4, np.int32)
    return PhotoSet(images, labels, np.arange(8, dtype=np.int64), ("cat", "frog"))


@pytest.fixture
def prepare(tmp_path, monkeypatch):
    """Return a function that runs prepare_generator and returns its manifest."""

    def run(settings, state_folder="state"):
        output = tmp_path / "manifest.json"
        arguments = ["--generator", json.dumps(settings), "--state-folder", str(tmp_path / state_folder)]
        monkeypatch.setattr(sys, "argv", ["prepare_generator", *arguments, "--output", str(output)])
        prepare_generator.main()
        return json.loads(output.read_text())

    return run
