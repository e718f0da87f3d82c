"""A setting that cannot be is one clear line, before anything runs."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from photographs.layered_settings import read_settings
from tests.workflow.study import REPOSITORY
from workflow_scripts.config import load_study
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.write_config_schema import CONFIG_SCHEMA, STUDY_SCHEMA, config_schema, study_schema


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    return yaml.safe_load(Path("config.yaml").read_text())


def changed(settings, **changes):
    return {**settings, **changes}


def test_default_config_is_sound(settings):
    load_study(settings)


def test_several_seeds_and_several_devices_are_refused_before_anything_is_drawn(settings):
    with pytest.raises(ConfigError, match=r"gpus\.training is 2 and seeds_per_job is 4: .*set one of them to 1$"):
        load_study(changed(settings, gpus={"training": 2}, seeds_per_job=4))


def test_key_that_stands_twice_is_refused_and_not_dropped(tmp_path):
    twice = tmp_path / "study.yaml"
    twice.write_text("training: {width: 0.25}\nseeds: 3\ntraining: {steps: 160}\n")
    with pytest.raises(ValueError, match=r"study\.yaml: .*training stands there twice .*, line 3,"):
        read_settings([twice])
    twice.write_text("a: &usual {seeds: 3}\nb: {<<: *usual, seeds: 4}\nc: {seeds: 5}\n")
    assert read_settings([twice]) == {"a": {"seeds": 3}, "b": {"seeds": 4}, "c": {"seeds": 5}}


@pytest.mark.parametrize("folder", [".", ".."])
def test_folder_of_images_that_holds_the_study_is_refused(settings, folder):
    with pytest.raises(ConfigError, match=rf"folder is '{re.escape(folder)}', which holds the study itself"):
        load_study(changed(settings, image_folder={"folder": folder}))


@pytest.mark.parametrize("study", sorted((REPOSITORY / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_studies_are_sound(settings, study):
    laid_over = yaml.safe_load(study.read_text())
    merged = {
        key: {**settings.get(key, {}), **value} if isinstance(value, dict) else value
        for key, value in laid_over.items()
    }
    load_study({**settings, **merged})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clases": []}, "config: clases is no setting; remove it or correct its name"),
        ({"seeds": "three"}, 'config: seeds is "three": it must be a valid integer'),
        ({"seed": 2**32}, "config: seed is 4294967296: it must be less than or equal to 4294967295"),
        ({"classes": ["bird", "cow"]}, "'cow' is no class of CIFAR-10; choose from airplane"),
        ({"classes": ["bird"]}, "classes"),
        ({"classes": ["cat", "cat"]}, "'cat' stands there twice"),
        ({"classes": ["cat", "ship"]}, "classes has 'ship', which the generator 'models/embedded' cannot draw"),
        ({"images_per_class": {"synthetic": 6000, "train": 4600}}, "CIFAR-10 has 4500 to train on; lower it"),
        ({"images_per_class": {"synthetic": 60, "train": 50}}, "leaves 45 to train on"),
        ({"generator": {"model": "models/nothing"}}, "generator.model is 'models/nothing': no folder with a diffusers"),
        ({"generator": {"model": "a/b", "guidance_scale": [5, 1]}}, "runs downwards; write [low, high]"),
        ({"generator": {"model": "a/b", "guidance_scale": [0, 3]}}, "where images lose their class; write [1, 3]"),
        ({"image_folder": {"folder": ""}}, 'image_folder.folder is "": string should have at least 1 character'),
        ({"seeds": True}, "config: seeds is true: it is neither a number nor a word"),
        ({"sweep_size": {"seeds": True}}, "config: sweep_size.seeds is true: it is neither"),
        ({"generator": {"model": "a/b", "guidance_scale": [True, 3]}}, "guidance_scale is [true, 3]: it is neither"),
        (
            {"generator": {"model": "a/b", "compile": "off"}},
            'compile is "off": it must be a valid boolean, or',
        ),
        ({"generator": {"model": "a/b", "rows_per_forward": 0}}, "forward is 0: it must be greater than 0, or 'auto'"),
        ({"generator": {"model": "a/b", "guidance_scale": [1, "x"]}}, 'generator.guidance_scale.1 is "x": it must be'),
        (
            {"generator": {"model": "a/b", "guidance_scale": [1, 2, 3]}},
            "guidance_scale is [1, 2, 3]: it must be",
        ),
        (
            {"generator": {"model": "a/b", "arguments": {"x": [1]}}},
            "arguments.x is [1]: it must be a valid boolean",
        ),
        ({"generator": {"model": ""}}, 'config: generator.model is "": string should have at least 1 character'),
        ({"generator": {"model": "a/b", "vae": "tiny", "tiny_vae": ""}}, 'config: generator.tiny_vae is "": string'),
        (
            {"generator": {"model": "a/b", "vae": "tiny", "tiny_vae": "models/x"}},
            "generator.tiny_vae is 'models/x': no folder with an AutoencoderTiny",
        ),
        ({"generator_training": {"distillation": {"guidance": [3, 1]}}}, "is [3, 1]: write [low, high], from 1"),
        ({"generator_training": {"distillation": {"guidance": [1, float("nan")]}}}, "it must be a finite number"),
        ({"generator_training": {"distillation": {"teacher_timesteps": [499, 999]}}}, "must be lower than the one"),
        ({"generator_training": {"distillation": {"teacher_timesteps": [1000]}}}, "must be less than or equal to 999"),
        ({"generator_training": {"diffusion": {"channels": []}}}, "diffusion.channels is []: tuple should have at"),
        ({"rejection_training": {"channels": []}}, "channels is []: tuple should have at least 1 item"),
        ({"rejection_training": {"seed": -1}}, "rejection_training.seed is -1: it must be greater than or equal to 0"),
        ({"generator": {"model": "a/b", "guidance_scale": -5}}, "guidance_scale is -5: it leads away from the words"),
        ({"generator": {"model": "models/embedded", "guidance_scale": 7.5}}, "learned 1 to 3 alone"),
        ({"generator": {"model": "models/embedded", "revision": "v1"}}, "revision is 'v1', but has no effect on a fol"),
        (
            {"generator": {"model": "a/b", "rejection": {"classifier": "models/nothing", "revision": "v1"}}},
            "generator.rejection: revision is 'v1', but has no effect on a folder (models/nothing)",
        ),
        ({"generator": {"model": "a/b", "tiny_vae_revision": "v1"}}, "there is no tiny_vae; name one, or remove it"),
        (
            {"generator": {"model": "a/b", "vae": "tiny", "tiny_vae": "models/x", "tiny_vae_revision": "v1"}},
            "tiny_vae_revision is 'v1', but has no effect on a folder",
        ),
        ({"generator": {"model": "a/b", "guidance_scale": float("nan")}}, "it must be a number, or [low, high]"),
        ({"generator": {"model": "a/b", "prompts": {"templates": ["a {dog}"]}}}, "has {dog}; known are class, a_class"),
        (
            {"generator": {"model": "a/b", "rejection": {"classifier": "models/nothing"}}},
            "generator.rejection.classifier is 'models/nothing': no folder with an image classifier",
        ),
        (
            {
                "classes": ["cat", "ship"],
                "generator": {"model": "a/b", "rejection": {"classifier": "models/rejection_classifier"}},
            },
            "generator.rejection.classifier is 'models/rejection_classifier', which has no label 'ship'",
        ),
        (
            {"sweeps": {"judges": {"rejection": [None, {"classifier": "models/nothing"}]}}},
            "generator.rejection.classifier is 'models/nothing': no folder with an image classifier",
        ),
        ({"sweeps": {"words": {"prompts": [{"class_words": {"catt": ["kitten"]}}]}}}, "catt"),
        ({"image_folder": {"folder": "nowhere"}}, "image_folder.folder is 'nowhere': there is no such folder"),
        ({"arms": {"real": {"synthetic_share": 0}}}, "'synthetic' must be there with synthetic_share 1"),
        ({"mixtures": {"seeds": 9}}, "mixtures.seeds is 9: each is paired with one of the arms' trainings"),
        ({"mixtures": {"synthetic_parts": [1], "added": [1.5]}}, "mixtures.added.0 is 1.5"),
        ({"trust": {"seeds": 9}}, "trust.seeds is 9: each arm is trained 3 times; lower it or raise seeds"),
        ({"trust": {"corruptions": ["rain"]}}, 'trust.corruptions.0 is "rain"'),
        ({"trust": {"severities": [1, 1]}}, "1 stands there twice"),
        ({"hypotheses": {"h": {"gap": "real_to_moon", "sign": "loss"}}}, "hypotheses.h.gap is 'real_to_moon'"),
        ({"hypotheses": {"h": {"gap": "real_to_synthetic", "sign": "none"}}}, "say in points how large a gap"),
        ({"training": {"steps": 0}}, "config: training.steps is 0: it must be greater than or equal to 1"),
    ],
)
def test_impossible_setting_is_named_with_its_mend(settings, changes, message):
    with pytest.raises(ConfigError) as raised:
        load_study(changed(settings, **changes))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("spelling", ["./models/embedded", "models/embedded/", "models//embedded"])
def test_other_spelling_of_a_folder_is_the_same_generator(settings, spelling):
    generator = {**settings["generator"], "model": spelling}
    assert load_study(changed(settings, generator=generator)).digest() == load_study(settings).digest()
    assert load_study(changed(settings, generator={**generator, "model": "a/b"})).generator.model == "a/b"


@pytest.mark.parametrize("share", [0, 1, 0.0001])
def test_a_mixture_of_one_kind_is_refused(settings, share):
    arms = {**settings["arms"], "mixture": {"synthetic_share": share}}
    with pytest.raises(ConfigError, match=rf"arms\.mixture\.synthetic_share is {share:g}: of 600 photographs a class"):
        load_study(changed(settings, arms=arms))


def test_share_out_of_range_is_named(settings):
    arms = {**settings["arms"], "mixture": {"synthetic_share": 1.2}}
    with pytest.raises(
        ConfigError, match=r"arms\.mixture\.synthetic_share is 1\.2: it must be less than or equal to 1"
    ):
        load_study(changed(settings, arms=arms))


def test_arm_is_taken_away_by_null(settings):
    arms = {**settings["arms"], "mostly_synthetic": {"synthetic_share": 0.9}, "gone": None}
    assert set(load_study(changed(settings, arms=arms)).arms) == {"real", "synthetic", "mixture", "mostly_synthetic"}


def test_digest_changes_with_what_can_change_a_result_alone(settings):
    digest = load_study(settings).digest()
    assert load_study(changed(settings, batch_size=7, shard_size=11)).digest() == digest
    assert load_study(changed(settings, seed=1)).digest() != digest


@pytest.mark.parametrize(("path", "schema"), [(CONFIG_SCHEMA, config_schema()), (STUDY_SCHEMA, study_schema())])
def test_schemas_are_those_of_the_types(path, schema):
    assert json.loads(path.read_text()) == schema, "run: make schema"


def test_schemas_take_what_the_study_takes(settings):
    jsonschema.validate(settings, config_schema())
    for study in (REPOSITORY / "studies").glob("*.yaml"):
        assert "$schema=../docs/study.schema.json" in study.read_text().splitlines()[0]
        jsonschema.validate(yaml.safe_load(study.read_text()), study_schema())
    removed = {"sweeps": {"steps": None}, "arms": {"mostly_synthetic": None}, "hypotheses": {"h": None}}
    jsonschema.validate(removed, study_schema())
    for wrong in ({"sweep": {}}, {"seeds": "three"}, {"generator": None}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, study_schema())


def test_every_mixture_brings_its_real_part_alone_and_no_arm_is_trained_twice(settings):
    points = load_study(changed(settings, mixtures={"shares": [0.75, 0.5], "added": [0.25]})).mixture_points()
    sizes = {(point.real, point.synthetic): point.arm for point in points.values()}
    assert all((real, 0) in sizes for real, _ in sizes if real)
    assert {size: arm for size, arm in sizes.items() if arm} == {
        (600, 0): "real",
        (0, 600): "synthetic",
        (300, 300): "mixture",
    }
    assert {(150, 450), (75, 0), (150, 150), (600, 150)} <= sizes.keys()


def test_hypotheses_change_no_result(settings):
    expected = {"h": {"gap": "synthetic_to_real", "sign": "loss"}}
    assert load_study(changed(settings, hypotheses=expected)).digest() == load_study(settings).digest()
