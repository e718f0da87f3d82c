"""A sweep's grid becomes named points; what cannot be swept is one clear line; nothing runs unasked."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from photographs.photo_set import read_photo_set, write_photo_set
from tests.text_to_image.commands import run_command, the_line
from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from tests.workflow.study import REPOSITORY, TinyStudy
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.sampling import Sampler
from workflow_scripts.config import load_study
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.sweeps import drawing_config, points_of, safe_leftover

GENERATOR = GeneratorConfig(model="models/embedded", guidance_scale=1.5, steps=8)


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    return yaml.safe_load(Path("config.yaml").read_text())


def test_grid_is_every_combination_with_names_that_are_file_names():
    points = points_of(GENERATOR, {"steps": [4, 8], "sampler": [None, "dpmsolver++_lu"]})
    assert list(points) == [
        "steps=4,sampler=own",
        "steps=4,sampler=dpmsolver++_lu",
        "steps=8,sampler=own",
        "steps=8,sampler=dpmsolver++_lu",
    ]
    point = points["steps=8,sampler=dpmsolver++_lu"]
    assert point.generator == GENERATOR.model_copy(update={"sampler": "dpmsolver++_lu"})
    assert points["steps=8,sampler=own"].generator == GENERATOR


def test_any_generator_key_can_be_varied_and_long_values_keep_short_distinct_names():
    sentences = [f"{{a_domain}} of {{a_class}} / in a meadow at the edge of wood number {number}" for number in (1, 2)]
    points = points_of(GENERATOR, {"prompts": [{"templates": [text]} for text in sentences]})
    assert [point.generator.prompts.templates for point in points.values()] == [(text,) for text in sentences]
    assert len(points) == 2
    for name in points:
        assert len(name) <= 120
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_=,")
    assert list(points_of(GENERATOR, {"guidance_scale": [1.25, [1, 5]]})) == [
        "guidance_scale=1.25",
        "guidance_scale=1-5",
    ]


def test_values_that_differ_in_what_a_file_name_cannot_hold_are_told_apart():
    prompts = [{"templates": ["a {class}" + mark]} for mark in "!?"]
    points = points_of(GENERATOR, {"prompts": prompts, "resampling": ["box", "lanczos"]})
    assert len(points) == 4
    assert len({point.drawing for point in points.values()}) == 2


def test_kernels_share_what_is_drawn():
    points = points_of(GENERATOR, {"steps": [4, 8], "resampling": ["box", "lanczos"]})
    assert [point.drawing for point in points.values()] == ["steps=4", "steps=4", "steps=8", "steps=8"]
    assert {drawing_config(point).resampling for point in points.values()} == {"none"}
    [point] = points_of(GENERATOR, {"steps": [4]}).values()
    assert drawing_config(point) == point.generator


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sweeps": {"a": {"stepps": [4]}}}, "sweeps.a: stepps is no setting of the generator; correct its name"),
        ({"sweeps": {"a": {"steps": [4, 0]}}}, "sweeps.a: steps is 0: it must be greater than 0"),
        ({"sweeps": {"a": {"steps": []}}}, "sweeps.a: steps has no values; list some or take it out"),
        ({"sweeps": {"a": {}}}, "sweeps.a: there is nothing to vary"),
        ({"sweeps": {"a": {"steps": 4}}}, "config: sweeps.a.steps is 4: it must be a valid list"),
        ({"sweeps": {"a": {"steps": [4, 4]}}}, "sweeps.a: steps=4 stands there twice"),
        ({"sweeps": {"a": {"guidance_scale": [1, 1.0]}}}, "sweeps.a: guidance_scale=1.0 stands there twice"),
        (
            {"sweeps": {"a": {"vae": ["tiny"]}}},
            "sweeps.a: vae is 'tiny' and tiny_vae is None: they",
        ),
        ({"sweeps": {"a": {"sampler": ["magic"]}}}, 'sweeps.a: sampler is "magic"'),
        ({"sweeps": {"a": {"resampling": ["none"]}}}, "sweeps.a: resampling is none"),
        ({"sweeps": {"a/b": {"steps": [4]}}}, "sweeps.a/b becomes a folder name"),
        ({"sweep_size": {"steps": 321}}, "sweep_size.steps is 321: it must be a multiple of training.evaluations"),
        ({"sweep_size": {"images_per_class": 3}}, "config: sweep_size.images_per_class is 3"),
        ({"generator": {"model": "a/b", "resampling": "none"}}, "generator.resampling is none"),
        ({"template_worth": {"by": "colour"}}, 'config: template_worth.by is "colour"'),
    ],
)
def test_impossible_sweep_is_named_with_its_mend(settings, changes, message):
    with pytest.raises(ConfigError) as raised:
        load_study({**settings, **changes})
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_sweeps_are_taken_away_by_null_and_leave_the_study_as_it_is(settings):
    study = load_study(settings)
    without = load_study({**settings, "sweeps": {"guidance": None}})
    assert not without.sweeps
    assert without.digest() == study.digest()


def test_leftover_is_below_what_any_draw_leaves():
    assert 0 < safe_leftover(600, 3) < 400
    assert safe_leftover(600, 1) == 0


def plan_for(tmp_path, grid, **changes):
    generator = GENERATOR.model_copy(update={"model": str(REPOSITORY / "models/embedded"), **changes})
    points = points_of(generator, grid).values()
    plan = {
        "keys": list(grid),
        "points": [{"name": point.name, "generator": point.generator.model_dump(mode="json")} for point in points],
    }
    arguments = ("--sweep", "tried", "--plan", json.dumps(plan), "--output", tmp_path / "plan.json")
    return run_command("prepare_sweep", *arguments, check=False)


def test_plan_counts_what_an_image_costs(tmp_path):
    """The embedded model takes its guidance as an input: one pass a step."""
    assert plan_for(tmp_path, {"steps": [4, 8], "sampler": ["ddim", None]}).returncode == 0
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert [point["network_evaluations"] for point in plan["points"]] == [4, 4, 8, 8]


def test_kernels_of_a_model_that_draws_32x32_are_refused_in_one_line(tmp_path):
    finished = plan_for(tmp_path, {"resampling": ["box", "lanczos"]})
    assert finished.returncode == 1
    assert finished.stderr.strip().splitlines()[-1] == (
        f"error: sweeps.tried: {REPOSITORY / 'models/embedded'} draws 32x32 images, so generator.resampling changes "
        "nothing; take resampling out of the sweep"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"guidance_scale": [1, 3]}, "generator.guidance_scale is [1.0, 3.0]: "),
        ({"prompts": {"negative": "blurry"}}, "generator.prompts.negative is set, but has no effect"),
        ({"arguments": {"nosuch": 1}}, "generator.arguments has 'nosuch', which is no argument"),
        ({"arguments": {"eta": 0.5}, "sampler": "unipc"}, "generator.arguments has 'eta', which has no effect"),
        ({"vae": "tiny", "tiny_vae": "models/nothing"}, "generator.tiny_vae holds no such model"),
        ({"image_size": 47}, "generator.image_size is 47, but "),
    ],
)
def test_what_would_fail_at_a_point_is_said_before_anything_is_drawn(tmp_path, changes, message):
    finished = plan_for(tmp_path, {key: [value] for key, value in changes.items()})
    assert message in the_line(finished)
    assert not (tmp_path / "plan.json").exists()


def test_kernel_applied_when_merging_gives_what_drawing_with_it_gives(tmp_path):
    torch.set_num_threads(1)
    save_stable_diffusion(tmp_path / "model")

    def draw(kernel):
        config = GeneratorConfig(model=str(tmp_path / "model"), steps=1, rows_per_forward=4, resampling=kernel)
        return Sampler(config, Pipeline(config, resolve_model(config)), ["cat"]).draw("cat", range(12))

    own_size, wanted = draw("none"), draw("lanczos")
    assert own_size.images_nhwc.shape == (12, 64, 64, 3)
    write_photo_set(tmp_path / "shards" / "cat" / "0-11.npz", own_size)
    (tmp_path / "generator.json").write_text('{"settings": {"resampling": "none"}}')
    run_command(
        "merge_synthetic_photos",
        *("--shards-folder", tmp_path / "shards", "--shard-size", 12, "--work-folder", tmp_path / "unfinished"),
        *("--generator-manifest", tmp_path / "generator.json"),
        *("--classes", "cat", "--images-per-class", 12, "--resampling", "lanczos", "--output-folder", tmp_path / "out"),
    )
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["resampling"] == "lanczos"
    merged = read_photo_set(tmp_path / "out" / "train.npz")
    np.testing.assert_array_equal(merged.images_nhwc, wanted.images_nhwc[:9])
    assert merged.metadata["digest"].tolist() == wanted.metadata["digest"][:9].tolist()


@pytest.mark.study
def test_sweeps_and_template_worth_run_when_asked_for_alone(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    assert not {name for name in study.planned_rules() if "sweep" in name or "template" in name}
    planned = study.planned_rules("sweeps")
    assert {"prepare_sweep", "generate_sweep_images", "train_sweep_classifier", "plot_sweep"} <= planned
    assert not {"generate_images", "train_classifier", "evaluate_classifier"} & planned
    finished = study.run("template_worth", "--dry-run")
    assert finished.returncode == 1
    assert finished.stdout.strip().splitlines()[-1] == (
        "error: config: template_worth.by is 'template': the prompts have only one; "
        "list two or more in generator.prompts.templates"
    )
