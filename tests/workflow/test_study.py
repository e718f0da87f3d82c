"""The whole workflow on a tiny study: it ends in a true report, and reruns just what a change touches."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from flax_cnn.classifier import load_classifier
from photographs.photo_set import read_photo_set
from tests.workflow.study import TINY, TinyStudy
from transfer_analysis.report.sources import read_sources
from transfer_analysis.report.verification import find_problems

pytestmark = pytest.mark.study

PARTS = ("mixtures", "representations", "domain_gap", "generator_quality", "trust", "hypotheses")
TRAINING_AND_AFTER = {
    "train_classifier",
    "evaluate_classifier",
    "analyse_transfer",
    "plot_transfer_matrix",
    "plot_gaps",
    "plot_per_class_recall",
    "plot_confusion_matrices",
    "plot_confusion_differences",
    "plot_training_curves",
    "plot_published_results",
    "train_mixture",
    "evaluate_mixture",
    "analyse_mixtures",
    "plot_mixtures",
    "plot_learning_curves",
    "plot_exchange_rate",
    "evaluate_untrained",
    "train_transplants",
    "analyse_representations",
    "plot_network_similarity",
    "plot_linear_probes",
    "plot_layer_transplant",
    "plot_feature_map",
    "evaluate_trust",
    "analyse_trust",
    "plot_reliability",
    "plot_selective_accuracy",
    "plot_robustness",
    "plot_map_agreement",
    "plot_saliency_sheets",
    "analyse_hypotheses",
    "evaluate_features",
    "evaluate_searched_features",
    "analyse_generator_quality",
    "analyse_domain_gap",
    "plot_generator_quality",
    "plot_near_copies",
    "plot_real_or_generated",
    "plot_directions_removed",
    "write_report",
    "write_print_version",
}


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_study_ends_in_a_report_whose_numbers_are_the_summarys(finished_study):
    report = finished_study.folder / "results" / "report"
    summary = json.loads((report / "summary.json").read_text())
    assert set(summary["transfer"]) == {"real", "synthetic", "mixture"}
    for domains in summary["transfer"].values():
        assert set(domains) == {"real", "synthetic", "mixture"}
    page = (report / "report.html").read_text()
    published = finished_study.folder / "transfer_analysis" / "published_results.json"
    parts = [*(report / f"{part}.json" for part in PARTS), published]
    assert find_problems(page, read_sources(report / "summary.json", parts)) == []
    assert not re.search(r'(src|href)="https?://[^"]*\.(js|css|png|svg)"', page)


def test_summary_follows_the_contract(finished_study):
    summary = json.loads((finished_study.folder / "results/report/summary.json").read_text())
    study = summary["study"]
    assert study["classes"] == ["cat", "frog"]
    assert study["images_per_class"] == {
        "real": {"train": 4500, "val": 500, "test": 1000},
        "synthetic": {"train": 18, "val": 2, "test": 4},
    }
    assert study["seeds"] == [0, 1]
    assert study["generator"]["revision"].startswith("sha256:")
    cell = summary["transfer"]["synthetic"]["real"]
    assert len(cell["accuracy"]["per_seed"]) == 2
    assert sum(map(sum, cell["confusion"])) == 2 * 2000
    assert set(cell["per_class_recall"]) == set(study["classes"])
    assert {"mean", "ci95", "p_value", "minimum_detectable_effect"} <= set(summary["gaps"]["synthetic_to_real"])


def test_no_photograph_is_in_two_splits(finished_study):
    results = finished_study.folder / "results"
    for kind in ("real_photos", "synthetic_photos"):
        sets = [read_photo_set(results / kind / f"{split}.npz") for split in ("train", "val", "test")]
        identities = [{(int(a), int(b)) for a, b in zip(s.labels, s.indices, strict=True)} for s in sets]
        assert not identities[0] & identities[1]
        if kind == "synthetic_photos":
            assert not (identities[0] | identities[1]) & identities[2]


def test_no_process_of_the_study_holds_both_jax_and_torch(finished_study):
    loaded = {note.split()[0] for note in finished_study.frameworks_of_processes()}
    assert loaded == {"jax", "torch"}


def under(study, setting):
    """Return the study with a setting laid over its own."""
    path = study.folder / "setting.json"
    path.write_text(json.dumps(setting))
    return replace(study, settings=(*study.settings, path))


def test_second_run_does_nothing(study_copy):
    finished = study_copy.run()
    assert finished.returncode == 0
    assert "Nothing to be done" in finished.stdout


def test_touch_reruns_nothing(study_copy):
    (study_copy.folder / "flax_cnn" / "network.py").touch()
    (study_copy.folder / "text_to_image" / "sampling.py").touch()
    assert study_copy.planned_rules() == set()


def test_edit_in_flax_cnn_reruns_training_and_what_follows(study_copy):
    path = study_copy.folder / "flax_cnn" / "network.py"
    path.write_text(path.read_text() + "\n# an edit\n")
    assert study_copy.planned_rules() == TRAINING_AND_AFTER


def test_edit_in_text_to_image_reruns_generation_and_what_follows(study_copy):
    path = study_copy.folder / "text_to_image" / "sampling.py"
    path.write_text(path.read_text() + "\n# an edit\n")
    planned = study_copy.planned_rules()
    assert {"prepare_generator", "generate_images", "merge_synthetic_photos"} <= planned
    assert "prepare_real_photos" not in planned


def test_one_arms_setting_reruns_that_arm(study_copy):
    edit(study_copy.folder / "config.yaml", "mixture: {synthetic_share: 0.5}", "mixture: {synthetic_share: 0.25}")
    finished = study_copy.run("--dry-run")
    assert finished.returncode == 0, finished.stdout
    assert set(re.findall(r"output: results/classifiers/(\w+)/seed_\d+/checkpoint", finished.stdout)) == {"mixture"}


@pytest.mark.parametrize(
    ("setting", "rules"),
    [
        ({"trust": {"photos_per_class": 2}}, {"evaluate_trust", "analyse_trust", "analyse_transfer", "write_report"}),
        ({"domain_gap": {"random_draws": 2}}, {"analyse_domain_gap", "plot_directions_removed", "write_report"}),
        ({"seeds": 1}, {"analyse_transfer", "analyse_trust", "plot_gaps", "write_report"}),
        ({"mixtures": None}, {"analyse_transfer", "write_report", "write_print_version"}),
    ],
)
def test_changed_setting_reruns_all_that_it_decides_at_once(study_copy, setting, rules):
    assert rules <= under(study_copy, setting).planned_rules()


def test_changed_hypothesis_is_judged_anew_and_tests_nothing_anew(study_copy):
    other = {"hypotheses": {"h": {"gap": "synthetic_to_real", "sign": "gain"}}}
    assert under(study_copy, other).planned_rules() == {
        "analyse_hypotheses",
        "write_report",
        "write_print_version",
    }


@pytest.mark.parametrize("setting", [{"mixtures": None}, {"images_per_class": {"train": 4500, "synthetic": 6000}}])
def test_known_answers_of_before_hinder_no_study_that_cannot_have_them(study_copy, setting):
    (study_copy.folder / "results" / "report" / "known_answers.json").write_text("{}")
    assert "write_report" in under(study_copy, setting).planned_rules()


def test_replaced_images_of_a_folder_make_its_study_anew_and_a_touch_does_not(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    for name in ("bird", "cat", "deer", "dog", "frog", "horse"):
        (study.folder / "mine" / name).mkdir(parents=True)
        Image.new("RGB", (32, 32)).save(study.folder / "mine" / name / "0.png")
    manifest, settings = "results/generator/manifest.json", ("--config", 'image_folder={"folder": "mine"}')
    assert study.run(manifest, *settings).returncode == 0
    before = json.loads((study.folder / manifest).read_text())["digest"]
    (study.folder / "mine" / "cat" / "0.png").touch()
    assert study.planned_rules(manifest, *settings) == set()
    Image.new("RGB", (32, 32), "white").save(study.folder / "mine" / "cat" / "0.png")
    assert study.planned_rules(manifest, *settings) == {"prepare_generator"}
    assert study.run(manifest, *settings).returncode == 0
    assert json.loads((study.folder / manifest).read_text())["digest"] != before


def test_model_that_ships_is_known_by_its_content_and_not_by_its_files_times(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    model = study.folder / "models" / "tiny"
    (study.folder / "model").rename(tmp_path / "tiny")
    model.parent.mkdir()
    (tmp_path / "tiny").rename(model)
    large = model / "unet" / "large.bin"
    large.write_bytes(bytes(2_000_000))  # more than Snakemake takes checksums of
    asked = ("results/generator/manifest.json", "--config", "generator={model: models/tiny}")
    assert study.run(*asked).returncode == 0
    for path in model.rglob("*"):
        path.touch()  # as a clone of the project does
    assert study.planned_rules(*asked) == set()
    large.write_bytes(bytes(1_999_999) + b"1")
    assert study.planned_rules(*asked) == {"prepare_generator"}


def test_images_of_a_folder_are_the_synthetic_photos(tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    for shade, name in enumerate(("cat", "frog")):
        (study.folder / "mine" / name).mkdir(parents=True)
        for i in range(24):
            Image.new("RGB", (32, 32), (100 * shade + i,) * 3).save(study.folder / "mine" / name / f"{i:02d}.png")
    photos, settings = "results/synthetic_photos/val.npz", ("--config", 'image_folder={"folder": "mine"}')
    finished = study.run(photos, *settings)
    assert finished.returncode == 0, finished.stdout
    drawn = read_photo_set(study.folder / photos)
    assert {(drawn.classes[label], file) for label, file in zip(drawn.labels, drawn.metadata["file"], strict=True)} == {
        (name, f"{name}/{i:02d}.png") for name in ("cat", "frog") for i in drawn.indices
    }


def test_dry_run_leaves_an_altered_file_where_it_is(study_copy):
    summary = study_copy.folder / "results" / "report" / "summary.json"
    edit(summary, "}", "} ")
    altered = summary.read_bytes()
    assert "summary.json was altered since the study wrote it: the next run" in study_copy.run("--dry-run").stdout
    assert summary.read_bytes() == altered


@pytest.mark.parametrize(
    "setting", ['generator_training={"minutes_between_saves": 5}', "batch_size=7", "real_photos_source=registry"]
)
def test_setting_without_effect_on_results_reruns_nothing(study_copy, setting):
    assert study_copy.planned_rules("--config", setting) == set()


def test_edited_prompt_set_draws_anew_and_a_remark_in_it_does_not(study_copy):
    path = study_copy.folder / "text_to_image" / "prompt_sets" / "colours.yaml"
    path.write_text("# a remark\n" + path.read_text())
    assert study_copy.planned_rules() == set()
    edit(path, "domains: [photo]", "domains: [snapshot]")
    assert {"prepare_generator", "generate_images", "merge_synthetic_photos"} <= study_copy.planned_rules()


def test_touch_takes_what_is_there_for_good(study_copy):
    manifest = study_copy.folder / "results/generator/manifest.json"
    altered = manifest.read_text() + "\n"
    manifest.write_text(altered)
    touched = study_copy.run("--touch")
    assert touched.returncode == 0, touched.stdout
    assert manifest.read_text() == altered
    planned = study_copy.run("--dry-run").stdout
    assert "Nothing to be done" in planned
    assert "was altered" not in planned


def test_manifest_counts_the_words_of_the_prompts(finished_study):
    drawn = json.loads((finished_study.folder / "results/synthetic_photos/manifest.json").read_text())["drawn"]
    words = drawn.pop("class_word")
    assert drawn == {"template": {"{a_domain} of {a_class}": 48}, "domain": {"photo": 48}}
    of_classes = Counter(word.split()[1] for word, times in words.items() for _ in range(times))
    assert of_classes == {"cat": 24, "frog": 24}
    assert len(words) > 24
    header, *rows = (finished_study.folder / "results/synthetic_photos/images.csv").read_text().splitlines()
    assert {"template", "class_word", "domain", "background", "viewpoint", "weather"} <= set(header.split(","))
    assert len(rows) == 48


def test_more_images_keep_the_shards_that_are_there(study_copy):
    finished = study_copy.run("--dry-run", "--config", 'images_per_class={"synthetic": 36, "train": 16}')
    assert finished.returncode == 0, finished.stdout
    drawn = set(re.findall(r"output: results/generated_images/(\w+)/(\d+-\d+)\.npz", finished.stdout))
    assert {shard for _, shard in drawn} == {"24-35"}


def test_one_figure_and_one_class_can_be_asked_for_alone(study_copy):
    figure = study_copy.folder / "results/figures/gaps.svg"
    figure.unlink()
    assert study_copy.planned_rules("results/figures/gaps.svg") == {"plot_gaps"}
    (study_copy.folder / "results/generated_images/frog/0-11.npz").unlink()
    assert study_copy.planned_rules("results/generated_images/frog/0-11.npz") == {"generate_images"}


def test_generators_quality_can_be_asked_for_alone(study_copy):
    quality = study_copy.folder / "results/report/generator_quality.json"
    quality.unlink()
    planned = study_copy.planned_rules("generator_quality")
    assert planned == {"analyse_generator_quality", "plot_generator_quality", "plot_near_copies", "generator_quality"}


def test_a_study_without_the_domain_gap_has_no_part_in_it(study_copy):
    shutil.rmtree(study_copy.folder / "results/generator_quality")
    without = study_copy.folder / "without.yaml"
    without.write_text("domain_gap: null\n")
    finished = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1", "--configfile", str(TINY), str(without)],
        cwd=study_copy.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout
    assert not re.search(r"rule (evaluate_features|analyse_domain_gap|analyse_generator_quality):", finished.stdout)


def test_snakemake_report_collects_the_figures(study_copy):
    finished = study_copy.run("--report", "report.zip")
    assert finished.returncode == 0, finished.stdout
    assert (study_copy.folder / "report.zip").stat().st_size > 10_000


def test_seeds_that_ride_in_one_job_are_those_of_jobs_of_their_own(finished_study, study_copy):
    classifiers = study_copy.folder / "results" / "classifiers" / "real"
    shutil.rmtree(classifiers)
    targets = [f"results/classifiers/real/seed_{seed}/checkpoint" for seed in range(2)]
    together = study_copy.run(*targets, "--config", "seeds_per_job=2", "--rerun-triggers", "mtime")
    assert together.returncode == 0, together.stdout
    assert "rule train_seeds" in together.stdout
    photos = read_photo_set(study_copy.folder / "results" / "real_photos" / "test.npz").images_nhwc[:50]
    for target in targets:
        logits, alone = (
            load_classifier(each.folder / target).predict_logits(photos) for each in (study_copy, finished_study)
        )
        assert np.abs(logits - alone).max() < 0.05
