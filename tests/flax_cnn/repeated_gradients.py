"""A program for a test: the same gradients again and again, of convolutions that XLA may run in any thread and order.

Prints the greatest difference from the first time, relative to the greatest value. It may also hang: what once went
wrong here overwrote the barrier at which oneDNN's threads meet.
"""

import jax
import jax.numpy as jnp
import numpy as np

from flax_cnn.convolution import convolve, convolve_by

# Images, side, channels in and out: few channels, and numbers of them that no vector register holds exactly.
SIZES = ((20, 32, 3, 3), (20, 16, 3, 6), (20, 16, 6, 13), (20, 8, 13, 26), (7, 32, 8, 16))
TIMES = 40


def arrays(random: np.random.Generator, n: int, side: int, channels_in: int, channels_out: int):
    """Return images and the kernels of a residual block that halves them."""
    return [
        random.normal(size=shape).astype(np.float32)
        for shape in (
            (n, side, side, channels_in),
            (3, 3, channels_in, channels_out),
            (3, 3, channels_out, channels_out),
            (1, 1, channels_in, channels_out),
        )
    ]


def loss(blocks):
    """Return the sum of the squares of what blocks with a shortcut give."""
    total = 0.0
    for images, first, second, shortcut in blocks:
        long_way = convolve(jax.nn.relu(convolve(images, first, 2)), second)
        total += jnp.square(long_way).sum() / 1000 + jnp.square(convolve(images, shortcut, 2)).sum()
    return total


def main() -> None:
    """Run the program."""
    random = np.random.default_rng(0)
    blocks = [arrays(random, *size) for size in SIZES]
    with convolve_by("onednn float32"):
        gradients = jax.jit(jax.grad(loss)).lower(blocks).compile()
    first = jax.tree.map(np.asarray, gradients(blocks))
    differences = jax.tree.leaves(
        [
            jax.tree.map(
                lambda now, before: np.abs(now - before).max() / np.abs(before).max(), gradients(blocks), first
            )
            for _ in range(TIMES)
        ]
    )
    print(max(differences))


if __name__ == "__main__":
    main()
