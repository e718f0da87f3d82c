"""A prompt that the model would silently cut off is caught, at the border exactly."""

import pytest

from tests.text_to_image.test_pipelines import run_command
from tests.text_to_image.tiny_pipelines import (
    save_deepfloyd,
    save_pixart,
    save_stable_diffusion_3,
    save_stable_diffusion_xl,
)
from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator.tokenizer import MAX_TOKENS
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline

# Every word is one token; a start and an end mark come with them.
LONGEST = " ".join(["cat"] * (MAX_TOKENS - 2))
TOO_LONG = f"{LONGEST} cat"
MESSAGE = rf"the prompt '(cat ?)+' has {MAX_TOKENS + 1} tokens, \w+ takes {MAX_TOKENS} and would drop the rest"


def load(folder, **settings):
    config = GeneratorConfig(model=str(folder), steps=1, image_size=64, rows_per_forward=1, **settings)
    return Pipeline(config, resolve_model(config))


def test_longest_prompt_is_drawn_and_one_word_more_is_refused(tiny_model):
    pipeline = load(tiny_model)
    images, _ = pipeline([LONGEST], [1.5], [0])
    assert images.shape == (1, 64, 64, 3)
    with pytest.raises(ValueError, match=MESSAGE):
        pipeline([TOO_LONG], [1.5], [0])


def test_negative_prompt_is_checked_when_the_model_is_loaded(tiny_model):
    load(tiny_model, prompts={"negative": LONGEST})
    with pytest.raises(ValueError, match=MESSAGE):
        load(tiny_model, prompts={"negative": TOO_LONG})


@pytest.mark.parametrize("save", [save_stable_diffusion_xl, save_stable_diffusion_3])
def test_models_with_several_text_encoders_are_held_to_the_shortest(save, tmp_path):
    save(tmp_path / "model")
    pipeline = load(tmp_path / "model")
    pipeline.refuse_cut_prompts([LONGEST])
    with pytest.raises(ValueError, match=MESSAGE):
        pipeline.refuse_cut_prompts([LONGEST, TOO_LONG])


def test_a_limit_that_the_settings_give_is_the_one_that_counts(tmp_path):
    save_pixart(tmp_path / "model")
    settings = {"guidance_scale": 0, "arguments": {"use_resolution_binning": False, "max_sequence_length": 40}}
    pipeline = load(tmp_path / "model", **settings)
    pipeline.refuse_cut_prompts(["a b " * 5 + "frog"])
    with pytest.raises(ValueError, match="PixArtAlphaPipeline takes 40 and would drop the rest"):
        pipeline.refuse_cut_prompts(["a b " * 20 + "frog"])


def test_a_limit_that_a_pipeline_has_in_its_code_counts_too(tmp_path):
    save_deepfloyd(tmp_path / "model")
    with pytest.raises(ValueError, match="IFPipeline takes 77 and would drop the rest"):
        load(tmp_path / "model").refuse_cut_prompts(["a b " * 60 + "frog"])


def test_job_stops_in_one_line_before_it_draws(tiny_model, tmp_path):
    # The last image's prompt alone is too long.
    short, long = "{class}", TOO_LONG.replace("cat", "{class}", 1)
    generator = GeneratorConfig(model=str(tiny_model), steps=1, prompts={"templates": [short] * 20 + [long]})
    manifest = tmp_path / "manifest.json"
    run_command("prepare_generator", "--generator", generator.model_dump_json(), "--output", manifest)
    finished = run_command(
        "generate_images",
        *("--generator-manifest", manifest, "--class-name", "cat", "--first", 0, "--last", 200, "--batch-size", 1),
        *("--state-folder", tmp_path / "state", "--output", tmp_path / "shard.npz"),
        check=False,
    )
    assert finished.returncode == 1
    assert f"has {MAX_TOKENS + 1} tokens" in finished.stderr.splitlines()[-1]
    assert "Traceback" not in finished.stderr
    assert not list((tmp_path / "state").rglob("*.npz"))
