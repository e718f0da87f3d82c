"""What a study takes follows from its settings and from round rates."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from photographs.layered_settings import laid_over, read_settings
from text_to_image.part_sources import with_pinned_parts
from workflow_scripts.config import load_study
from workflow_scripts.estimate import describe, rates_of, stages

CONFIG = Path(__file__).resolve().parents[2] / "config.yaml"
ROUND = {
    "drawing_images_per_second": 2.0,
    "training_images_per_second": 100.0,
    "start_seconds": 0.0,
    "drawing_start_seconds": 0.0,
    "other_seconds_per_network": 360.0,
}


def study_with(**changes):
    return load_study(laid_over(read_settings([CONFIG]), changes))


def manifest_of(study):
    """Return what a run of the study notes of its generator."""
    return {"settings": with_pinned_parts(study.generator).model_dump(mode="json")}


def test_work_follows_from_the_settings():
    study = study_with(
        classes=["cat", "dog"],
        images_per_class={"synthetic": 3600, "train": 600},
        shard_size=1000,
        seeds=5,
        mixtures=None,
        training={"steps": 240, "batch_size": 100, "evaluations": 8},
    )
    drawing, training, other, of_mixtures = work = stages(study, ROUND)
    assert (drawing.jobs, drawing.images, drawing.hours) == (8, 7200, 1.0)
    assert (training.jobs, training.images, training.hours) == (15, 15 * 24_000, 1.0)
    assert other.hours == 1.5
    assert of_mixtures.jobs == 0
    said = describe(work, 2, 0, "round rates", 0.1, 0.2)
    assert "About 1.8 hours on 2 cores; 0.1 GB of disk, 0.2 GB more while" in said
    assert said.splitlines()[-1].startswith("Not counted: transplants")


def test_rate_of_a_cpu_is_not_taken_for_that_of_a_gpu(tmp_path):
    nothing = tmp_path / "nothing"
    on_gpus = study_with(gpus={"generation": 1, "training": 1})
    assert all(stage.hours for stage in stages(study_with(), rates_of(study_with(), nothing, nothing, nothing)[0]))
    rates, origin = rates_of(on_gpus, nothing, nothing, nothing)
    drawing, training, *_ = work = stages(on_gpus, rates)
    assert (drawing.hours, training.hours) == (None, None)
    said = describe(work, 2, 1, origin, 0.1, 0.1).splitlines()
    assert [line.split()[-2:] for line in said if line.startswith(("drawing", "training"))] == [["?", "?"]] * 2
    assert any("No rate is known for training" in line and "--training-images-per-second" in line for line in said)


def test_mixtures_are_counted_once_and_a_folder_of_images_is_not_drawn(tmp_path):
    _, training, _, evaluation = stages(study_with(), ROUND)
    # Nine of the arms, eighteen of the mixtures: config.yaml says so.
    assert (training.jobs, evaluation.jobs) == (27, 18)
    folder = stages(study_with(image_folder={"folder": str(tmp_path)}), ROUND)[0]
    assert (folder.jobs, folder.hours) == (0, 0.0)


def test_earlier_jobs_of_the_same_generator_are_believed_and_others_are_not(tmp_path):
    study, results, benchmarks = study_with(), tmp_path / "results", tmp_path / "times"
    (results / "generator").mkdir(parents=True)
    (benchmarks / "generated_images").mkdir(parents=True)
    (benchmarks / "generated_images" / "cat_0-799.tsv").write_text("s\tcpu_time\n200.0\t190\n")
    manifest = manifest_of(study)
    pinned = manifest["settings"]["rejection"]
    for changes, believed in (
        ({}, True),
        ({"rejection": pinned | {"revision": "sha256:ab"}}, False),
        ({"prompts": {"templates": ["{class}"]}}, False),
        ({"steps": 99}, False),
        ({"rejection": None}, False),
        ({"rows_per_forward": 1}, False),
        ({"seed": 7}, True),
        ({"rejection": pinned | {"least_probability": 0.9}}, False),
    ):
        (results / "generator" / "manifest.json").write_text(json.dumps({"settings": manifest["settings"] | changes}))
        rates, origin = rates_of(study, results, benchmarks, tmp_path)
        assert (rates["drawing_images_per_second"] == 4.0) is believed
        # A measured job's time has its start in it.
        assert (rates["drawing_start_seconds"] == 0) is believed
        assert ("times" in origin) is believed


@pytest.mark.parametrize("table", ["", "s\tcpu_time\n"])
def test_times_that_cannot_be_read_are_passed_over(tmp_path, table):
    (tmp_path / "generator").mkdir()
    (tmp_path / "generated_images").mkdir()
    (tmp_path / "generated_images" / "cat_0-799.tsv").write_text(table)
    manifest = tmp_path / "generator" / "manifest.json"
    for text in ("", json.dumps(manifest_of(study_with()))):
        manifest.write_text(text)
        _, origin = rates_of(study_with(), tmp_path, tmp_path, tmp_path)
        assert "drawing as measured" not in origin


def test_shards_of_another_size_are_not_counted(tmp_path):
    (tmp_path / "generator").mkdir()
    (tmp_path / "generated_images").mkdir()
    settings = manifest_of(study_with())
    (tmp_path / "generator" / "manifest.json").write_text(json.dumps(settings))
    for shard, seconds in (("0-799", 200.0), ("0-99", 900.0)):
        (tmp_path / "generated_images" / f"cat_{shard}.tsv").write_text(f"s\tcpu_time\n{seconds}\t1\n")
    rates, _ = rates_of(study_with(), tmp_path, tmp_path, tmp_path)
    assert rates["drawing_images_per_second"] == 4.0


@pytest.mark.parametrize("said", ["", "GPU 0\n"])
def test_drawing_measured_on_one_kind_of_device_is_not_taken_for_that_on_the_other(tmp_path, said):
    (tmp_path / "generator").mkdir()
    manifest = manifest_of(study_with())
    (tmp_path / "generator" / "manifest.json").write_text(json.dumps(manifest))
    table, log = (tmp_path / "generated_images" / name for name in ("cat_0-799.tsv", "cat/0-799.log"))
    log.parent.mkdir(parents=True)
    log.write_text(said)
    table.write_text("s\tcpu_time\n200.0\t190\n")
    for n_gpus in (0, 1):
        rates, _ = rates_of(study_with(gpus={"generation": n_gpus}), tmp_path, tmp_path, tmp_path)
        assert (rates["drawing_images_per_second"] == 4.0) is (bool(said) == bool(n_gpus))


def test_seeds_that_ride_together_are_one_job_an_arm():
    alone, together = (stages(study_with(seeds=4, seeds_per_job=seeds, mixtures=None), ROUND)[1] for seeds in (1, 4))
    assert (alone.jobs, together.jobs) == (12, 3)
    assert alone.images == together.images


def test_folder_s_images_take_the_disk_that_drawn_ones_do(tmp_path):
    folder = tmp_path / "folder.yaml"
    folder.write_text(f"image_folder: {{folder: {tmp_path}}}")
    said = []
    for studies in ([], ["--study", folder]):
        command = [sys.executable, "-m", "workflow_scripts.estimate", "--results", "none", *studies]
        finished = subprocess.run(command, cwd=CONFIG.parent, capture_output=True, text=True)
        said.append(re.search(r"; (.* of disk.*)\.", finished.stdout)[1])
    assert said[0] == said[1]


def test_refused_images_are_paid_for(tmp_path):
    kept, all_kept = (
        rates_of(study_with(generator=changes), tmp_path, tmp_path, tmp_path)[0]["drawing_images_per_second"]
        for changes in ({}, {"rejection": None})
    )
    assert kept < all_kept


@pytest.mark.parametrize("study", ["stability_sd_turbo.yaml", "embedded_full_size.yaml"])
def test_command_tells_what_it_does_not_know(study):
    finished = subprocess.run(
        [sys.executable, "-m", "workflow_scripts.estimate", "--study", f"studies/{study}", "--results", "none"],
        cwd=CONFIG.parent,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Rates: measured with the default study")
    assert ("No rate is known for drawing" in finished.stdout) is (study == "stability_sd_turbo.yaml")
