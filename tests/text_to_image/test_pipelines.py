"""Every model goes one way: the workflow's own commands, on tiny pipelines of Stability's classes and layouts."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from photographs.photo_set import read_photo_set
from tests.text_to_image.tiny_pipelines import (
    COMMIT,
    put_into_hub_cache,
    save_stable_diffusion,
    save_stable_diffusion_3,
    save_stable_diffusion_xl,
)

MODELS = {
    "stabilityai/sd-turbo": (
        save_stable_diffusion,
        "StableDiffusionPipeline",
        {"guidance_scale": 0, "steps": 1, "timestep_spacing": "trailing", "variant": "fp16"},
    ),
    "stabilityai/stable-diffusion-2-1-base": (
        save_stable_diffusion,
        "StableDiffusionPipeline",
        {"guidance_scale": [1, 5], "steps": 2, "prompts": {"negative": "blurry"}},
    ),
    "stabilityai/sdxl-turbo": (
        save_stable_diffusion_xl,
        "StableDiffusionXLPipeline",
        {"guidance_scale": 0, "steps": 1},
    ),
    "stabilityai/stable-diffusion-3.5-medium": (
        save_stable_diffusion_3,
        "StableDiffusion3Pipeline",
        {"guidance_scale": [2, 4], "steps": 2},
    ),
}


def run_command(name, *arguments, check=True, **environment):
    finished = subprocess.run(
        [sys.executable, "-m", f"workflow_scripts.{name}", *map(str, arguments)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
    )
    if check:
        assert finished.returncode == 0, finished.stderr
    return finished


@pytest.mark.parametrize("model", MODELS)
def test_hub_model_is_pinned_and_draws(model, tmp_path):
    save, pipeline_class, settings = MODELS[model]
    cache = tmp_path / "hub"
    put_into_hub_cache(cache, model, save, settings.get("variant"))
    generator = json.dumps({"model": model, "image_size": 64, "rows_per_forward": 2, **settings})
    manifest = tmp_path / "manifest.json"
    run_command("prepare_generator", "--generator", generator, "--output", manifest, HF_HUB_CACHE=str(cache))
    pinned = json.loads(manifest.read_text())
    assert pinned["revision"] == COMMIT
    assert pinned["pipeline_class"] == pipeline_class
    shard = tmp_path / "shard.npz"
    run_command(
        "generate_images",
        *("--generator-manifest", manifest, "--class-name", "frog", "--first", 4, "--last", 6),
        *("--state-folder", tmp_path / "state", "--output", shard),
        HF_HUB_CACHE=str(cache),
    )
    photos = read_photo_set(shard)
    assert photos.images_nhwc.shape == (3, 32, 32, 3)
    assert photos.indices.tolist() == [4, 5, 6]
    assert set(photos.metadata["revision"].tolist()) == {COMMIT}
    assert set(photos.metadata["prompt"].tolist()) == {"a photo of a frog"}
    assert len(np.unique(photos.metadata["digest"])) == 3


def test_model_that_is_nowhere_is_one_clear_line(tmp_path):
    finished = run_command(
        "prepare_generator",
        *("--generator", json.dumps({"model": "stabilityai/sd-turbo"}), "--output", tmp_path / "manifest.json"),
        check=False,
        HF_HUB_CACHE=str(tmp_path / "empty"),
    )
    assert finished.returncode == 1
    assert finished.stderr.strip().splitlines()[-1].startswith("error: stabilityai/sd-turbo: cannot be loaded")
    assert "Traceback" not in finished.stderr


def test_pickled_weights_are_refused(tmp_path):
    cache = tmp_path / "hub"
    put_into_hub_cache(cache, "stabilityai/sd-turbo", save_stable_diffusion)
    for weights in cache.rglob("*.safetensors"):
        weights.rename(weights.with_name("pytorch_model.bin"))
    manifest = tmp_path / "manifest.json"
    generator = json.dumps({"model": "stabilityai/sd-turbo", "image_size": 64})
    run_command("prepare_generator", "--generator", generator, "--output", manifest, HF_HUB_CACHE=str(cache))
    finished = run_command(
        "generate_images",
        *("--generator-manifest", manifest, "--class-name", "frog", "--first", 0, "--last", 0),
        *("--state-folder", tmp_path / "state", "--output", tmp_path / "shard.npz"),
        check=False,
        HF_HUB_CACHE=str(cache),
    )
    assert finished.returncode != 0
    assert not (tmp_path / "shard.npz").exists()


def test_changed_weights_in_a_folder_change_the_revision(tmp_path):
    from text_to_image.config import GeneratorConfig
    from text_to_image.model_source import resolve_model

    revisions = set()
    for seed in (0, 1):
        folder = tmp_path / str(seed) / "tiny"
        save_stable_diffusion(folder, seed=seed)
        revisions.add(resolve_model(GeneratorConfig(model=str(folder))).revision)
    assert len(revisions) == 2
