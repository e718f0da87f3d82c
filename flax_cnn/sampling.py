"""Which training image is shown when: shuffled epochs without replacement, as a function of key and position alone."""

import jax
import jax.numpy as jnp


def sample_order(key: jax.Array, start: jax.Array, count: int, images: int) -> jax.Array:
    """Return the images shown at positions `start` to `start + count` of an endless stream of shuffled epochs.

    The stream does not depend on how it is cut: a resumed run sees what an undisturbed one would.

    Args:
        key: the run's key for the order of images.
        start: int32 scalar, the first position (step × batch size).
        count: how many positions.
        images: the number of training images; epoch e is positions e × images to (e + 1) × images.

    Returns:
        int32 (count,), each 0 to images - 1.
    """
    epochs_touched = (count - 1) // images + 2
    epochs = start // images + jnp.arange(epochs_touched)
    shuffled = jax.vmap(lambda epoch: jax.random.permutation(jax.random.fold_in(key, epoch), images))(epochs)
    return jax.lax.dynamic_slice_in_dim(shuffled.reshape(-1), start % images, count)
