"""The made-up study of `benchmarks.analysis`: the sizes asked for, and stand-ins that are no photograph's copy."""

import numpy as np
import pytest

from benchmarks.analysis_data import CLASSES, split_sizes, write_photos
from benchmarks.real_photographs import require_splits
from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set


def test_stand_ins_are_blends_of_photographs_of_their_class_in_cifar_10s_proportions(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.tile(np.arange(len(CLASSES), dtype=np.int32), 20)
    for split in ("train", "val", "test"):
        images = rng.integers(256, size=(len(labels), 32, 32, 3), dtype=np.uint8)
        write_photo_set(tmp_path / f"{split}.npz", PhotoSet(images, labels, np.arange(len(labels)), CLASSES))
    write_photos(tmp_path / "study", tmp_path, images_per_class=24)
    for split, per_class in split_sizes(24).items():
        real, blended = (
            read_photo_set(tmp_path / f"study/{kind}_photos/{split}.npz") for kind in ("real", "synthetic")
        )
        assert np.bincount(real.labels).tolist() == np.bincount(blended.labels).tolist() == [per_class] * len(CLASSES)
        # Two thirds of its own photograph: nearer to it than to any other, and never the same.
        distances = np.abs(blended.images_nhwc[:, None].astype(int) - real.images_nhwc[None]).mean(axis=(2, 3, 4))
        assert (distances.argmin(axis=1) == np.arange(len(real))).all()
        assert distances.min() > 10
    mixture = read_photo_set(tmp_path / "study/mixture_photos/test.npz")
    assert np.bincount(mixture.labels).tolist() == [split_sizes(24)["test"]] * len(CLASSES)


def test_missing_photographs_are_named_with_the_command_that_makes_them(tmp_path):
    with pytest.raises(SystemExit, match=r"train\.npz is missing; make it: snakemake --cores all results/real_photos/"):
        require_splits(tmp_path, "train")
