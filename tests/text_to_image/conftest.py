"""Small models that the text-to-image tests share."""

import numpy as np
import pytest

from photographs.photo_set import PhotoSet
from tests.text_to_image.tiny_pipelines import save_stable_diffusion


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
