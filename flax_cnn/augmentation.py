"""Random changes to training images: mirror, shift, cut out a square. Each image of a batch draws its own."""

import jax
import jax.numpy as jnp

from flax_cnn.config import Augmentation


def augment(key: jax.Array, images_nhwc: jax.Array, config: Augmentation, fill: jax.Array) -> jax.Array:
    """Return changed copies of `images_nhwc`, a function of `key` alone.

    Args:
        key: a JAX key.
        images_nhwc: (N, H, W, 3) of any dtype.
        config: which changes, and how large.
        fill: (3,), the colour of a cut-out square, in the images' own units.

    Returns:
        (N, H, W, 3) of the images' dtype.
    """
    flip_key, translate_key, cutout_key = jax.random.split(key, 3)
    if config.flip:
        images_nhwc = flip(flip_key, images_nhwc)
    if config.translate:
        images_nhwc = translate(translate_key, images_nhwc, config.translate)
    if config.cutout:
        images_nhwc = cut_out(cutout_key, images_nhwc, config.cutout, fill)
    return images_nhwc


def flip(key: jax.Array, images_nhwc: jax.Array) -> jax.Array:
    """Mirror each image left to right with probability one half."""
    mirrored = jax.random.bernoulli(key, shape=(len(images_nhwc), 1, 1, 1))
    return jnp.where(mirrored, images_nhwc[:, :, ::-1], images_nhwc)


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
