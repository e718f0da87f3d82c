"""What a login node fetches is all that jobs without a network need."""

import json
import os
import shutil
import subprocess

import pytest

from tests.text_to_image.hub_server import HubServer
from tests.workflow.study import REPOSITORY, TinyStudy

MODEL, JUDGE = "owner/tiny", "owner/judge"
COMMIT, MOVED_TO = "a" * 40, "b" * 40
DRAWN_BY_A_HUB_MODEL = ("--config", f"generator={{model: {MODEL}, revision: main, steps: 2, rows_per_forward: 4}}")
WITHOUT_NETWORK = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
REAL, GENERATED = "results/real_photos/train.npz", "results/generated_images/cat/0-11.npz"


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return a study whose model comes from a hub, and the hub; the study's cache of models is empty."""
    study = TinyStudy.create(tmp_path / "study")
    for name in [name for name in os.environ if name.startswith("HF_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    with HubServer() as hub:
        hub.add(MODEL, COMMIT, study.folder / "model")
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield study, hub


def test_everything_that_was_fetched_suffices_without_a_network(study, monkeypatch):
    if shutil.which("unshare") is None or subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode:
        pytest.skip("NOT TESTED WITHOUT A NETWORK: unshare --net is not allowed here")
    study, hub = study
    fetched = study.run("fetch", *DRAWN_BY_A_HUB_MODEL)
    assert fetched.returncode == 0, fetched.stdout
    models = json.loads((study.folder / "results/downloads/models.json").read_text())["models"]
    assert [(model["model"], model["revision"]) for model in models] == [(MODEL, COMMIT)]
    assert not (study.folder / REAL).exists()

    asked = hub.requests
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    drawn = study.run(REAL, GENERATED, *DRAWN_BY_A_HUB_MODEL, within=WITHOUT_NETWORK)
    assert drawn.returncode == 0, drawn.stdout
    assert (study.folder / REAL).is_file()
    assert (study.folder / GENERATED).is_file()
    assert json.loads((study.folder / "results/generator/manifest.json").read_text())["revision"] == COMMIT
    assert hub.requests == asked


def test_classifier_beside_a_generator_that_the_study_trains_is_fetched(study):
    study, hub = study
    hub.add(JUDGE, COMMIT, REPOSITORY / "models" / "rejection_classifier")
    trained = f"generator={{model: results/embedded_generator/pipeline, rejection: {{classifier: {JUDGE}}}}}"
    fetched = study.run("results/downloads/models.json", "--config", trained)
    assert fetched.returncode == 0, fetched.stdout
    (model,) = json.loads((study.folder / "results/downloads/models.json").read_text())["models"]
    assert model["rejection"]["classifier"] == JUDGE
    assert model["rejection"]["revision"] == COMMIT


def test_sweep_keeps_the_commit_that_was_fetched_when_the_branch_has_moved_on(study):
    study, hub = study
    swept = (*DRAWN_BY_A_HUB_MODEL, "sweeps={steps: {steps: [2]}}")
    assert study.run("results/downloads/models.json", *DRAWN_BY_A_HUB_MODEL).returncode == 0
    hub.add(MODEL, MOVED_TO, study.folder / "model")
    fetched = hub.fetched()
    assert fetched["model_index.json"]
    planned = study.run("results/sweeps/steps/plan.json", *swept)
    assert planned.returncode == 0, planned.stdout
    # Of the commit that the branch is at now nothing was fetched, and of the other all was there.
    assert hub.fetched() == fetched


def test_what_the_study_trains_itself_is_not_fetched(study):
    study, _ = study
    trained = "generator={rejection: {classifier: results/rejection_classifier/model}}"
    fetched = study.run("fetch", "--config", trained)
    assert fetched.returncode == 0, fetched.stdout
