"""A folder of images can stand in for the generator, in both layouts."""

import numpy as np
import pytest
from PIL import Image

from text_to_image.config import ImageFolderConfig
from text_to_image.image_folder import FolderReader, list_images, listing_digest


def save(path, value, size=48):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size, size, 3), value, np.uint8)).save(path)


def reader_of(folder, classes):
    return FolderReader(ImageFolderConfig(folder=str(folder)), list_images(folder, classes))


def test_one_sub_folder_a_class(tmp_path):
    for i in range(3):
        save(tmp_path / "cat" / f"{i}.png", 10 + i)
        save(tmp_path / "dog" / f"{i}.png", 100 + i)
    reader = reader_of(tmp_path, ["dog", "cat"])
    drawn = reader.draw("cat", [0, 2])
    assert drawn.images_nhwc.shape == (2, 32, 32, 3)
    assert drawn.images_nhwc[:, 0, 0, 0].tolist() == [10, 12]
    assert drawn.labels.tolist() == [1, 1]
    assert drawn.metadata["file"].tolist() == ["cat/0.png", "cat/2.png"]


def test_cifake_names_tell_the_class(tmp_path):
    # CIFAKE: no number is airplane, (2) automobile, (3) bird, (4) cat ... (10) truck.
    for name, value in (("0001.jpg", 20), ("0001 (3).jpg", 60), ("0002 (3).jpg", 80), ("0001 (10).jpg", 120)):
        save(tmp_path / name, value)
    reader = reader_of(tmp_path, ["airplane", "bird", "truck"])
    assert [int(reader.draw(name, [0]).images_nhwc[0, 0, 0, 0]) for name in ("airplane", "bird", "truck")] == [
        20,
        60,
        120,
    ]
    assert reader.draw("bird", [1]).metadata["file"].tolist() == ["0002 (3).jpg"]


def test_folder_that_is_named_like_an_image_is_none(tmp_path):
    save(tmp_path / "cat" / "0.png", 10)
    (tmp_path / "cat" / "x.png").mkdir()
    assert list(list_images(tmp_path, ["cat"])["cat"]) == ["cat/0.png"]


def test_missing_class_and_missing_images_are_named(tmp_path):
    save(tmp_path / "cat" / "0.png", 10)
    with pytest.raises(ValueError, match="no images of 'dog'"):
        reader_of(tmp_path, ["cat", "dog"])
    reader = reader_of(tmp_path, ["cat"])
    with pytest.raises(ValueError, match="has 1 images of 'cat'; images_per_class asks for at least 3"):
        reader.draw("cat", [2])


def test_broken_image_is_named(tmp_path):
    save(tmp_path / "cat" / "0.png", 10)
    (tmp_path / "cat" / "1.png").write_bytes(b"no image")
    reader = reader_of(tmp_path, ["cat"])
    with pytest.raises(ValueError, match=r"1\.png: not a readable image"):
        reader.draw("cat", [1])


def test_images_that_are_broken_within_or_of_more_than_8_bits_are_named(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    broken, deep = tmp_path / "cat" / "0.png", tmp_path / "cat" / "1.png"
    broken.parent.mkdir()
    Image.fromarray(noise).save(broken)
    whole = broken.read_bytes()
    second = whole.index(b"IDAT", whole.index(b"IDAT") + 4)
    broken.write_bytes(whole[:second] + b"\xff" * (len(whole) - second))
    Image.fromarray(np.full((32, 32), 30_000, np.uint16)).save(deep)
    reader = reader_of(tmp_path, ["cat"])
    with pytest.raises(ValueError, match=r"0\.png: not a readable image"):
        reader.draw("cat", [0])
    with pytest.raises(ValueError, match=r"1\.png: it has more than 8 bits a channel"):
        reader.draw("cat", [1])


def test_what_was_listed_is_served_or_named(tmp_path):
    for i in range(3):
        save(tmp_path / "cat" / f"{i}.png", 10 + i)
    reader = reader_of(tmp_path, ["cat"])
    save(tmp_path / "cat" / "00.png", 90)  # a file that came later moves no number
    assert reader.draw("cat", [0, 1]).metadata["file"].tolist() == ["cat/0.png", "cat/1.png"]
    save(tmp_path / "cat" / "1.png", 91)
    with pytest.raises(ValueError, match=r"cat/1\.png: changed since the study began"):
        reader.draw("cat", [1])
    (tmp_path / "cat" / "2.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"cat/2\.png"):
        reader.draw("cat", [2])


def test_listing_tells_contents_apart_and_not_places(tmp_path):
    for place in ("here", "there"):
        save(tmp_path / place / "cat" / "0.png", 10)
    here, there = (listing_digest(list_images(tmp_path / place, ["cat"])) for place in ("here", "there"))
    assert here == there
    save(tmp_path / "there" / "cat" / "0.png", 11)
    assert listing_digest(list_images(tmp_path / "there", ["cat"])) != here
