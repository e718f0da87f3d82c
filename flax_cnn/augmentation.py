"""Random changes to training images: mirror, shift, cut out a square. Each image of a batch draws its own."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from flax_cnn.config import Augmentation


class Showing(NamedTuple):
    """Which images a batch shows, and how often each was shown before: mirroring by turns goes by it.

    Attributes:
        first_sides: the run's key for each image's side in the first epoch, the same at every step.
        rows: int32 (N,), the images' rows in the training set.
        epochs: int32 (N,), how often each was shown before.
    """

    first_sides: jax.Array
    rows: jax.Array
    epochs: jax.Array


def augment(
    key: jax.Array, images_nhwc: jax.Array, config: Augmentation, fill: jax.Array, showing: Showing | None = None
) -> jax.Array:
    """Return changed copies of `images_nhwc`, a function of `key` and `showing` alone.

    Args:
        key: a JAX key.
        images_nhwc: (N, H, W, 3) of any dtype.
        config: which changes, and how large.
        fill: (3,), the colour of a cut-out square, in the images' own units.
        showing: needed where the config mirrors by turns.

    Returns:
        (N, H, W, 3) of the images' dtype.
    """
    flip_key, translate_key, cutout_key = jax.random.split(key, 3)
    if config.flip:
        n = len(images_nhwc)
        mirrored_n = mirrored_by_turns(showing) if config.alternating else jax.random.bernoulli(flip_key, shape=(n,))
        images_nhwc = flip(images_nhwc, mirrored_n)
    if config.translate:
        images_nhwc = translate(translate_key, images_nhwc, config.translate)
    if config.cutout:
        images_nhwc = cut_out(cutout_key, images_nhwc, config.cutout, fill)
    return images_nhwc


def flip(images_nhwc: jax.Array, mirrored_n: jax.Array) -> jax.Array:
    """Mirror left to right those images of which `mirrored_n`, bool (N,), says so."""
    return jnp.where(mirrored_n[:, None, None, None], images_nhwc[:, :, ::-1], images_nhwc)


def mirrored_by_turns(showing: Showing) -> jax.Array:
    """Return which images are mirrored, bool (N,): by chance in the first epoch, then every other time.

    The method is alternating flip (Jordan 2024, arXiv 2404.00498).
    """
    first = jax.vmap(lambda row: jax.random.bernoulli(jax.random.fold_in(showing.first_sides, row)))(showing.rows)
    return first ^ (showing.epochs % 2 == 1)


def translate(key: jax.Array, images_nhwc: jax.Array, pixels: int) -> jax.Array:
    """Shift each image by -pixels to pixels in both directions; what comes in at the edge is the image's reflection."""
    n, height, width, channels = images_nhwc.shape
    padded = jnp.pad(images_nhwc, ((0, 0), (pixels, pixels), (pixels, pixels), (0, 0)), mode="reflect")
    corners = jax.random.randint(key, (n, 2), 0, 2 * pixels + 1)
    return jax.vmap(lambda image, corner: jax.lax.dynamic_slice(image, (*corner, 0), (height, width, channels)))(
        padded, corners
    )


def cut_out(key: jax.Array, images_nhwc: jax.Array, side: int, fill: jax.Array) -> jax.Array:
    """Paint a square of `side` pixels in the colour `fill`, its centre anywhere in the image.

    The method is cutout (DeVries & Taylor 2017, arXiv 1708.04552).
    """
    n, height, width, _ = images_nhwc.shape
    centres = jax.random.randint(key, (n, 2), 0, jnp.array([height, width]))
    tops = centres - side // 2
    in_rows = _within(jnp.arange(height), tops[:, :1], side)
    in_columns = _within(jnp.arange(width), tops[:, 1:], side)
    inside = (in_rows[:, :, None] & in_columns[:, None, :])[..., None]
    return jnp.where(inside, fill.astype(images_nhwc.dtype), images_nhwc)


def _within(positions: jax.Array, starts: jax.Array, length: int) -> jax.Array:
    return (positions >= starts) & (positions < starts + length)
