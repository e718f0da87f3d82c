"""Small models that the text-to-image tests share."""

import pytest

from tests.text_to_image.tiny_pipelines import save_stable_diffusion


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Return a folder with a Stable Diffusion pipeline of random weights."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_stable_diffusion(folder)
    return folder
