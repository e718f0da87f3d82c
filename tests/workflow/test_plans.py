"""What jobs wait for and are asked, by dry runs: nothing that they do not read, nothing that no rule declares."""

import re

import pytest

from tests.workflow.study import TinyStudy

REAL_ALONE = ("--config", "mixtures={seeds: 1, shares: [], real_parts: [0.5], synthetic_parts: [], added: []}")
OF_REAL_PHOTOS, OF_GENERATED_ONES = "prepare_real_photos", "merge_synthetic_photos"

GPUS_OF_RULE = re.compile(r"^rule (\w+):\n(?: {4}.*\n)*?    resources: .*\bgpu=(\d)", re.MULTILINE)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Return a tiny study of which nothing is made."""
    return TinyStudy.create(tmp_path_factory.mktemp("study") / "planned")


@pytest.mark.parametrize(
    ("classifier", "settings", "read"),
    [
        ("classifiers/real", (), {OF_REAL_PHOTOS}),
        ("classifiers/synthetic", (), {OF_GENERATED_ONES}),
        ("classifiers/mixture", (), {OF_REAL_PHOTOS, OF_GENERATED_ONES}),
        ("mixtures/real_8_synthetic_0", REAL_ALONE, {OF_REAL_PHOTOS}),
        ("known_answers/held_out", (), {OF_REAL_PHOTOS}),
        ("sweeps/steps/steps=2", ("--config", "sweeps={steps: {steps: [2]}}"), set()),
    ],
)
def test_training_waits_for_the_kinds_of_photographs_that_it_is_shown(study, classifier, settings, read):
    planned = study.planned_rules(f"results/{classifier}/seed_0/checkpoint", *settings)
    assert planned & {OF_REAL_PHOTOS, OF_GENERATED_ONES} == read


def test_only_jobs_that_declare_block_features_are_asked_for_them(study):
    finished = study.run("all", "check_known_answers", "sweeps", *REAL_ALONE, "--dry-run", "--printshellcmds")
    assert finished.returncode == 0, finished.stdout
    jobs = re.findall(r"^rule (\w+):\n(.*?)(?=^rule |^localrule |\Z)", finished.stdout, re.MULTILINE | re.DOTALL)
    evaluations = [(name, text) for name, text in jobs if "workflow_scripts.evaluate_classifier" in text]
    assert {"evaluate_classifier", "evaluate_mixture", "evaluate_stand_in_classifier"} <= {
        name for name, _ in evaluations
    }
    for name, text in evaluations:
        assert ("--block-features" in text) is ("_features.npz" in text), name


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("--config", "gpus={training: 2}"), "gpus.training is 2, and this run may use 1: add --resources gpu=2"),
        (
            ("--config", "gpus={generation: 1}", "--resources", "gpu=0"),
            "gpus.generation is 1, and this run may use 0: add --resources gpu=1",
        ),
        (
            ("--config", "generator={prompts: {set: templates}}", "template_worth={images_per_class: 100}"),
            "template_worth.images_per_class is 100, of 18 generated training images a class with 16 templates",
        ),
        (
            ("--config", "generator={prompts: {templates: ['{a_class}', 'one {class}']}}"),
            "template_worth.images_per_class is 0, of 18 generated",
        ),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_planned(study, settings, said):
    refused = study.run("template_worth", "--dry-run", *settings)
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[-1].startswith("error: ")
    assert said in refused.stdout


def test_arm_may_have_any_name(study):
    planned = study.planned_rules(
        "results/classifiers/none/seed_0/checkpoint", "--config", "arms={none: {synthetic_share: 0.3}}"
    )
    assert "train_classifier" in planned


def test_job_that_trains_many_seeds_has_the_time_of_them_all(study):
    planned = study.run(
        *("results/classifiers/real/seed_0/checkpoint", "--dry-run"),
        *(
            "--config",
            "seeds=20",
            "seeds_per_job=2",
            "training={width: 0.0625, steps: 8, batch_size: 32, evaluations: 2}",
        ),
    )
    (runtime,) = re.findall(r"^rule train_seeds:.*?runtime=(\d+)", planned.stdout, re.MULTILINE | re.DOTALL)
    assert int(runtime) == 1200


def test_of_several_gpus_only_trainings_take_more_than_one(study):
    settings = ("sweeps={steps: {steps: [2]}}", "gpus={generation: 1, training: 4}")
    targets = ("all", "check_known_answers", "sweeps")
    finished = study.run(*targets, "--dry-run", "--resources", "gpu=4", "--config", *settings)
    assert finished.returncode == 0, finished.stdout
    asked = dict(GPUS_OF_RULE.findall(finished.stdout))
    assert {name for name, gpus in asked.items() if gpus == "4"} == {
        name for name in asked if name.startswith("train_")
    }
    assert {name for name, gpus in asked.items() if gpus == "1"} >= {"generate_images", "evaluate_classifier"}


def test_folder_of_images_needs_no_model_until_a_sweep_is_asked_for(study):
    (study.folder / "images").mkdir(exist_ok=True)
    folder = ("--config", "image_folder={folder: images}", "generator={model: nowhere/at/all}")
    classifier = "results/classifiers/real/seed_0/checkpoint"
    assert study.planned_rules(classifier, *folder) == {"prepare_real_photos", "train_classifier"}
    refused = study.run("sweeps", "--dry-run", *folder)
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[-1].startswith(
        "error: config: sweeps.guidance: generator.model is 'nowhere/at/all': no folder with a diffusers pipeline"
    )


@pytest.mark.parametrize("settings", [(), ("image_folder={folder: images}",)])
def test_sweep_settles_what_it_leaves_open_on_a_gpu_whatever_the_study_draws_with(study, settings):
    (study.folder / "images").mkdir(exist_ok=True)
    sweep = "sweeps={rows: {rows_per_forward: [4, auto]}}"
    names = ("rows_per_forward=4", "rows_per_forward=auto")
    gpus = []
    for name in names:
        manifest = f"results/sweeps/rows/{name}/generator.json"
        settled = study.run(manifest, "--dry-run", "--config", sweep, "gpus={generation: 1}", *settings)
        gpus.append(dict(GPUS_OF_RULE.findall(settled.stdout))["prepare_sweep_generator"])
    assert gpus == ["0", "1"]
