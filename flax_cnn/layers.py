"""What the networks are built of."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import nnx

from flax_cnn.convolution import convolve

# A GPU or TPU would round the factors of float32 products too; convolutions alone are to be rounded, by their method.
EXACT = jax.lax.Precision.HIGHEST
_HE_NORMAL = nnx.initializers.he_normal()


class Fixed(nnx.Variable):
    """An array that is set once from the training images and never trained."""


class Convolution(nnx.Module):
    """A convolution without bias, zero-padded so that stride 1 keeps height and width.

    Args:
        inputs: channels in.
        outputs: channels out.
        rngs: the source of initial weights.
        size: height and width of the kernel, odd.
        stride: between the places at which the kernel is put.
        initialiser: makes the kernel from a key and the shape (size, size, inputs, outputs).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        rngs: nnx.Rngs,
        size: int = 3,
        stride: int = 1,
        initialiser: Callable[[jax.Array, tuple[int, ...]], jax.Array] = _HE_NORMAL,
    ):
        self.kernel = nnx.Param(initialiser(rngs.params(), (size, size, inputs, outputs)))
        self.stride = stride

    def __call__(self, images_nhwc: jax.Array) -> jax.Array:
        """Return float (N, H / stride, W / stride, outputs) for float (N, H, W, inputs)."""
        return convolve(images_nhwc, self.kernel[...], self.stride)


def identity_like(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Return a kernel whose first outputs pass the inputs through (an implicit residual); the others are random."""
    kernel = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")(key, shape)
    passed, middle = jnp.arange(min(shape[2:])), shape[0] // 2
    identity = jnp.zeros((*shape[:3], len(passed))).at[middle, middle, passed, passed].set(1.0)
    return kernel.at[..., : len(passed)].set(identity)
