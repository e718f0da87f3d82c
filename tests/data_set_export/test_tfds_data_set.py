"""The TFDS data set is read back, without TensorFlow, as what was written."""

import json
import subprocess
import sys

import numpy as np
import pytest

from data_set_export.photos_manifest import read_manifest
from photographs.photo_set import read_photo_set
from tests.data_set_export.conftest import CLASSES, SPLITS, command
from tests.workflow.study import REPOSITORY

# Reads every split in a process where TensorFlow cannot be found, even if it is installed.
READER = """
import json, sys
import numpy as np

class WithoutTensorFlow:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] == "tensorflow" else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [WithoutTensorFlow(finder) for finder in sys.meta_path]
import tensorflow_datasets as tfds

builder = tfds.builder_from_directory(sys.argv[1])
info = builder.info
said = {"description": info.description, "citation": info.citation, "licence": info.redistribution_info.license,
        "labels": info.features["label"].names, "counts": {n: s.num_examples for n, s in info.splits.items()}}
for split in info.splits:
    examples = list(builder.as_data_source(split))
    columns = {name: np.asarray([example[name] for example in examples]) for name in examples[0]}
    np.savez(f"{sys.argv[2]}/{split}.npz", **columns)
assert "tensorflow" not in sys.modules
print(json.dumps(said))
"""


def export(photos, folder):
    return command(
        *("write_tfds", "--photos-folder", photos, "--citation", "CITATION.cff"),
        *("--state-folder", folder / "state", "--output", folder / "tfds"),
    )


@pytest.fixture(scope="module")
def exported(finished_photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tfds")
    finished = export(finished_photos, folder)
    assert finished.returncode == 0, finished.stderr
    return folder / "tfds"


@pytest.fixture(scope="module")
def read_back(exported, tmp_path_factory):
    folder = tmp_path_factory.mktemp("read_back")
    finished = subprocess.run([sys.executable, "-c", READER, exported, folder], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1]), {
        split: dict(np.load(folder / f"{split}.npz")) for split in SPLITS.values()
    }


@pytest.mark.parametrize("split", SPLITS)
def test_pixels_and_metadata_are_those_of_the_photo_set(finished_photos, read_back, split):
    photo_set = read_photo_set(finished_photos / f"{split}.npz")
    read = read_back[1][SPLITS[split]]
    rows = np.lexsort((photo_set.labels, photo_set.indices))
    np.testing.assert_array_equal(read["image"], photo_set.images_nhwc[rows])
    assert read["image"].dtype == np.uint8
    assert read["label"].tolist() == photo_set.labels[rows].tolist()
    assert read["index"].tolist() == photo_set.indices[rows].tolist()
    assert read["id"][0].decode() == f"{CLASSES[0]}/{photo_set.indices.min():06d}"
    for name, column in photo_set.metadata.items():
        values = read[name].tolist()
        if column.dtype.kind == "U":
            values = [value.decode() for value in values]
        assert values == column[rows].tolist(), name


def test_it_says_what_it_is(finished_photos, read_back):
    said = read_back[0]
    manifest = read_manifest(finished_photos / "manifest.json")
    assert said["labels"] == list(CLASSES)
    assert said["counts"] == {SPLITS[split]: n * len(CLASSES) for split, n in manifest.images_per_class.items()}
    assert "licence as mit" in said["licence"]
    assert said["citation"].startswith("@software{fauxtograph,")
    assert manifest.generator.revision in said["description"]
    assert all(digest in said["description"] for digest in manifest.digests.values())


def test_second_export_gives_the_same_bytes(finished_photos, exported, tmp_path):
    assert export(finished_photos, tmp_path).returncode == 0
    names = sorted(path.name for path in exported.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "tfds").iterdir())
    assert all((exported / name).read_bytes() == (tmp_path / "tfds" / name).read_bytes() for name in names)


def test_images_from_a_folder_keep_their_file_names(photos_from_a_folder, tmp_path):
    assert export(photos_from_a_folder, tmp_path).returncode == 0
    features = json.loads((tmp_path / "tfds" / "features.json").read_text())
    assert "file" in features["featuresDict"]["features"]
    assert "prompt" not in features["featuresDict"]["features"]


def test_shards_together_hold_every_image(finished_photos, tmp_path):
    # In a process of its own, because TFDS takes long to import.
    code = (
        "import sys; from pathlib import Path; from data_set_export import tfds_data_set as t\n"
        "from photographs.photo_set import read_photo_set; from photographs.progress import Progress\n"
        "t._IMAGES_PER_SHARD = 16\n"
        "photos = {'train': read_photo_set(Path(sys.argv[1]) / 'train.npz')}\n"
        "t.fill_tfds_folder(Path(sys.argv[2]), photos, 'd', 'c', 'l', None, Progress(36, 'tfds', 'images'))"
    )
    (tmp_path / "tfds").mkdir()
    written = subprocess.run(
        [sys.executable, "-c", code, finished_photos, tmp_path / "tfds"], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert written.returncode == 0, written.stderr
    assert len(list((tmp_path / "tfds").glob("*array_record-*-of-00003"))) == 3
    read = subprocess.run(
        [sys.executable, "-c", READER, tmp_path / "tfds", tmp_path], capture_output=True, text=True, check=True
    )
    assert json.loads(read.stdout.splitlines()[-1])["counts"] == {"train": 36}
    digests = np.load(tmp_path / "train.npz")["digest"]
    expected = read_photo_set(finished_photos / "train.npz").metadata["digest"]
    assert sorted(digest.decode() for digest in digests) == sorted(expected.tolist())


def test_column_of_a_type_that_tfds_does_not_keep_is_named():
    from data_set_export.tfds_data_set import _feature

    with pytest.raises(ValueError, match="metadata column 'when' is of type datetime64"):
        _feature("when", np.dtype("datetime64[s]"))
