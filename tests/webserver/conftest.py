"""One playground on tiny networks and a tiny random generator, shared by the tests of a session."""

import shutil
import threading
import time
from pathlib import Path

import jax
import numpy as np
import pytest

from flax_cnn.classifier import Classifier, save_classifier
from flax_cnn.config import TrainingConfig
from flax_cnn.network import initial_network
from photographs.digests import short_digest
from photographs.photo_set import PhotoSet, write_photo_set
from photographs.verified_arrays import write_arrays
from tests.text_to_image.tiny_pipelines import save_stable_diffusion
from text_to_image.config import GeneratorConfig
from webserver.app import create_app
from webserver.companion import Companion, unit_length, write_companion
from webserver.settings import PlaygroundConfig

CLASSES = ("cat", "frog")
ARMS = ("real", "synthetic", "mixture")
WIDTH = 0.0625
SUMMARY = Path(__file__).resolve().parents[2] / "docs" / "default_study" / "summary.json"


def tiny_classifier(seed, classes=CLASSES):
    config = TrainingConfig(width=WIDTH)
    _, state = initial_network(config.network, len(classes), config.width, jax.random.key(seed))
    return Classifier(classes, config, state, {"val_accuracy": 0.5})


def grey(number):
    """Return a photograph of one grey."""
    return np.full((32, 32, 3), number, np.uint8)


def tiny_companion(classifier):
    chance = np.random.default_rng(0)
    photos = chance.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
    features = classifier.predict_features(photos)
    width = features.shape[1]
    return Companion(
        classifier_sha256=classifier.digest(),
        temperature=1.0,
        confidence_quantiles=np.linspace(0.4, 1, 11),
        distance_quantiles=np.linspace(0, 0.5, 11),
        strangeness_threshold=0.95,
        probe_weights=chance.normal(size=width),
        probe_bias=0.0,
        probe_mean=features.mean(axis=0),
        probe_scale=features.std(axis=0) + 1e-3,
        probe_accuracy=0.75,
        nearest_features=unit_length(features).astype(np.float16),
        nearest_kinds=np.asarray(["real"] * 10 + ["synthetic"] * 10),
        nearest_indices=np.arange(20),
        nearest_classes=np.asarray(["cat", "frog"] * 10),
        nearest_digests=np.asarray([int(short_digest(grey(index)), 16) for index in range(20)], np.uint64),
    )


@pytest.fixture(scope="session")
def shipped(tmp_path_factory):
    """Return a folder of three tiny classifiers, laid out as models/classifiers. Tests must not change it."""
    folder = tmp_path_factory.mktemp("classifiers")
    for seed, arm in enumerate(ARMS):
        classifier = tiny_classifier(seed)
        save_classifier(folder / arm / "checkpoint", classifier)
        write_companion(folder / arm / "companion.npz", tiny_companion(classifier))
    return folder


@pytest.fixture(scope="session")
def drawing_model(tmp_path_factory):
    """Return a folder with a Stable Diffusion pipeline of random weights."""
    folder = tmp_path_factory.mktemp("drawing") / "tiny"
    save_stable_diffusion(folder)
    return folder


@pytest.fixture(scope="session")
def make_app(shipped, drawing_model, tmp_path_factory):
    """Return a function that makes a playground with other settings, its generator's too; all are closed at the end."""
    apps = []

    def make(drawing=None, **changes):
        settings = PlaygroundConfig(
            **{
                "results": str(tmp_path_factory.mktemp("results")),
                "shipped_classifiers": str(shipped),
                "watch_seconds": 0.1,
                "requests_per_minute": 1_000_000,
                "jobs_per_minute": 1_000_000,
                "rows_per_forward": 1,
                **changes,
            }
        )
        usual = {"model": str(drawing_model), "steps": 2, "image_size": 64, "dtype": "float32"}
        generator = GeneratorConfig(**{**usual, **(drawing or {})})
        app = create_app(settings, generator, CLASSES)
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["playground"].close()


@pytest.fixture(scope="session")
def app(make_app):
    """Return the shared playground, its classifiers ready."""
    app = make_app()
    wait_until(lambda: app.extensions["playground"].registry.served is not None)
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def drawing_client(app, client):
    """Return a client of the shared playground, its generator ready too."""
    queue = app.extensions["playground"].queue
    wait_until(lambda: queue.model is not None or queue.broken)
    assert not queue.broken
    return client


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return a folder with a study's test photographs and predictions, and no classifiers."""
    folder = tmp_path_factory.mktemp("study")
    chance = np.random.default_rng(0)
    labels, indices = np.arange(24, dtype=np.int32) % 2, np.arange(24)
    for kind in ("real", "synthetic"):
        images = chance.integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)
        write_photo_set(folder / f"{kind}_photos" / "test.npz", PhotoSet(images, labels, indices, CLASSES))
        for arm in ARMS:
            write_arrays(
                folder / "predictions" / arm / "seed_0" / f"{kind}.npz",
                {
                    "logits": chance.normal(size=(24, 2)).astype(np.float32),
                    "labels": labels,
                    "indices": indices,
                    "classes": np.asarray(CLASSES),
                },
            )
    (folder / "report").mkdir()
    shutil.copy2(SUMMARY, folder / "report" / "summary.json")
    return folder


@pytest.fixture(scope="module")
def address(make_app, results):
    """Return the address of a served playground that is ready."""
    from waitress import create_server

    app = make_app(results=str(results))
    services = app.extensions["playground"]
    wait_until(lambda: services.registry.served is not None and services.queue.model is not None)
    server = create_server(app, host="127.0.0.1", port=0, threads=12)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}/"
    server.close()


@pytest.fixture
def page(chromium, address):
    """Return a page at the start; any error in its script or in its policy fails the test."""
    context = chromium.new_context(viewport={"width": 1100, "height": 900}, base_url=address)
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("#chips button")
    yield page
    context.close()
    assert not errors


def wait_until(condition, seconds=600):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.02)
