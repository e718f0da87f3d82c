"""Every bit of a seed counts, and no image takes from randomness that others share."""

import numpy as np
import pytest
import torch
from scipy import stats

from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.noise import noise_generator
from text_to_image.pipeline import Pipeline


def noise(seed, size=4096):
    return torch.randn(size, generator=noise_generator(seed))


def test_torch_lays_its_state_out_as_is_relied_on():
    # Torch seeds as NumPy's old generator does: its words are then known.
    words = torch.Generator("cpu").manual_seed(5).get_state().view(torch.int64)[3:627]
    assert words.tolist() == np.random.RandomState(5).get_state()[1].tolist()


@pytest.mark.parametrize("bit", range(0, 63, 7))
def test_seeds_that_differ_in_one_bit_have_unrelated_noise(bit):
    first, second = noise(5), noise(5 ^ (1 << bit))
    assert abs(np.corrcoef(first, second)[0, 1]) < 5 / np.sqrt(len(first))


def test_noise_is_normal_and_the_same_every_time():
    assert torch.equal(noise(2**63 - 1), noise(2**63 - 1))
    drawn = np.concatenate([noise(seed, 64).numpy() for seed in range(200)])
    assert stats.kstest(drawn, "norm").pvalue > 1e-4


@pytest.fixture
def pipeline(tmp_path):
    torch.set_num_threads(1)
    save_stable_diffusion(tmp_path / "tiny")
    config = GeneratorConfig(model=str(tmp_path / "tiny"), image_size=64, steps=1, guidance_scale=0)
    return Pipeline(config, resolve_model(config))


def test_pipeline_that_draws_from_shared_randomness_is_refused(pipeline, monkeypatch):
    pipeline(["a cat"], [0.0], [1])
    decode = pipeline._pipeline.vae.decode

    def careless(latents, *arguments, **more):
        return decode(latents + 0.1 * torch.randn_like(latents), *arguments, **more)

    monkeypatch.setattr(pipeline._pipeline.vae, "decode", careless)
    with pytest.raises(ValueError, match="draws from other randomness than each image's own"):
        pipeline(["a cat"], [0.0], [1])


def test_images_of_seeds_whose_lower_bits_agree_differ(pipeline):
    images, _ = pipeline(["a cat"] * 2, [0.0] * 2, [7, 7 + 2**40])
    assert not np.array_equal(*images)
