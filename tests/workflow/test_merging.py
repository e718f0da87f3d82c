"""Hundreds of shards become one data set, shard by shard."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from photographs.photo_set_on_disk import empty_photo_set, fill
from tests.workflow.study import REPOSITORY

CLASSES, PER_CLASS, SHARD = ("cat", "frog"), 9000, 45
MEASURED = """
import sys, tracemalloc
from workflow_scripts.merge_synthetic_photos import main
sys.argv = ["merge_synthetic_photos", *sys.argv[1:]]
tracemalloc.start()
main()
print(tracemalloc.get_traced_memory()[1])
"""

# An NFS client keeps a file that is mapped, under another name, and so the folder that it is in.
ON_NFS = """
import shutil, sys
from workflow_scripts.merge_synthetic_photos import main
sys.argv = ["merge_synthetic_photos", *sys.argv[1:]]
remove = shutil.rmtree
def remove_unless_mapped(folder):
    mapped = [line for line in open("/proc/self/maps") if str(folder.absolute()) in line]
    assert not mapped, mapped
    remove(folder)
shutil.rmtree = remove_unless_mapped
main()
"""


def shard_of(name, first, random):
    images = random.integers(0, 256, (SHARD, 32, 32, 3), dtype=np.uint8)
    indices = np.arange(first, first + SHARD)
    metadata = {
        "seed": random.integers(0, 2**62, SHARD),
        # One in a thousand was spoilt once, and every tenth of these refused by a classifier besides.
        "redraws": np.asarray([int(index % 1000 == 0) + int(index % 10000 == 0) for index in indices]),
        "rejections": np.asarray([int(index % 10000 == 0) for index in indices]),
        # Its width differs from shard to shard.
        "prompt": np.asarray(
            [f"photo of a {name}, {'very ' * (index % 3)}small"[: 12 + first % 40] for index in indices]
        ),
        "template": np.full(SHARD, "photo of {a_class}"),
        "arithmetic": np.full(SHARD, "cpu bfloat16" if name == "cat" else "cpu float32"),
    }
    return PhotoSet(images, np.zeros(SHARD, np.int32), indices, (name,), metadata)


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """Return the folder of the merged sets, and the most memory that merging held in bytes."""
    folder = tmp_path_factory.mktemp("merging")
    random = np.random.default_rng(0)
    for name in CLASSES:
        for first in range(0, PER_CLASS, SHARD):
            write_photo_set(
                folder / "shards" / name / f"{first}-{first + SHARD - 1}.npz", shard_of(name, first, random)
            )
    (folder / "generator.json").write_text('{"model": "noise", "settings": {"resampling": "box"}}')
    finished = merge(folder, "-c", MEASURED)
    assert finished.returncode == 0, finished.stderr
    assert "not all images were drawn in the same arithmetic (9000 images by cpu bfloat16, 9000" in finished.stderr
    return folder, int(finished.stdout)


def merge(folder, *how):
    command = [
        *(sys.executable, *how, "--shards-folder", folder / "shards", "--shard-size", SHARD, "--classes", *CLASSES),
        *("--generator-manifest", folder / "generator.json", "--images-per-class", PER_CLASS),
        *("--work-folder", folder / "unfinished", "--output-folder", folder / "photos"),
    ]
    return subprocess.run([*map(str, command)], cwd=REPOSITORY, capture_output=True, text=True)


def test_memory_does_not_hold_the_images(merged):
    _, most = merged
    assert most < len(CLASSES) * PER_CLASS * 32 * 32 * 3 / 2


def test_every_image_stands_in_its_split_once_and_unchanged(merged):
    folder, _ = merged
    sets = {split: read_photo_set(folder / "photos" / f"{split}.npz") for split in ("train", "val", "test")}
    assert [len(photos) for photos in sets.values()] == [13500, 1500, 3000]
    random = np.random.default_rng(0)
    places = {
        (split, photos.classes[label], int(index)): row
        for split, photos in sets.items()
        for row, (label, index) in enumerate(zip(photos.labels, photos.indices, strict=True))
    }
    assert len(places) == len(CLASSES) * PER_CLASS
    for name in CLASSES:
        for first in range(0, PER_CLASS, SHARD):
            drawn = shard_of(name, first, random)
            split = "train" if first < 6750 else "val" if first < 7500 else "test"
            photos, row = sets[split], places[split, name, first]
            assert (photos.images_nhwc[row] == drawn.images_nhwc[0]).all()
            assert photos.metadata["prompt"][row] == drawn.metadata["prompt"][0]


def test_manifest_and_table_tell_of_all_images(merged):
    folder, _ = merged
    manifest = json.loads((folder / "photos" / "manifest.json").read_text())
    assert manifest["resampling"] == "box"
    assert manifest["redrawn"] == 2 * 9
    assert manifest["rejected"] == 2
    assert manifest["arithmetic"] == {"cpu bfloat16": PER_CLASS, "cpu float32": PER_CLASS}
    assert manifest["drawn"]["template"] == {"photo of {a_class}": len(CLASSES) * PER_CLASS}
    assert manifest["digests"]["test"] == read_photo_set(folder / "photos" / "test.npz").digest()
    rows = list(csv.DictReader((folder / "photos" / "images.csv").open()))
    assert len({(row["class"], row["index"]) for row in rows}) == len(CLASSES) * PER_CLASS
    assert not (folder / "unfinished").exists()


def test_nothing_is_mapped_any_more_when_the_work_folder_goes(merged):
    folder, _ = merged
    finished = merge(folder, "-c", ON_NFS)
    assert finished.returncode == 0, finished.stderr


def test_missing_shard_is_named(merged):
    folder, _ = merged
    shard = folder / "shards" / "frog" / "45-89.npz"
    shard.rename(folder / "aside.npz")
    finished = merge(folder, "-m", "workflow_scripts.merge_synthetic_photos")
    (folder / "aside.npz").rename(shard)
    assert finished.returncode == 1
    assert finished.stderr == f"error: {shard}: No such file or directory\n"


def test_set_on_disk_takes_its_room_at_once(tmp_path):
    photos = empty_photo_set(tmp_path, 100, (32, 32, 3), CLASSES, {"prompt": np.dtype("<U9")})
    assert (tmp_path / "images.npy").stat().st_blocks * 512 >= 100 * 3072
    piece = PhotoSet(
        np.ones((2, 32, 32, 3), np.uint8), np.ones(2, np.int32), np.arange(2), CLASSES, {"prompt": np.full(2, "a frog")}
    )
    assert fill(photos, 98, piece) == 100
    assert photos.images_nhwc[97:].any(axis=(1, 2, 3)).tolist() == [False, True, True]
    assert photos.metadata["prompt"][99] == "a frog"
