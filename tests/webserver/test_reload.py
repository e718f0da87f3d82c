"""A newer checkpoint takes over under load, a spoilt one is refused, and nobody's request fails meanwhile."""

import errno
import itertools
import json
import shutil
import threading
import time
from dataclasses import replace

import jax
import numpy as np
import pytest

from flax_cnn.classifier import load_classifier, save_classifier
from flax_cnn.ensemble import Ensemble
from tests.webserver.conftest import ARMS, tiny_classifier, tiny_companion, wait_until
from tests.webserver.pictures import encoded
from webserver import classifier_registry
from webserver.classifier_folders import shipped_offers
from webserver.classifier_registry import Arm, Registry, Served
from webserver.companion import write_companion

PNG = {"Content-Type": "image/png"}


@pytest.fixture
def study(shipped, tmp_path):
    """Return a study's results with the shipped classifiers in it."""
    for arm in ARMS:
        shutil.copytree(shipped / arm / "checkpoint", checkpoint(tmp_path, arm))
    return tmp_path


def checkpoint(results, arm):
    return results / "classifiers" / arm / "seed_0" / "checkpoint"


def registry_of(results, shipped):
    registry = Registry(results, shipped)
    registry.look()
    return registry


def test_shipped_classifiers_are_served_until_a_study_has_all_arms(shipped, tmp_path):
    registry = registry_of(tmp_path, shipped)
    assert registry.served.origin == "shipped with the project"
    for arm in ARMS[:2]:
        save_classifier(checkpoint(tmp_path, arm), tiny_classifier(7))
        registry.look()
        assert registry.served.origin == "shipped with the project"
    save_classifier(checkpoint(tmp_path, ARMS[2]), tiny_classifier(7))
    assert registry.look()
    assert registry.served.origin == "the study"
    assert not registry.look()


def test_companion_is_used_with_its_own_classifier_alone(shipped, study):
    registry = registry_of(study, shipped)
    assert registry.served.arms["real"].companion is None
    assert "make playground" in registry.served.arms["real"].companion_note
    for arm in ("real", "synthetic"):
        write_companion(study / "playground" / f"{arm}.npz", tiny_companion(registry.served.arms["real"].classifier))
    assert registry.look()
    assert registry.served.arms["real"].companion is not None
    assert "another training" in registry.served.arms["synthetic"].companion_note


def test_a_study_of_other_classes_takes_over_once_all_its_arms_have_them(shipped, study):
    registry = registry_of(study, shipped)
    before = registry.served
    for arm in ARMS[:2]:
        save_classifier(checkpoint(study, arm), tiny_classifier(1, ("cat", "dog")))
        registry.look()
        assert registry.served.arms == before.arms
        assert "classes" in registry.refused[str(checkpoint(study, arm))]
    save_classifier(checkpoint(study, ARMS[2]), tiny_classifier(1, ("cat", "dog")))
    assert registry.look()
    assert registry.served.classes == ("cat", "dog")
    assert registry.served.arms.keys() == set(ARMS)
    assert not registry.refused


def test_an_arm_that_is_taken_away_to_be_trained_anew_is_served_on(shipped, study):
    registry = registry_of(study, shipped)
    shutil.rmtree(checkpoint(study, "real"))
    save_classifier(checkpoint(study, "mixture"), tiny_classifier(9))
    assert registry.look()
    assert registry.served.arms.keys() == set(ARMS)


def test_where_there_are_no_classifiers_the_probe_says_so(make_app, tmp_path):
    app = make_app(results=str(tmp_path), shipped_classifiers=str(tmp_path / "nowhere"))
    wait_until(lambda: "loading" not in app.test_client().get("/readyz").json["classifiers"])
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    looked_in = f"{tmp_path / 'classifiers'}, nor in {tmp_path / 'nowhere'}"
    assert ready.json["classifiers"] == f"there are no classifiers in {looked_in}"
    assert "no classifiers" in app.test_client().get("/api/v1/models").json["detail"]


@pytest.mark.parametrize("damage", ["unfinished", "altered", "emptied", "other classes", "not numbers"])
def test_unfit_checkpoint_is_refused_with_the_reason(damage, shipped, study):
    registry = registry_of(study, shipped)
    before, folder = registry.served, checkpoint(study, "real")
    reasons = {"unfinished": "half-written", "other classes": "classes", "not numbers": "finite"}
    reason = reasons.get(damage, "not readable")
    if damage == "unfinished":
        (folder / "commit_success.txt").unlink()
    elif damage == "other classes":
        save_classifier(folder, tiny_classifier(1, ("cat", "dog")))
    elif damage == "not numbers":
        classifier = tiny_classifier(1)
        save_classifier(
            folder, replace(classifier, state=jax.tree.map(lambda weights: weights * np.nan, classifier.state))
        )
    else:
        for path in folder.rglob("d/*"):
            path.write_bytes(b"" if damage == "emptied" else path.read_bytes()[::-1])
    assert not registry.look() or damage == "other classes"
    assert reason in registry.refused[str(folder)]
    assert registry.served.arms["real"] is before.arms["real"]
    save_classifier(folder, tiny_classifier(9))
    assert registry.look()
    assert not registry.refused
    assert registry.served.arms["real"].digest == tiny_classifier(9).digest()


def test_classifier_that_cannot_be_run_is_refused_and_hinders_no_later_one(shipped, study, monkeypatch):
    registry = registry_of(study, shipped)
    before = registry.served
    with monkeypatch.context() as broken:
        broken.setattr(Ensemble, "warm", lambda ensemble: 1 / 0)
        save_classifier(checkpoint(study, "real"), tiny_classifier(9))
        assert not registry.look()
    assert "cannot be run" in registry.refused[str(checkpoint(study, "real"))]
    assert registry.served is before
    save_classifier(checkpoint(study, "mixture"), tiny_classifier(10))
    assert registry.look()
    assert registry.served.arms["real"] is before.arms["real"]
    assert registry.served.arms["mixture"].digest == tiny_classifier(10).digest()


@pytest.mark.parametrize("error", [OSError(errno.EMFILE, "Too many open files"), MemoryError(), RuntimeError("busy")])
def test_checkpoint_that_cannot_be_read_for_a_moment_is_read_at_the_next_look(shipped, tmp_path, monkeypatch, error):
    registry = Registry(tmp_path, shipped)
    with monkeypatch.context() as hindered:

        def load(path):
            if "mixture" in str(path):
                raise error
            return load_classifier(path)

        hindered.setattr(classifier_registry, "load_classifier", load)
        assert registry.look()
    assert registry.served.arms.keys() == set(ARMS) - {"mixture"}
    assert type(error).__name__ in registry.refused[str(shipped / "mixture" / "checkpoint")]
    assert registry.look()
    assert registry.served.arms.keys() == set(ARMS)
    assert not registry.refused
    assert not registry.look()


def test_refusal_ends_with_its_checkpoint(shipped, study, tmp_path):
    registry = registry_of(study, shipped)
    folder = checkpoint(study, "real")
    (folder / "commit_success.txt").unlink()
    registry.look()
    assert str(folder) in registry.refused
    folder.rename(tmp_path / "elsewhere")
    registry.look()
    assert not registry.refused
    (tmp_path / "elsewhere").rename(folder)
    registry.look()
    assert str(folder) in registry.refused


def test_first_set_that_is_served_takes_nobodys_place(shipped, tmp_path):
    swaps = []
    registry = Registry(tmp_path, shipped, swaps.append)
    registry.look()
    assert not swaps
    for arm in ARMS:
        save_classifier(checkpoint(tmp_path, arm), tiny_classifier(7))
    registry.look()
    assert [served.origin for served in swaps] == ["the study"]


def others(shipped):
    """Return what a study of another arm and other classes would serve."""
    offer = shipped_offers(shipped)["real"]
    return Served("the study", {"other": Arm(offer, tiny_classifier(3, ("cat", "dog")), None, "")})


def test_answer_is_of_one_set_though_another_takes_over_meanwhile(client, shipped, monkeypatch):
    before, after = client.application.extensions["playground"].registry.served, others(shipped)
    for address in ("/api/v1/classify", "/api/v1/explain?arm=real"):
        # Who asks for the second time is told of the others, and of the first ones again after that.
        asked = itertools.cycle([before, after])
        with monkeypatch.context() as swapping:
            swapping.setattr(Registry, "served", property(lambda registry, asked=asked: next(asked)))
            answer = client.post(address, data=encoded(), headers=PNG)
        assert answer.status_code == 200
        for reading in answer.json.get("readings", []):
            assert all(list(arm["probabilities"]) == answer.json["classes"] for arm in reading["arms"].values())


def test_swaps_under_load_lose_no_request(make_app, study):
    app = make_app(results=str(study))
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    stop, failures, answered = threading.Event(), [], []

    def ask():
        client, photograph = app.test_client(), encoded()
        while not stop.is_set():
            response = client.post("/api/v1/classify", data=photograph, headers=PNG)
            (answered if response.status_code == 200 else failures).append(json.loads(response.data))

    askers = [threading.Thread(target=ask) for _ in range(32)]
    for asker in askers:
        asker.start()
    seen = app.test_client().get("/api/v1/models").json["arms"]["real"]["sha256"]
    kept = study / "kept"
    shutil.copytree(checkpoint(study, "real"), kept)
    save_classifier(checkpoint(study, "real"), tiny_classifier(11))
    served = lambda: app.test_client().get("/api/v1/models").json["arms"]["real"]["sha256"]  # noqa: E731
    wait_until(lambda: served() == tiny_classifier(11).digest())
    (checkpoint(study, "real") / "commit_success.txt").unlink()
    wait_until(lambda: app.test_client().get("/readyz").json["refused"])
    assert served() == tiny_classifier(11).digest()
    shutil.rmtree(checkpoint(study, "real"))
    shutil.copytree(kept, checkpoint(study, "real"))
    wait_until(lambda: served() == seen)
    time.sleep(0.1)
    stop.set()
    for asker in askers:
        asker.join()
    assert not failures
    assert answered
