"""The image folder holds what the photo sets hold, by the rules of those who read it."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow.json
import pytest
from PIL import Image

from data_set_export import records
from data_set_export.filled_folder import filled_folder
from data_set_export.photos_manifest import read_manifest
from photographs.photo_set import PhotoSet, read_photo_set
from tests.data_set_export.conftest import CLASSES, SPLITS, command, edit_manifest
from text_to_image.config import ImageFolderConfig
from text_to_image.image_folder import FolderReader, list_images


def export(photos, folder):
    return command(
        *("write_image_folder", "--photos-folder", photos),
        *("--state-folder", folder / "state", "--output-folder", folder / "images"),
    )


@pytest.fixture(scope="module")
def exported(finished_photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("image_folder")
    finished = export(finished_photos, folder)
    assert finished.returncode == 0, finished.stderr
    return folder / "images"


def lines(exported, split):
    return [json.loads(line) for line in (exported / split / "metadata.jsonl").read_text().split("\n")[:-1]]


@pytest.mark.parametrize("split", SPLITS)
def test_pixels_and_metadata_are_those_of_the_photo_set(finished_photos, exported, split):
    photo_set = read_photo_set(finished_photos / f"{split}.npz")
    rows = {(row["label"], row["index"]): row for row in lines(exported, SPLITS[split])}
    assert len(rows) == len(photo_set)
    for i in range(len(photo_set)):
        row = rows[photo_set.classes[photo_set.labels[i]], photo_set.indices[i]]
        with Image.open(exported / SPLITS[split] / row["file_name"]) as image:
            assert (image.format, image.mode) == ("PNG", "RGB")
            np.testing.assert_array_equal(np.asarray(image), photo_set.images_nhwc[i])
        assert {name: row[name] for name in photo_set.metadata} == {
            name: column[i].item() for name, column in photo_set.metadata.items()
        }


def test_datasets_reads_the_same_columns_from_every_split_and_finds_every_file(exported):
    # As `datasets` reads it: with pyarrow, one schema for all splits, `file_name` relative to the table.
    schemas = []
    for split in SPLITS.values():
        table = pyarrow.json.read_json(exported / split / "metadata.jsonl")
        schemas.append(table.schema)
        assert set(table["file_name"].to_pylist()) == {
            str(path.relative_to(exported / split)) for path in (exported / split).rglob("*.png")
        }
    assert schemas[0].names[:3] == ["file_name", "label", "index"]
    assert schemas[0] == schemas[1] == schemas[2]
    assert str(schemas[0].field("label").type) == "string"


def test_torchvision_finds_just_the_classes(exported):
    for split in SPLITS.values():
        assert sorted(entry.name for entry in os.scandir(exported / split) if entry.is_dir()) == sorted(CLASSES)


def test_first_rows_hold_every_class_alike(exported):
    assert [row["label"] for row in lines(exported, "train")[:6]] == [*CLASSES] * 3


@pytest.mark.parametrize("split", SPLITS)
def test_fed_back_as_a_generator_it_gives_the_same_set(finished_photos, exported, split):
    folder = exported / SPLITS[split]
    reader = FolderReader(ImageFolderConfig(folder=str(folder)), list_images(folder, CLASSES))
    manifest = read_manifest(finished_photos / "manifest.json")
    drawn = [reader.draw(name, range(manifest.images_per_class[split])) for name in CLASSES]
    images = np.concatenate([part.images_nhwc for part in drawn])
    labels = np.concatenate([part.labels for part in drawn])
    assert PhotoSet(images, labels, np.arange(len(labels)), CLASSES).digest() == manifest.digests[split]


def test_second_export_gives_the_same_files(finished_photos, exported, tmp_path):
    assert export(finished_photos, tmp_path).returncode == 0
    again = tmp_path / "images"
    files = sorted(path.relative_to(exported) for path in exported.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all((exported / file).read_bytes() == (again / file).read_bytes() for file in files)


def spoil_photos(photos):
    path = photos / "train.npz"
    path.write_bytes(path.read_bytes()[:-100])


def spoil_manifest(photos):
    (photos / "manifest.json").write_text('{"generator": ')


def take_another_digest(photos):
    edit_manifest(photos, lambda manifest: manifest["digests"].update(train="00" * 32))


def leave_out_the_digests(photos):
    edit_manifest(photos, lambda manifest: manifest.pop("digests"))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_photos, "train.npz: not readable"),
        (spoil_manifest, "manifest.json: not JSON"),
        (take_another_digest, "manifest.json: it does not describe the images of train.npz"),
        (leave_out_the_digests, "manifest.json: no manifest of generated photographs (digests: Field required)"),
    ],
)
def test_spoilt_input_is_one_line_and_nothing_is_exported(photos, tmp_path, spoil, named):
    spoil(photos)
    finished = export(photos, tmp_path)
    assert finished.returncode == 1
    assert named in finished.stderr
    assert len(finished.stderr.splitlines()) == 1
    assert not (tmp_path / "images").exists()


def one_image(metadata):
    image = np.arange(32 * 32 * 3, dtype=np.uint8).reshape(1, 32, 32, 3)
    return PhotoSet(image, np.zeros(1, np.int32), np.zeros(1, int), ("cat",), metadata)


def test_encoder_that_loses_something_is_found_out(monkeypatch):
    lossless = records.encode_png
    monkeypatch.setattr(records, "encode_png", lambda image: lossless(image & 0xFE))
    with pytest.raises(RuntimeError, match="PNG of image cat/000000 does not hold its pixels"):
        list(records.records(one_image({})))


@pytest.mark.parametrize("name", ["label", "mask_file_name"])
def test_column_that_readers_would_misunderstand_is_refused(name):
    with pytest.raises(ValueError, match=f"metadata column '{name}'"):
        list(records.records(one_image({name: np.asarray(["x"])})))


def test_folder_is_replaced_only_by_a_whole_one(tmp_path):
    folder, state = tmp_path / "out" / "train", tmp_path / "state"
    with filled_folder(folder, state) as part:
        (part / "old").touch()
    with pytest.raises(FileNotFoundError), filled_folder(folder, state) as part:
        (part / "no_folder" / "new").touch()
    assert os.listdir(folder) == ["old"]
    with filled_folder(folder, state) as part:
        (part / "new").touch()
        assert os.listdir(folder) == ["old"]
    assert os.listdir(folder) == ["new"]
    assert os.listdir(folder.parent) == ["train"]


def test_killed_writer_leaves_no_folder_and_the_next_starts_anew(tmp_path):
    folder, state = tmp_path / "train", tmp_path / "state"
    code = (
        "import os, signal, sys; from pathlib import Path; from data_set_export.filled_folder import filled_folder\n"
        "with filled_folder(Path(sys.argv[1]), Path(sys.argv[2])) as part:\n"
        "    (part / 'half').touch(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, folder, state])
    assert killed.returncode < 0
    assert (state / "train" / "half").exists()
    assert not folder.exists()
    with filled_folder(folder, state) as part:
        (part / "whole").touch()
    assert os.listdir(folder) == ["whole"]
