"""A photo set survives the disk, and a spoilt file is found."""

import errno

import numpy as np
import pytest

from photographs import atomic_files
from photographs.atomic_files import CorruptFileError, write_atomically
from photographs.photo_set import PhotoSet, concatenate, read_photo_set, write_photo_set


def photo_set(n=6, seed=0, classes=("cat", "dog")):
    rng = np.random.default_rng(seed)
    return PhotoSet(
        rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8),
        (np.arange(n) % len(classes)).astype(np.int32),
        np.arange(n),
        classes,
        {"prompt": np.asarray([f"a photo {i}" for i in range(n)])},
    )


def test_written_set_is_read_back(tmp_path):
    original = photo_set()
    write_photo_set(tmp_path / "set.npz", original)
    read = read_photo_set(tmp_path / "set.npz")
    np.testing.assert_array_equal(read.images_nhwc, original.images_nhwc)
    assert read.labels.tolist() == original.labels.tolist()
    assert read.classes == original.classes
    assert read.metadata["prompt"].tolist() == original.metadata["prompt"].tolist()


def test_same_set_gives_the_same_bytes(tmp_path):
    for name in ("one.npz", "two.npz"):
        write_photo_set(tmp_path / name, photo_set())
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


@pytest.mark.parametrize("kept", [0, 100, 5000, -1])
def test_truncated_file_is_found_and_named(tmp_path, kept):
    path = tmp_path / "set.npz"
    write_photo_set(path, photo_set())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CorruptFileError, match=r"set\.npz"):
        read_photo_set(path)


def test_flipped_bit_is_found(tmp_path):
    path = tmp_path / "set.npz"
    write_photo_set(path, photo_set())
    content = bytearray(path.read_bytes())
    content[2000] ^= 1
    path.write_bytes(content)
    with pytest.raises(CorruptFileError):
        read_photo_set(path)


def test_digest_ignores_order_but_not_class_or_pixels():
    original = photo_set()
    assert original.select(np.arange(6)[::-1]).digest() == original.digest()
    relabelled = PhotoSet(original.images_nhwc, 1 - original.labels, original.indices, original.classes)
    assert relabelled.digest() != original.digest()
    assert photo_set(seed=1).digest() != original.digest()


def test_sets_of_different_classes_do_not_join():
    with pytest.raises(ValueError, match="different classes"):
        concatenate([photo_set(), photo_set(classes=("cat", "frog"))])


def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    def fill_the_disk(stream):
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left on device") as raised:
        write_atomically(path, fill_the_disk)
    assert raised.value.filename == str(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_json_refuses_what_is_not_json(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        atomic_files.write_json(tmp_path / "file.json", {"accuracy": float("nan")})
