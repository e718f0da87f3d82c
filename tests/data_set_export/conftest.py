"""A folder of invented generated photographs, put together by the project's own command."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from photographs.digests import image_digest
from photographs.photo_set import PhotoSet, write_photo_set
from tests.workflow.study import REPOSITORY

# Not in alphabetical order, which some readers would number them by.
CLASSES = ("frog", "cat")
PER_CLASS = 24
SPLITS = {"train": "train", "val": "validation", "test": "test"}
CARD = "---\nlicense: mit\n---\n# A model\n"


def command(name: str, *arguments) -> subprocess.CompletedProcess:
    """Run one of the project's commands in a process of its own."""
    words = [sys.executable, "-m", f"workflow_scripts.{name}", *map(str, arguments)]
    return subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)


def make_photos(folder: Path, generator: dict, columns) -> Path:
    """Merge shards of noise; `columns(class_name, images)` gives their metadata."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for name in CLASSES:
        images = random.integers(0, 256, (PER_CLASS, 32, 32, 3), dtype=np.uint8)
        metadata = columns(name, images) | {"digest": np.asarray([image_digest(image) for image in images])}
        shard = PhotoSet(images, np.zeros(PER_CLASS, np.int32), np.arange(PER_CLASS), (name,), metadata)
        write_photo_set(folder / "shards" / name / f"0-{PER_CLASS - 1}.npz", shard)
    (folder / "generator.json").write_text(json.dumps(generator))
    finished = command(
        *("merge_synthetic_photos", "--shards-folder", folder / "shards", "--shard-size", PER_CLASS),
        *("--generator-manifest", folder / "generator.json", "--work-folder", folder / "unfinished"),
        *("--classes", *CLASSES, "--images-per-class", PER_CLASS, "--output-folder", folder / "photos"),
    )
    assert finished.returncode == 0, finished.stderr
    return folder / "photos"


@pytest.fixture(scope="session")
def finished_photos(tmp_path_factory) -> Path:
    """Return photographs of a model in a folder, with columns of every type. Tests must not change them."""
    folder = tmp_path_factory.mktemp("export")
    model = folder / "model"
    model.mkdir()
    (model / "README.md").write_text(CARD)
    generator = {
        "kind": "pipeline",
        "model": str(model),
        "revision": "sha256:" + "ab" * 32,
        "pipeline_class": "StableDiffusionPipeline",
        "is_embedded": False,
        "settings": {
            "model": str(model),
            "revision": None,
            "steps": 7,
            "guidance_scale": [1.0, 5.0],
            "prompts": {"negative": "blur"},
            "resampling": "box",
        },
        "digest": "cd" * 32,
    }

    def columns(name, images):
        n = len(images)
        random = np.random.default_rng(len(name))
        return {
            "prompt": np.asarray([f'a "photo" | of a {name},\nn° {i % 3}' for i in range(n)]),
            "template": np.asarray(["{a_domain} of {a_class}"] * n),
            "viewpoint": np.asarray([("from above", "from the side")[i % 2] for i in range(n)]),
            "guidance_scale": random.uniform(1, 5, n),
            "strength": random.uniform(0, 1, n).astype(np.float32),
            "at_night": np.arange(n) % 2 == 0,
            "seed": random.integers(0, 2**63 - 1, n),
            "redraws": 2 * (np.arange(n) == 5).astype(np.int32),
            "rejections": (np.arange(n) == 5).astype(np.int32),
        }

    return make_photos(folder / "study", generator, columns)


@pytest.fixture
def photos(finished_photos, tmp_path) -> Path:
    """Return a copy for a test to alter."""
    return Path(shutil.copytree(finished_photos, tmp_path / "photos"))


@pytest.fixture(scope="session")
def photos_from_a_folder(tmp_path_factory) -> Path:
    """Return photographs of a study that took a folder of images in the generator's place."""
    folder = tmp_path_factory.mktemp("export_of_a_folder")
    generator = {
        "kind": "image_folder",
        "model": "elsewhere/FAKE",
        "revision": None,
        "is_embedded": False,
        "settings": {"folder": "elsewhere/FAKE", "resampling": "box"},
        "digest": "ef" * 32,
    }

    def columns(name, images):
        files = np.asarray([f"{name}/{i}.png" for i in range(len(images))])
        never = np.zeros(len(images), np.int32)
        return {"file": files, "redraws": never, "rejections": never}

    return make_photos(folder / "study", generator, columns)


def edit_manifest(photos: Path, change) -> None:
    """Let `change` alter the manifest of `photos` in place."""
    path = photos / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
