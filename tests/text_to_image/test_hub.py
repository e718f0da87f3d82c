"""Models come from the hub whole, whatever the network does, at the commit that the study first saw."""

import json
import os
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from photographs.photo_set import read_photo_set
from tests.text_to_image.commands import FAKE_TOKEN, draw_frogs, run_command, start_command, the_line
from tests.text_to_image.hub_server import HubServer
from tests.text_to_image.tiny_pipelines import save_tiny_classifier, save_tiny_decoder

MODEL = "owner/tiny"
FIRST, SECOND = "a" * 40, "b" * 40
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"
DECODER = "vae/diffusion_pytorch_model.safetensors"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def hub(tiny_model):
    with HubServer() as server:
        server.add(MODEL, FIRST, tiny_model)
        yield server


@pytest.fixture
def study(hub, tmp_path):
    return Study(hub, tmp_path)


class Study:
    """A study's folder with a hub cache of its own."""

    def __init__(self, hub, folder):
        self.hub, self.folder = hub, folder
        self.manifest, self.pins = folder / "manifest.json", folder / "pins.json"
        self.cache = folder / "hub"

    def arguments(self, **settings):
        generator = {"model": MODEL, "image_size": 64, "steps": 2, "rows_per_forward": 2, **settings}
        return ("--generator", json.dumps(generator), "--pins", self.pins, "--output", self.manifest)

    def environment(self, **changes):
        online = {"HF_ENDPOINT": self.hub.endpoint, "HF_HUB_OFFLINE": "0", "HF_HUB_CACHE": str(self.cache)}
        return {**online, "HF_HUB_DOWNLOAD_TIMEOUT": "30", "HF_HOME": str(self.folder / "home"), **changes}

    def prepare(self, check=True, environment=None, **settings):
        return run_command(
            "prepare_generator", *self.arguments(**settings), check=check, **self.environment(**(environment or {}))
        )

    def failure(self, environment=None, **settings):
        line = the_line(self.prepare(check=False, environment=environment, **settings))
        assert not self.manifest.exists()
        return line

    def snapshot(self, commit):
        return self.cache / "models--owner--tiny" / "snapshots" / commit

    def revision(self):
        return json.loads(self.manifest.read_text())["revision"]


def test_model_is_downloaded_once_and_draws_from_the_cache(study):
    study.prepare(revision="main")
    assert study.revision() == FIRST
    assert set(study.hub.fetched().values()) == {1}
    requests = study.hub.requests
    study.manifest.unlink()
    again = study.prepare(environment={"HF_ENDPOINT": NOWHERE}, revision="main")
    assert "trying again" not in again.stdout + again.stderr, "what is in the cache waits for no hub"
    shutil.rmtree(study.cache / "models--owner--tiny" / "refs")  # the commit alone is there now
    _, shard = draw_frogs(study.manifest, study.folder, **study.environment())
    assert set(read_photo_set(shard).metadata["revision"].tolist()) == {FIRST}
    assert study.hub.requests == requests


@pytest.fixture(scope="session")
def long_model(tiny_model, tmp_path_factory):
    """Return a model whose weights are longer than the 10 MiB that the hub's client takes at a time."""
    folder = tmp_path_factory.mktemp("models") / "long"
    shutil.copytree(tiny_model, folder)
    for name in (WEIGHTS, DECODER):
        padding = torch.arange(6 * 2**20, dtype=torch.float32)
        save_file({**load_file(folder / name), "padding": padding}, folder / name)
    return folder


def test_what_the_network_drops_is_taken_up_where_it_broke_off(study, long_model):
    study.hub.folders[MODEL, FIRST] = long_model
    study.hub.cuts = {WEIGHTS: "close", DECODER: "reset"}
    study.hub.busy = {"/api/models/": [503], "model_index.json": [429], "text_encoder/model.safetensors": [500]}
    finished = study.prepare()
    assert "hub: status 503; trying again in 1 s (try 2 of 6)" in finished.stdout + finished.stderr
    assert not study.hub.cuts
    assert not any(study.hub.busy.values())
    for name in (WEIGHTS, DECODER):
        ranges = [request.range for request in study.hub.seen if request.path == name]
        assert ranges == [None, f"bytes={10 * 2**20}-"]
        assert (study.snapshot(FIRST) / name).read_bytes() == (long_model / name).read_bytes()
    assert {count for path, count in study.hub.fetched().items() if path not in (WEIGHTS, DECODER)} == {1}


def test_hub_that_takes_the_connection_and_says_nothing_is_given_up_in_one_line(study):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        line = study.failure(environment={"HF_ENDPOINT": endpoint, "HF_HUB_DOWNLOAD_TIMEOUT": "1"})
    assert MODEL in line
    assert "run again when it can" in line


def test_killed_download_keeps_its_finished_files(study):
    study.hub.cuts[WEIGHTS] = "hold"
    process = start_command("prepare_generator", *study.arguments(), **study.environment())
    assert study.hub.holding.wait(300)
    # The other files are small, and each has its own connection: they have come by the time that they all stand there.
    finished = (DECODER, "text_encoder/model.safetensors", "model_index.json")
    while not all((study.snapshot(FIRST) / name).exists() for name in finished):
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    study.prepare()
    fetched = study.hub.fetched()
    assert [fetched[name] for name in finished] == [1, 1, 1]
    assert fetched[WEIGHTS] == 2


def test_study_stays_at_its_commit_when_the_branch_moves_on(study, tiny_model, tmp_path):
    study.prepare(revision="main")
    study.hub.add(MODEL, SECOND, tiny_model)
    study.manifest.unlink()  # as Snakemake does before it runs a rule again
    study.prepare(revision="main", steps=3)
    assert study.revision() == FIRST
    study.manifest.unlink()
    shutil.rmtree(study.cache)
    del study.hub.folders[MODEL, FIRST]
    line = study.failure(revision="main")
    assert f"generator.revision is '{FIRST}'" in line
    assert "pins.json keeps it for this study: remove that file" in line


def test_prompt_of_ones_own_is_drawn_at_the_studys_commit(study, tiny_model, monkeypatch):
    pins = study.folder / "results" / "generator" / "pinned_commits.json"
    pins.parent.mkdir(parents=True)
    pins.write_text(json.dumps({f"{MODEL}@main": FIRST}))
    study.hub.add(MODEL, SECOND, tiny_model)
    generator = {"model": MODEL, "image_size": 64, "steps": 1, "rows_per_forward": 1}
    (study.folder / "config.yaml").write_text(json.dumps({"generator": generator}))
    repository = Path.cwd()
    monkeypatch.chdir(study.folder)
    environment = study.environment(PYTHONPATH=str(repository))
    run_command("draw", "a cat", "--count", 1, "--output", study.folder / "sheet.png", **environment)
    assert study.snapshot(FIRST).exists()
    assert not study.snapshot(SECOND).exists()


def test_gated_model_needs_consent_and_a_token_that_is_told_to_nobody(study):
    study.hub.tokens[MODEL] = FAKE_TOKEN
    refused = study.failure()
    assert f"accept its licence on {study.hub.endpoint}/{MODEL}" in refused
    assert "HF_TOKEN" in refused
    other_token = study.failure(environment={"HF_TOKEN": "hf_AnotherAccountsToken"})
    assert "accept its licence" in other_token
    assert "hf_AnotherAccountsToken" not in other_token
    finished = study.prepare(environment={"HF_TOKEN": FAKE_TOKEN, "HF_DEBUG": "1"})
    assert FAKE_TOKEN not in finished.stdout + finished.stderr
    files = [path for path in study.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if FAKE_TOKEN.encode() in path.read_bytes()]
    weights = [request for request in study.hub.seen if request.path == WEIGHTS]
    assert [request.authorization for request in weights] == [None]  # they lie on another host


def test_token_that_cannot_be_one_is_not_printed(study):
    for token in ("hf_with space", "hf_bréton", "hf_\x01"):
        line = study.failure(environment={"HF_TOKEN": token})
        assert line == (
            "error: the token in HF_TOKEN (or of hf auth login) holds characters that no token has; "
            "give the token alone"
        )


def test_token_of_a_login_is_used_and_named(study):
    study.hub.tokens[MODEL] = FAKE_TOKEN
    token = study.folder / "home" / "token"
    token.parent.mkdir()
    token.write_text("hf_AnotherAccountsToken")
    assert "the account of the token in HF_TOKEN (or of hf auth login)" in study.failure()
    token.write_text(FAKE_TOKEN)
    study.prepare()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "owner/nothing"}, "generator.model is 'owner/nothing': the hub has no such model"),
        ({"revision": "v9"}, "generator.revision is 'v9': owner/tiny has no such branch, tag or commit"),
        ({"revision": "c" * 40}, f"generator.revision is '{'c' * 40}': owner/tiny has no such branch, tag or commit"),
        ({"variant": "fp16"}, "generator.variant is 'fp16': owner/tiny has no such weights; set generator.variant: nu"),
        ({"model": "owner/ti--ny"}, "generator.model is 'owner/ti--ny': neither a folder nor a name that the hub"),
    ],
)
def test_what_the_hub_does_not_have_is_named_by_its_setting(study, settings, message):
    assert message in study.failure(**settings)


def test_tiny_decoder_comes_from_the_hub_and_stays_at_its_commit(study, tmp_path):
    name, settings = "owner/decoder", {"vae": "tiny", "tiny_vae": "owner/decoder"}
    assert "generator.tiny_vae is 'owner/decoder': the hub has no such model" in study.failure(**settings)
    study.hub.add(name, FIRST, Path(save_tiny_decoder(tmp_path / "decoder")))
    study.prepare(**settings)
    study.hub.add(name, SECOND, tmp_path / "decoder")
    study.manifest.unlink()
    study.prepare(steps=3, **settings)
    assert json.loads(study.manifest.read_text())["settings"]["tiny_vae_revision"] == FIRST
    study.manifest.unlink()
    line = study.failure(tiny_vae_revision="v9", **settings)
    assert "generator.tiny_vae_revision is 'v9': owner/decoder has no such branch, tag or commit" in line


def test_rejection_classifier_comes_from_the_hub_and_stays_at_its_commit(study, tmp_path):
    rejection = {"classifier": "owner/judge", "least_probability": 0.001}
    line = study.failure(rejection=rejection)
    assert "generator.rejection.classifier is 'owner/judge': the hub has no such model" in line
    study.hub.add("owner/judge", FIRST, save_tiny_classifier(tmp_path / "judge", ["cat", "frog"]))
    study.prepare(rejection=rejection)
    study.hub.add("owner/judge", SECOND, tmp_path / "judge")
    study.manifest.unlink()
    study.prepare(steps=1, rejection=rejection)
    assert json.loads(study.manifest.read_text())["settings"]["rejection"]["revision"] == FIRST
    requests = study.hub.requests
    _, shard = draw_frogs(study.manifest, study.folder, **study.environment())
    assert read_photo_set(shard).metadata["rejections"].tolist() == [0, 0, 0]
    assert study.hub.requests == requests
    study.manifest.unlink()
    line = study.failure(rejection={**rejection, "revision": "v9"})
    assert "generator.rejection.revision is 'v9': owner/judge has no such branch, tag or commit" in line


@pytest.mark.parametrize(
    ("removed", "message"),
    [
        ("model_index.json", "no diffusers pipeline, for it has no model_index.json"),
        ("scheduler", "its folder scheduler/ is missing"),
        (WEIGHTS, "its unet has no weights (safetensors)"),
    ],
)
def test_file_that_the_hub_lacks_is_named_before_anything_is_fetched(study, tiny_model, tmp_path, removed, message):
    folder = tmp_path / "incomplete"
    shutil.copytree(tiny_model, folder)
    path = folder / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    study.hub.folders[MODEL, FIRST] = folder
    assert message in study.failure()
    assert set(study.hub.fetched()) <= {"model_index.json"}


def test_pickled_weights_are_refused_before_they_are_fetched(study, tiny_model, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(tiny_model, folder)
    (folder / WEIGHTS).rename(folder / "unet" / "diffusion_pytorch_model.bin")
    study.hub.folders[MODEL, FIRST] = folder
    assert "the weights of its unet are pickled (diffusion_pytorch_model.bin)" in study.failure()
    assert set(study.hub.fetched()) == {"model_index.json"}


def test_hub_out_of_reach_is_one_line(study):
    assert f"the hub at {NOWHERE} cannot be reached" in study.failure(environment={"HF_ENDPOINT": NOWHERE})
    assert "HF_HUB_OFFLINE is set and the cache" in study.failure(environment={"HF_HUB_OFFLINE": "1"})
