"""What is left open is tried out once, on the device, and stays what it was found to be."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from tests.text_to_image.commands import draw_frogs, the_line
from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from text_to_image import network_speed, settling
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.settling import most_useful_rows, settle


def device(fits, seconds_at):
    """Return a device with memory for `fits` rows that takes `seconds_at(rows)`."""
    tried = []

    def seconds_to_draw(rows):
        tried.append(rows)
        if rows > fits:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return seconds_at(rows)

    return seconds_to_draw, tried


@pytest.mark.parametrize(
    ("fits", "seconds_at", "found", "tried"),
    [
        (40, lambda rows: 1.0, 32, [8, 16, 32, 64]),  # faster with every row, until memory runs out
        (999, lambda rows: 1.0, 256, [8, 16, 32, 64, 128, 256]),
        (999, lambda rows: max(rows, 20) / 20, 32, [8, 16, 32, 64]),  # busy from 20 rows on
        (999, lambda rows: rows / 5, 8, [8, 16]),
        (3, lambda rows: rows / 5, 2, [8, 4, 2]),
        (1, lambda rows: rows / 5, 1, [8, 4, 2, 1]),
    ],
)
def test_rows_are_doubled_while_it_pays_and_halved_where_memory_runs_out(fits, seconds_at, found, tried):
    draw, seen = device(fits, seconds_at)
    assert most_useful_rows(draw) == found
    assert seen == tried


def test_device_too_small_for_one_image_is_one_clear_line():
    draw, _ = device(0, lambda rows: 1.0)
    with pytest.raises(RuntimeError, match="too small for one image"):
        most_useful_rows(draw)


@pytest.mark.parametrize(
    ("steps", "compilers", "compiles"), [(20, {"gcc"}, True), (4, {"gcc"}, False), (20, set(), False)]
)
def test_compiling_pays_on_a_gpu_for_many_steps_and_needs_a_compiler(
    tiny_model, monkeypatch, capsys, steps, compilers, compiles
):
    monkeypatch.setattr(settling, "choose_device", lambda config: "cuda")
    monkeypatch.setattr(network_speed.shutil, "which", lambda name: name if name in compilers else None)
    config = GeneratorConfig(model=str(tiny_model), steps=steps, compile="auto")
    assert settle(config, resolve_model(config)).compile is compiles
    assert ("there is no C compiler" in capsys.readouterr().out) == (not compilers)


def test_compiling_without_a_compiler_is_one_line(tiny_model, monkeypatch):
    monkeypatch.setattr(network_speed.shutil, "which", lambda name: None)
    config = GeneratorConfig(model=str(tiny_model), steps=1, dtype="float32", compile=True)
    with pytest.raises(ValueError, match=r"generator\.compile is true, but torch\.compile finds no compiler"):
        Pipeline(config, resolve_model(config))


def test_real_pipeline_is_tried_out(tiny_model, monkeypatch):
    monkeypatch.setattr(settling, "_MOST_ROWS", 8)
    config = GeneratorConfig(model=str(tiny_model), steps=1, rows_per_forward="auto", compile="auto")
    settled = settle(config, resolve_model(config))
    assert settled.rows_per_forward == 8
    assert settled.compile is torch.cuda.is_available()
    assert settled.model_copy(update={"rows_per_forward": "auto", "compile": "auto"}) == config


def test_found_rows_are_in_the_manifest_and_found_only_once(tiny_model, prepare, monkeypatch):
    settings = {"model": str(tiny_model), "steps": 1, "rows_per_forward": "auto"}
    monkeypatch.setattr(settling, "_tried_rows", lambda config, source: 24)
    first = prepare(settings)
    assert first["settings"]["rows_per_forward"] == 24
    monkeypatch.setattr(settling, "_tried_rows", lambda config, source: 48)  # another day, another load
    assert prepare(settings) == first
    assert prepare(settings | {"steps": 2})["settings"]["rows_per_forward"] == 48
    fixed = prepare(settings | {"rows_per_forward": 24}, "other")
    assert fixed["digest"] == first["digest"]


def test_what_another_job_found_meanwhile_holds(tiny_model, prepare, monkeypatch):
    settings = {"model": str(tiny_model), "steps": 1, "rows_per_forward": "auto"}
    trying, found = threading.Event(), iter([24, 48])

    def try_slowly(config, source):
        trying.set()
        time.sleep(0.2)
        return next(found)

    monkeypatch.setattr(settling, "_tried_rows", try_slowly)
    with ThreadPoolExecutor() as jobs:
        first = jobs.submit(prepare, settings)
        assert trying.wait(60)
        second = jobs.submit(prepare, settings)
        assert first.result() == second.result()
    assert first.result()["settings"]["rows_per_forward"] == 24


def test_changed_tiny_decoder_changes_the_digest(tmp_path, prepare):
    from diffusers import AutoencoderTiny

    save_stable_diffusion(tmp_path / "tiny")
    digests = set()
    for seed in (0, 1):
        torch.manual_seed(seed)
        AutoencoderTiny(
            encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8),
            num_encoder_blocks=(1, 1),
            num_decoder_blocks=(1, 1),
        ).save_pretrained(tmp_path / "decoder")
        manifest = prepare({"model": str(tmp_path / "tiny"), "vae": "tiny", "tiny_vae": str(tmp_path / "decoder")})
        assert manifest["settings"]["tiny_vae_revision"].startswith("sha256:")
        digests.add(manifest["digest"])
    assert len(digests) == 2


def test_weights_that_changed_since_are_not_drawn_with(tiny_model, tmp_path, prepare):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    prepare({"model": str(model), "image_size": 64, "steps": 2, "rows_per_forward": 2})
    draw_frogs(tmp_path / "manifest.json", tmp_path)
    weights = next(model.glob("unet/*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    (tmp_path / "shard.npz").unlink()
    finished, shard = draw_frogs(tmp_path / "manifest.json", tmp_path, check=False)
    assert the_line(finished).startswith(f"error: {model}: its files are no longer those that this study draws with")
    assert not shard.exists()
