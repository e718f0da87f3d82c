"""Random changes to training images: mirror, shift, recolour, cut out a square. Each of a batch draws its own."""

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
        images_nhwc: (N, H, W, 3) of any dtype; 0-255 where `config.colour` is set.
        config: which changes, and how large.
        fill: (3,), the colour of a cut-out square, in the images' own units.
        showing: needed where the config mirrors by turns.

    Returns:
        (N, H, W, 3) of the images' dtype.
    """
    flip_key, translate_key, cutout_key, colour_key = jax.random.split(key, 4)
    if config.flip:
        n = len(images_nhwc)
        mirrored_n = mirrored_by_turns(showing) if config.alternating else jax.random.bernoulli(flip_key, shape=(n,))
        images_nhwc = flip(images_nhwc, mirrored_n)
    if config.translate:
        images_nhwc = translate(translate_key, images_nhwc, config.translate)
    if config.colour:
        images_nhwc = recolour(colour_key, images_nhwc, config.colour)
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


def recolour(key: jax.Array, images_nhwc: jax.Array, strength: float) -> jax.Array:
    """Give each image another contrast about its mean colour, another tint and another brightness.

    Contrast is multiplied by exp(strength z), each channel by exp(strength / 2 z), and 255 strength / 2 z is added to
    all, every z a standard normal draw of its own. The network learns not to go by them, whatever they are elsewhere
    (domain randomisation, Tobin et al. 2017, arXiv 1703.06907).

    Args:
        key: a JAX key.
        images_nhwc: (N, H, W, 3), values 0-255.
        strength: 0 and more.

    Returns:
        (N, H, W, 3) of the images' dtype, rounded and clipped to 0-255.
    """
    n = len(images_nhwc)
    contrast_key, tint_key, brightness_key = jax.random.split(key, 3)
    contrast = jnp.exp(strength * jax.random.normal(contrast_key, (n, 1, 1, 1)))
    tint = jnp.exp(strength / 2 * jax.random.normal(tint_key, (n, 1, 1, 3)))
    brightness = 255 * strength / 2 * jax.random.normal(brightness_key, (n, 1, 1, 1))
    images = images_nhwc.astype(jnp.float32)
    mean_colour = images.mean(axis=(1, 2), keepdims=True)
    recoloured = (mean_colour + contrast * (images - mean_colour)) * tint + brightness
    return jnp.clip(jnp.round(recoloured), 0, 255).astype(images_nhwc.dtype)


def _within(positions: jax.Array, starts: jax.Array, length: int) -> jax.Array:
    return (positions >= starts) & (positions < starts + length)
