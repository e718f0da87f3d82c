"""Splits are cut by index in CIFAR-10's proportions; mixtures have the share and the size that they should have."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photographs.mixing import class_counts, distinct_images, largest_mix_size, mix
from photographs.photo_set import PhotoSet, no_photos
from photographs.splits import split_sizes, splits_of_indices


def photo_set(per_class, value, classes=("cat", "dog")):
    n = per_class * len(classes)
    return PhotoSet(
        np.full((n, 1, 1, 3), value, np.uint8),
        np.repeat(np.arange(len(classes)), per_class).astype(np.int32),
        np.tile(np.arange(per_class), len(classes)),
        classes,
    )


def test_6000_images_are_cut_as_cifar10_is():
    assert split_sizes(6000) == {"train": 4500, "val": 500, "test": 1000}


@given(st.integers(3, 20_000))
def test_splits_cover_every_index_once(n):
    sizes = split_sizes(n)
    assert sum(sizes.values()) == n
    assert min(sizes.values()) >= 1
    borders = [0, sizes["train"] - 1, sizes["train"], sizes["train"] + sizes["val"] - 1, n - sizes["test"], n - 1]
    assert splits_of_indices(np.asarray(borders), n).tolist() == ["train", "train", "val", "val", "test", "test"]


@pytest.mark.parametrize(("share", "generated"), [(0, 0), (0.25, 2), (0.5, 4), (1, 8)])
def test_mixture_has_its_share_in_every_class(share, generated):
    mixed = mix(photo_set(10, 0), photo_set(10, 255), share, 8)
    assert class_counts(mixed) == [8, 8]
    for label in (0, 1):
        assert (mixed.images_nhwc[mixed.labels == label] == 255).all(axis=(1, 2, 3)).sum() == generated


@pytest.mark.parametrize("share", [0, 1])
def test_kind_whose_share_is_0_changes_nothing(share):
    real, synthetic = photo_set(10, 0), photo_set(7, 255)
    alone = (real, no_photos(real)) if share == 0 else (no_photos(synthetic), synthetic)
    size = largest_mix_size(real, synthetic, share)
    assert largest_mix_size(*alone, share) == size
    expected, found = mix(real, synthetic, share, size), mix(*alone, share, size)
    for name in ("images_nhwc", "labels", "indices"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert found.images_nhwc.dtype == np.uint8


def test_larger_mixture_holds_the_smaller():
    real, synthetic = photo_set(10, 0), photo_set(10, 255)
    small, large = (
        {
            (int(label), int(index), int(image[0, 0, 0]))
            for label, index, image in zip(s.labels, s.indices, s.images_nhwc, strict=True)
        }
        for s in (mix(real, synthetic, 0.5, 4), mix(real, synthetic, 0.5, 8))
    )
    assert small < large


def test_missing_photographs_are_named():
    with pytest.raises(ValueError, match="6 generated photographs of 'cat' are asked for, but there are 5"):
        mix(photo_set(10, 0), photo_set(5, 255), 0.5, 12)


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]))
def test_largest_mixture_fits_and_the_next_does_not(n_real, n_synthetic, share):
    real, synthetic = photo_set(n_real, 0), photo_set(n_synthetic, 255)
    size = largest_mix_size(real, synthetic, share)
    mix(real, synthetic, share, size)
    with pytest.raises(ValueError, match="asked for"):
        mix(real, synthetic, share, size + 1)


def test_images_that_sets_share_are_there_once_and_each_set_finds_its_own():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (12, 2, 2, 3), dtype=np.uint8)
    real, synthetic = (
        PhotoSet(images[half], np.arange(6, dtype=np.int32) % 2, np.arange(6), ("cat", "dog"))
        for half in (slice(0, 6), slice(6, 12))
    )
    sets = [real, synthetic, mix(real, synthetic, 0.5, 4)]
    distinct, rows = distinct_images(sets)
    assert len(distinct) == 12
    for photos, own in zip(sets, rows, strict=True):
        np.testing.assert_array_equal(distinct[own], photos.images_nhwc)
