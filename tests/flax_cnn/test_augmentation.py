import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flax_cnn.augmentation import Showing, augment, cut_out, mirrored_by_turns, recolour, translate
from flax_cnn.config import Augmentation
from tests.flax_cnn.toy_problem import bands

IMAGES = jnp.asarray(np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3)), jnp.uint8)
KEY = jax.random.key(0)


def test_result_is_a_function_of_the_key_and_keeps_shape_and_type():
    config, fill = Augmentation(flip=True, translate=2, cutout=8), jnp.zeros(3)
    first, again = (augment(KEY, IMAGES, config, fill) for _ in range(2))
    assert first.shape == IMAGES.shape
    assert first.dtype == jnp.uint8
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, augment(jax.random.key(1), IMAGES, config, fill))


def test_nothing_asked_for_is_nothing_done():
    np.testing.assert_array_equal(augment(KEY, IMAGES, Augmentation(flip=False, translate=0), jnp.zeros(3)), IMAGES)


def test_about_half_are_mirrored_and_the_rest_left_alone():
    flipped = np.asarray(augment(KEY, IMAGES, Augmentation(translate=0), jnp.zeros(3)))
    kept = (flipped == np.asarray(IMAGES)).all(axis=(1, 2, 3))
    mirrored = (flipped == np.asarray(IMAGES)[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (kept ^ mirrored).all()
    assert 16 < mirrored.sum() < 48


def test_by_turns_every_image_is_seen_once_from_either_side_in_two_epochs_whatever_its_place_in_the_batch():
    rows = jnp.arange(64)
    first, second, third = (mirrored_by_turns(Showing(KEY, rows, jnp.full(64, epoch))) for epoch in range(3))
    assert (first ^ second).all()
    assert (first == third).all()
    assert 16 < first.sum() < 48
    turned = mirrored_by_turns(Showing(KEY, rows[::-1], jnp.zeros(64, jnp.int32)))
    np.testing.assert_array_equal(turned[::-1], first)


def test_by_turns_without_flip_is_refused():
    with pytest.raises(ValueError, match="alternating is true and flip is false"):
        Augmentation(flip=False, alternating=True)


def test_mirrored_by_turns_is_what_a_batch_shows():
    config, showing = Augmentation(alternating=True, translate=0), Showing(KEY, jnp.arange(64), jnp.ones(64, jnp.int32))
    shown = np.asarray(augment(jax.random.key(7), IMAGES, config, jnp.zeros(3), showing))
    mirrored = (shown == np.asarray(IMAGES)[:, :, ::-1]).all(axis=(1, 2, 3))
    np.testing.assert_array_equal(mirrored, mirrored_by_turns(showing))


def test_every_translated_image_is_a_crop_of_its_reflected_self_and_shifts_differ():
    padded = np.pad(np.asarray(IMAGES), ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect")
    shifts = set()
    for image, wide in zip(np.asarray(translate(KEY, IMAGES, 2)), padded, strict=True):
        found = [(y, x) for y in range(5) for x in range(5) if np.array_equal(image, wide[y : y + 32, x : x + 32])]
        assert len(found) == 1
        shifts.add(found[0])
    assert len(shifts) > 12


def test_cutout_paints_one_square_in_the_fill_colour_and_nothing_else():
    bright = jnp.full((64, 32, 32, 3), 255, jnp.uint8)
    cut = np.asarray(cut_out(KEY, bright, 8, jnp.array([1.0, 2.0, 3.0])))
    painted = (cut == np.array([1, 2, 3])).all(axis=-1)
    assert (painted | (cut == 255).all(axis=-1)).all()
    sizes = painted.sum(axis=(1, 2))
    assert sizes.max() == 64  # a whole square
    assert sizes.min() >= 16  # a quarter of one, in a corner


def test_recoloured_images_keep_their_pattern_and_differ_in_contrast_tint_and_brightness():
    grey = np.full((64, 32, 32, 3), 100.0, np.float32)
    grey[:, :, 16:] = 140
    left, right = (np.asarray(recolour(KEY, jnp.asarray(grey), 0.2))[:, 0, column] for column in (0, -1))
    contrast = (right - left) / 40  # of each channel: the image's own times the channel's tint
    tint = contrast / np.exp(np.log(contrast).mean(axis=1, keepdims=True))
    brightness = (left + right) / 2 - 120
    assert 0.1 < np.log(contrast).mean(axis=1).std() < 0.3
    assert 0.05 < np.log(tint).std() < 0.15
    assert 15 < brightness.mean(axis=1).std() < 60
    np.testing.assert_array_equal(recolour(KEY, IMAGES, 0), IMAGES)
    strong = recolour(KEY, IMAGES, 1)
    assert (strong.dtype, int(strong.min()), int(strong.max())) == (jnp.uint8, 0, 255)


def test_setting_that_changes_nothing_is_not_written():
    assert "colour" not in Augmentation().model_dump()
    assert Augmentation(colour=0.2).model_dump()["colour"] == 0.2
    assert Augmentation.model_validate(Augmentation(colour=0.2).model_dump()) == Augmentation(colour=0.2)


def test_changes_draw_apart():
    """Were two of them to share a key, its colours would tell how an image was shifted."""
    config, fill = Augmentation(flip=False, translate=2, colour=0.2), jnp.zeros(3)
    keys = jax.random.split(KEY, 4)
    expected = recolour(keys[3], translate(keys[1], IMAGES, 2), 0.2)
    np.testing.assert_array_equal(augment(KEY, IMAGES, config, fill), expected)
    assert len(np.unique(jax.random.key_data(keys), axis=0)) == 4
    # And they draw what they drew when there were but three.
    np.testing.assert_array_equal(jax.random.key_data(keys[:3]), jax.random.key_data(jax.random.split(KEY, 3)))


def test_toy_images_are_not_uniform():
    images, labels = bands(3, 3, seed=0)
    assert [int(image.mean(axis=(1, 2)).argmax()) // 3 for image in images] == labels.tolist()
