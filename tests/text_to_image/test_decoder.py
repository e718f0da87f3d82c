"""Latents become pixels as `generator.vae` says, and for large images one at a time."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from pydantic import ValidationError

from tests.text_to_image.tiny_pipelines import save_tiny_decoder
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline


def load(folder, **settings):
    torch.set_num_threads(1)
    config = GeneratorConfig(model=str(folder), steps=1, guidance_scale=0, **settings)
    return Pipeline(config, resolve_model(config))


def draw(pipeline, seeds=(1, 2)):
    return pipeline(["a cat"] * len(seeds), [0.0] * len(seeds), list(seeds))[0]


def rows_decoded_together(pipeline, monkeypatch, seeds):
    rows, decode = [], pipeline._pipeline.vae.decoder.forward
    monkeypatch.setattr(
        pipeline._pipeline.vae.decoder,
        "forward",
        lambda sample, *rest: rows.append(len(sample)) or decode(sample, *rest),
    )
    draw(pipeline, seeds)
    return rows


def test_large_images_are_decoded_one_by_one_and_small_ones_together(tiny_model, monkeypatch):
    assert rows_decoded_together(load(tiny_model, image_size=136), monkeypatch, (1, 2, 3)) == [1, 1, 1]
    assert rows_decoded_together(load(tiny_model, image_size=64), monkeypatch, (1, 2, 3)) == [3]
    assert rows_decoded_together(load(tiny_model), monkeypatch, (1, 2, 3)) == [3]  # its own size: 64


def test_tiny_decoder_takes_the_models_place(tiny_model, tmp_path):
    settings = {"vae": "tiny", "tiny_vae": save_tiny_decoder(tmp_path / "decoder"), "image_size": 64}
    pipeline = load(tiny_model, **settings)
    assert isinstance(pipeline._pipeline.vae, AutoencoderTiny)
    images = draw(pipeline)
    assert images.shape == (2, 64, 64, 3)
    assert not np.allclose(images, draw(load(tiny_model, image_size=64)), atol=0.05)


@pytest.mark.parametrize("shape", [{"levels": 3}, {"latent_channels": 16}])
def test_tiny_decoder_of_another_model_is_refused(tiny_model, tmp_path, shape):
    decoder = save_tiny_decoder(tmp_path / "decoder", **shape)
    with pytest.raises(ValueError, match=r"generator.tiny_vae is '.*': it decodes .* choose the one made for it"):
        load(tiny_model, vae="tiny", tiny_vae=decoder)


def test_tiles_are_decoded_where_asked(tiny_model):
    pipeline = load(tiny_model, vae="tiled", image_size=136)
    assert pipeline._pipeline.vae.use_tiling
    assert draw(pipeline).shape == (2, 136, 136, 3)


@pytest.mark.parametrize("harm", [lambda weights: weights.unlink(), lambda weights: weights.write_bytes(b"spoilt")])
def test_tiny_decoder_without_sound_weights_is_one_line(tiny_model, tmp_path, harm):
    decoder = save_tiny_decoder(tmp_path / "decoder")
    harm(next(Path(decoder).glob("*.safetensors")))
    with pytest.raises(
        ValueError, match=r"generator.tiny_vae is '.*': it cannot be loaded as an AutoencoderTiny"
    ) as one:
        load(tiny_model, vae="tiny", tiny_vae=decoder, image_size=64)
    assert "\n" not in str(one.value)


@pytest.mark.parametrize("settings", [{"vae": "tiny"}, {"tiny_vae": "madebyollin/taesd"}])
def test_tiny_decoder_and_its_name_go_together(settings):
    with pytest.raises(ValidationError, match="they go together"):
        GeneratorConfig(model="models/embedded", **settings)
