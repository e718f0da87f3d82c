"""Every model goes one way: the workflow's own commands, on tiny pipelines of Stability's classes and layouts."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from snakemake.utils import update_config

from photographs.photo_set import read_photo_set
from tests.text_to_image.commands import draw_frogs, run_command, the_line
from tests.text_to_image.tiny_pipelines import (
    COMMIT,
    put_into_hub_cache,
    save_stable_diffusion,
    save_stable_diffusion_3,
    save_stable_diffusion_xl,
)
from text_to_image.config import GeneratorConfig, guidance_range
from text_to_image.prompts import with_article

REPOSITORY = Path(__file__).resolve().parents[2]
# Each study's file, with the class of its model's pipeline.
STUDIES = {
    "stability_sd_turbo": (save_stable_diffusion, "StableDiffusionPipeline"),
    "stability_sd21": (save_stable_diffusion, "StableDiffusionPipeline"),
    "stability_sdxl_turbo": (save_stable_diffusion_xl, "StableDiffusionXLPipeline"),
    "stability_sd35_medium": (save_stable_diffusion_3, "StableDiffusion3Pipeline"),
}
# What makes a study's generator tiny; all else stays as its file says.
TINY = {"image_size": 64, "rows_per_forward": 2}
MOST_STEPS = 2


def generator_of(study):
    """Return a study's generator settings, laid over config.yaml as Snakemake lays them, at a tiny size."""
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    update_config(config, yaml.safe_load((REPOSITORY / "studies" / f"{study}.yaml").read_text()))
    generator = config["generator"]
    return {**generator, **TINY, "steps": min(generator["steps"], MOST_STEPS)}


def test_every_study_of_a_hub_model_is_drawn_here():
    files = {path.stem for path in (REPOSITORY / "studies").glob("*.yaml") if "stability" in path.stem}
    assert files == set(STUDIES)


@pytest.mark.parametrize("study", STUDIES)
def test_study_as_it_stands_is_pinned_and_draws(study, tmp_path):
    save, pipeline_class = STUDIES[study]
    settings = generator_of(study)
    cache, manifest = tmp_path / "hub", tmp_path / "manifest.json"
    put_into_hub_cache(cache, settings["model"], save, settings.get("variant"))
    run_command("prepare_generator", "--generator", json.dumps(settings), "--output", manifest, HF_HUB_CACHE=str(cache))
    pinned = json.loads(manifest.read_text())
    assert pinned["revision"] == COMMIT
    assert pinned["pipeline_class"] == pipeline_class
    _, shard = draw_frogs(manifest, tmp_path, HF_HUB_CACHE=str(cache))
    photos = read_photo_set(shard)
    assert photos.images_nhwc.shape == (3, 32, 32, 3)
    assert set(photos.metadata["revision"].tolist()) == {COMMIT}
    assert len(np.unique(photos.metadata["digest"])) == 3
    assert all(with_article("frog") in prompt for prompt in photos.metadata["prompt"])
    low, high = guidance_range(GeneratorConfig(**settings))
    assert all(low <= scale <= high for scale in photos.metadata["guidance_scale"])


@pytest.mark.parametrize("kind", ["folder", "cache"])
def test_pickled_weights_are_refused_before_anything_is_drawn(kind, tmp_path):
    cache = tmp_path / "hub"
    put_into_hub_cache(cache, "stabilityai/sd-turbo", save_stable_diffusion)
    for weights in cache.rglob("*.safetensors"):
        weights.rename(weights.with_name("pytorch_model.bin"))
    model = str(next(cache.glob(f"*/snapshots/{COMMIT}"))) if kind == "folder" else "stabilityai/sd-turbo"
    finished = run_command(
        "prepare_generator",
        *("--generator", json.dumps({"model": model}), "--output", tmp_path / "manifest.json"),
        check=False,
        HF_HUB_CACHE=str(cache),
    )
    assert re.search(r"the weights of its \w+ are pickled \(pytorch_model\.bin\)", the_line(finished))
    assert not (tmp_path / "manifest.json").exists()


def test_spoilt_weights_are_one_clear_line(tmp_path):
    folder, manifest = tmp_path / "model", tmp_path / "manifest.json"
    save_stable_diffusion(folder)
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    run_command("prepare_generator", "--generator", json.dumps({"model": str(folder)}), "--output", manifest)
    finished, _ = draw_frogs(manifest, tmp_path, check=False)
    assert re.search(
        r"generator\.model is '.*': StableDiffusionPipeline at sha256:\w+ cannot be loaded", the_line(finished)
    )


def test_changed_weights_in_a_folder_change_the_revision(tmp_path):
    from text_to_image.config import GeneratorConfig
    from text_to_image.model_source import resolve_model

    revisions = set()
    for seed in (0, 1):
        folder = tmp_path / str(seed) / "tiny"
        save_stable_diffusion(folder, seed=seed)
        revisions.add(resolve_model(GeneratorConfig(model=str(folder))).revision)
    assert len(revisions) == 2
