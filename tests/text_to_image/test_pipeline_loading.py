"""What a folder lacks is named, and what it has under a variant's name is found."""

import re

import pytest
from safetensors.torch import load_file, save_file

from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline


def load(folder, **settings):
    config = GeneratorConfig(model=str(folder), image_size=64, steps=1, guidance_scale=0, **settings)
    return Pipeline(config, resolve_model(config))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "conv_in.weight"),
        ("vae/diffusion_pytorch_model.safetensors", "decoder.conv_in.bias"),
        ("text_encoder/model.safetensors", "encoder.layers.0.layer_norm2.weight"),
    ],
)
def test_weight_that_is_in_no_file_is_named(tmp_path, file, name):
    save_stable_diffusion(tmp_path / "tiny")
    weights = load_file(tmp_path / "tiny" / file)
    weights.pop(name)
    save_file(weights, tmp_path / "tiny" / file, {"format": "pt"})
    with pytest.raises(ValueError, match=rf"has no weight (\w+\.)?{re.escape(name)} in its files"):
        load(tmp_path / "tiny")


def test_folder_of_a_variants_files_is_loaded_as_the_hubs_would_be(tmp_path):
    save_stable_diffusion(tmp_path / "half", variant="fp16")
    images, _ = load(tmp_path / "half", variant="fp16")(["a cat"], [0.0], [1])
    assert images.shape == (1, 64, 64, 3)
