import jax
import jax.numpy as jnp
import numpy as np

from flax_cnn.augmentation import augment, cut_out, flip, translate
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
    flipped = np.asarray(flip(KEY, IMAGES))
    kept = (flipped == np.asarray(IMAGES)).all(axis=(1, 2, 3))
    mirrored = (flipped == np.asarray(IMAGES)[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (kept ^ mirrored).all()
    assert 16 < mirrored.sum() < 48


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


def test_toy_images_are_not_uniform():
    images, labels = bands(3, 3, seed=0)
    assert [int(image.mean(axis=(1, 2)).argmax()) // 3 for image in images] == labels.tolist()
