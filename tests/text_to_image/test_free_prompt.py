"""A prompt of one's own is answered, drawn and laid out on a sheet."""

import json
import shutil

import numpy as np
import pytest
import yaml
from PIL import Image

from tests.text_to_image.test_pipelines import run_command
from text_to_image.config import GeneratorConfig
from text_to_image.contact_sheet import contact_sheet
from text_to_image.embedded_generator.training_record import TRAINING_RECORD
from text_to_image.free_prompt import draw_free_prompt, understand
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline


@pytest.fixture(scope="module")
def embedded_model(tiny_model, tmp_path_factory):
    """Return the tiny model with the record that makes it one of this project's own."""
    folder = tmp_path_factory.mktemp("models") / "embedded"
    shutil.copytree(tiny_model, folder)
    (folder / TRAINING_RECORD).write_text(json.dumps({"classes": ["cat", "frog"], "recipe": {}}))
    return folder


def settings(tmp_path, model):
    path = tmp_path / "config.yaml"
    generator = {"model": str(model), "steps": 1, "image_size": 64, "rows_per_forward": 2, "prompts": {"set": "plain"}}
    path.write_text(yaml.safe_dump({"generator": generator}))
    return path


def test_prompt_without_a_subject_is_said_first_and_drawn_all_the_same(embedded_model, tmp_path):
    sheet = tmp_path / "sheet.png"
    finished = run_command(
        "draw",
        "an elaborate photograph of the Eiffel tower over a zeppelin hangar",
        *("--count", 3, "--seed", 5, "--output", sheet, "--config", settings(tmp_path, embedded_model)),
    )
    first, last = finished.stdout.splitlines()
    assert first.startswith("This model knows two animals (cat, frog); nothing in the prompt names one")
    assert '"Eiffel"' in first
    assert last == f"{sheet}: 3 images, seed 5"
    with Image.open(sheet) as image:
        assert image.width >= 3 * 6 * 32


@pytest.mark.parametrize("record", ["{}", "[]", "no JSON", '{"classes": 10}'])
def test_record_of_another_trainer_makes_no_embedded_model(tiny_model, tmp_path, record):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    (model / TRAINING_RECORD).write_text(record)
    assert not resolve_model(GeneratorConfig(model=str(model))).is_embedded


def test_nothing_is_claimed_of_another_model(tiny_model):
    understood = understand(resolve_model(GeneratorConfig(model=str(tiny_model))), "a hot dog stand")
    assert (understood.prompt, understood.answer) == ("a hot dog stand", "")


def test_empty_prompt_is_refused(tiny_model):
    with pytest.raises(ValueError, match="the prompt is empty; say what to draw"):
        understand(resolve_model(GeneratorConfig(model=str(tiny_model))), " ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a cat", "--output", "sheet.jpg"], "error: --output is sheet.jpg; the sheet is a .png"),
        (["a cat", "--output", "sheet.png", "--count", "0"], "error: --count is 0; it takes at least 1"),
        (["a cat", "--output", "sheet.png", "--generator", "./nowhere"], "error: nowhere: no diffusers pipeline"),
        (["a cat", "--output", "sheet.png", "--study", "nowhere.yaml"], "error: nowhere.yaml: No such file"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(embedded_model, tmp_path, arguments, message):
    config = settings(tmp_path, embedded_model)
    finished = run_command("draw", *arguments, "--config", config, check=False)
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in finished.stderr


def test_two_prompts_are_drawn_from_the_same_noise(tiny_model):
    config = GeneratorConfig(model=str(tiny_model), steps=1, image_size=64, rows_per_forward=2)
    pipeline = Pipeline(config, resolve_model(config))
    cat = draw_free_prompt(config, pipeline, "a {cat}", range(3))
    dog = draw_free_prompt(config, pipeline, "a dog", range(1, 3))
    assert cat.metadata["prompt"].tolist() == ["a {cat}"] * 3
    assert cat.metadata["seed"][1:].tolist() == dog.metadata["seed"].tolist()
    assert not (cat.images_nhwc[1:] == dog.images_nhwc).all()


def test_sheet_shows_every_image_pixel_for_pixel_below_the_words():
    images = np.random.default_rng(0).integers(1, 255, (10, 32, 32, 3), dtype=np.uint8)
    pixels = np.asarray(contact_sheet(images, [str(i) for i in range(10)], "a prompt", "an answer " * 60))
    plain = np.asarray(contact_sheet(images, [""] * 10, "a prompt"))
    assert pixels.shape[0] > plain.shape[0]  # the answer takes lines of its own
    assert (plain[: plain.shape[0] // 8] < 128).any()  # the heading
    for image in images:
        large = image.repeat(6, axis=0).repeat(6, axis=1)
        corner = np.argwhere((pixels[:-191, :-191] == large[0, 0]).all(axis=2))
        assert any((pixels[y : y + 192, x : x + 192] == large).all() for y, x in corner)
