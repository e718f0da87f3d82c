"""The real command: jobs side by side, cut differently and killed, draw the very images of one undisturbed run."""

import json
import subprocess
import sys
import time

import pytest
import torch

from photographs.photo_set import read_photo_set
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.sampling import Sampler
from workflow_scripts import generate_images

N = 40


@pytest.fixture
def config(tiny_model):
    return GeneratorConfig(
        model=str(tiny_model),
        guidance_scale=(1.0, 3.0),
        steps=2,
        rows_per_forward=4,
        prompts={
            "templates": ["{a_domain} of {a_class}", "{a_class} in a {domain}"],
            "domains": ["photo", "close-up photo", "drawing"],
            "negative": "blurry",
        },
    )


def start_job(folder, first, last, batch_size):
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "workflow_scripts.generate_images"),
            *("--generator-manifest", str(folder / "manifest.json"), "--class-name", "cat"),
            *("--first", str(first), "--last", str(last), "--batch-size", str(batch_size)),
            *("--state-folder", str(folder / "state"), "--output", str(folder / f"{first}.npz")),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_and_parallel_jobs_draw_the_images_of_one_run(config, tmp_path):
    torch.set_num_threads(1)
    source = resolve_model(config)
    settings = config.model_dump(mode="json")
    manifest = {"kind": "pipeline", **source.as_dict(), "settings": settings, "digest": "0" * 64}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    reference = Sampler(config, Pipeline(config, source), ["cat"]).draw("cat", range(N))

    short, long = start_job(tmp_path, 0, 6, batch_size=3), start_job(tmp_path, 7, N - 1, batch_size=1)
    while not list(tmp_path.glob(f"state/*_cat_7-{N - 1}/from_*.npz")):
        assert long.poll() is None, long.communicate()[1]
        time.sleep(0.005)
    long.kill()
    long.communicate()
    assert not (tmp_path / "7.npz").exists()
    again = start_job(tmp_path, 7, N - 1, batch_size=50)
    for job in (short, again):
        _, errors = job.communicate()
        assert job.returncode == 0, errors

    shards = [read_photo_set(tmp_path / "0.npz"), read_photo_set(tmp_path / "7.npz")]
    assert [int(index) for shard in shards for index in shard.indices] == list(range(N))
    for column in ("digest", "prompt", "seed", "guidance_scale", "redraws"):
        drawn = [value for shard in shards for value in shard.metadata[column].tolist()]
        assert drawn == reference.metadata[column].tolist(), column
    assert len(set(reference.metadata["prompt"].tolist())) == 6
    assert len(set(reference.metadata["digest"].tolist())) == N


def test_shards_that_other_libraries_began_are_left_alone(monkeypatch):
    manifest = {"kind": "pipeline", "digest": "0" * 64}
    versions = {"torch": "2.13.0", "diffusers": "0.42.1"}
    monkeypatch.setattr(generate_images, "version", lambda library: versions[library])
    before = generate_images.drawn_by(manifest, "code")
    versions["torch"] = "2.14.0"
    assert generate_images.drawn_by(manifest, "code") != before
    folder = {"kind": "image_folder", "digest": "0" * 64}
    assert generate_images.drawn_by(folder, "code") == "0" * 16 + "code"


def test_images_that_run_backwards_are_one_line(config, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    job = start_job(tmp_path, 3, 1, batch_size=1)
    assert job.communicate()[1].strip() == "error: --last is 1; it takes at least 3"
