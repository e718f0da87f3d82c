"""A study's prompts: checked against what its model knows, shown without drawing, read from sets."""

import json
from pathlib import Path

import pytest
import snakemake.utils
import yaml

from photographs.layered_settings import laid_over
from tests.text_to_image.test_pipelines import run_command
from tests.workflow.study import REPOSITORY
from text_to_image.prompts import prompt_for
from workflow_scripts.config import load_study
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.model_folders import TRAINED_GENERATOR_FOLDER
from workflow_scripts.study_files import read_generator
from workflow_scripts.subject_check import check_subjects as check_subjects_of


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    return yaml.safe_load(Path("config.yaml").read_text())


def check_subjects(study):
    check_subjects_of(study.generators(), study.classes)


def with_generator(settings, **changes):
    return {**settings, "generator": {**settings["generator"], **changes}}


@pytest.mark.parametrize("name", ["plain", "colours", "templates", "domains", "kinds", "scenes", "negative"])
def test_shipped_sets_name_the_embedded_generators_animals(settings, name):
    check_subjects(load_study(with_generator(settings, prompts={"set": name})))


@pytest.mark.parametrize("model", ["models/embedded", TRAINED_GENERATOR_FOLDER])
@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ({"class_words": {"cat": "airplane"}}, "for class 'cat': 'a photo of an airplane' has no word for a cat"),
        (
            {"class_words": {"cat": ["kitten", "puppy"]}},
            "'a photo of a puppy' says \"puppy\", which this model reads as",
        ),
        ({"templates": ["a {class}", "a {class} chased by a dog"]}, "for class 'bird': 'a bird chased by a dog' says"),
        (
            {"templates": ["{class} {viewpoint}"], "viewpoints": ["up", "from a bird's eye"]},
            "for class 'cat': \"cat from a bird's eye\" says",
        ),
    ],
)
def test_prompt_that_does_not_say_its_class_stops_an_embedded_study(settings, model, prompts, message):
    study = load_study(with_generator(settings, model=model, prompts=prompts))
    with pytest.raises(ConfigError) as raised:
        check_subjects(study)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_nothing_is_claimed_of_other_models_or_of_a_folder_of_images(settings, tmp_path):
    prompts = {"class_words": {"cat": "airplane"}}
    check_subjects(load_study(with_generator(settings, model="stabilityai/sd-turbo", prompts=prompts)))
    folder = {"image_folder": {"folder": str(tmp_path)}}
    check_subjects(load_study({**with_generator(settings, prompts=prompts), **folder}))


def test_sweeps_prompts_are_held_to_the_same_whatever_the_study_itself_draws_with(settings):
    sweeps = {"words": {"prompts": [{"set": "plain"}, {"class_words": {"cat": "airplane"}}]}}
    study = load_study({**settings, "sweeps": sweeps})
    with pytest.raises(ConfigError, match=r"^config: sweeps.words: generator.prompts for class 'cat': "):
        check_subjects(study)
    others = with_generator(settings, model="stabilityai/sd-turbo", prompts={"class_words": {"cat": "airplane"}})
    study = load_study({**others, "sweeps": {"models": {"model": ["models/embedded"]}}})
    with pytest.raises(ConfigError, match=r"^config: sweeps.models: generator.prompts for class 'cat': "):
        check_subjects(study)


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        ({"set": "scene"}, "config: generator.prompts: there is no prompt set 'scene'; there are colours, domains"),
        ({"backgrounds": {"frgo": ["x"]}}, "generator.prompts.backgrounds has words for 'frgo', which is no class"),
        ({"templates": ["{class} {weather}"]}, "config: generator.prompts: template '{class} {weather}' has {weather}"),
        ({"wether": []}, "config: generator.prompts.wether is no setting; remove it or correct its name"),
    ],
)
def test_impossible_prompts_are_one_line(settings, prompts, message):
    with pytest.raises(ConfigError) as raised:
        load_study(with_generator(settings, prompts=prompts))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_study_holds_the_sets_text(settings, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("templates: ['my {class}']\n")
    study = load_study(with_generator(settings, prompts={"set": str(path)}))
    assert str(path) not in study.model_dump_json()
    assert study.digest() == load_study(with_generator(settings, prompts={"templates": ["my {class}"]})).digest()
    path.write_text("templates: ['your {class}']\n")
    assert load_study(with_generator(settings, prompts={"set": str(path)})).digest() != study.digest()


def test_study_files_are_laid_over_each_other_as_snakemake_does(settings):
    changes = {
        "generator": {"prompts": {"set": "scenes", "negative": "text"}, "steps": 3},
        "classes": ["cat"],
        "new": {},
    }
    merged = json.loads(json.dumps(settings))
    snakemake.utils.update_config(merged, changes)
    assert laid_over(settings, changes) == merged


@pytest.mark.parametrize("study", sorted((REPOSITORY / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_shown_prompts_are_those_that_the_study_draws_from(settings, study):
    shown = run_command("show_prompts", "--class-name", "frog", "--count", 5, "--first", 7, "--study", study).stdout
    generator = read_generator([Path("config.yaml"), study])
    expected = [
        f"{index}\t{prompt_for(generator.prompts, generator.seed, 'frog', index).text}" for index in range(7, 12)
    ]
    assert shown.splitlines()[:5] == expected


@pytest.mark.parametrize("study", sorted((REPOSITORY / "studies").glob("stability_*.yaml")), ids=lambda path: path.stem)
def test_studies_of_models_that_never_saw_cifar10_owe_it_nothing(study):
    generator = read_generator([Path("config.yaml"), study])
    assert generator.prompts.counted_among is None
    assert generator.prompts.class_words == {}
    assert generator.rejection is None


def test_another_set_can_be_shown_and_a_wrong_one_is_one_line(settings):
    shown = run_command("show_prompts", "--class-name", "frog", "--count", 40, "--set", "negative").stdout.splitlines()
    assert shown[0] == "0\ta photo of a frog"
    assert shown[-1].startswith("negative\t")
    finished = run_command("show_prompts", "--class-name", "frog", "--set", "scene", check=False)
    assert finished.returncode == 1
    assert finished.stderr.startswith("error: config: generator.prompts: there is no prompt set 'scene'")
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--class-name", "frgo"), "error: --class-name is 'frgo'; the study's classes are bird, cat, deer, dog, frog"),
        (("--class-name", "frog", "--first", -3), "error: --first is -3; it takes at least 0"),
        (("--class-name", "frog", "--count", 0), "error: --count is 0; it takes at least 1"),
    ],
)
def test_prompts_that_no_image_has_are_refused(settings, options, message):
    finished = run_command("show_prompts", *options, check=False)
    assert finished.returncode == 1
    assert finished.stderr.startswith(message)
