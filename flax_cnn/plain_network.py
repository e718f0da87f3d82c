"""The plain network: five layers with weights, as a first course in deep learning teaches them.

three times: convolution, ReLU, max-pool 2×2 → (N, 16, 16, 32 w), (N, 8, 8, 64 w), (N, 4, 4, 128 w) → dense (N, 128 w)
"""

import itertools

import jax
from flax import nnx

from flax_cnn.block_network import BlockNetwork
from flax_cnn.convolution import max_pool
from flax_cnn.layers import EXACT, Convolution

_CHANNELS = (32, 64, 128)
_LAST_SIDE = 32 // 2 ** len(_CHANNELS)


class PlainNetwork(BlockNetwork):
    """No normalisation layers, no residuals: what a result says about beginners' networks.

    Args:
        classes: number of classes K, 2 or more.
        width: channels relative to 32, 64, 128.
        rngs: the source of initial weights (stream "params").
    """

    block_names = ("convolution1", "convolution2", "convolution3", "dense")

    def __init__(self, classes: int, width: float, rngs: nnx.Rngs):
        super().__init__()
        channels = [3, *(max(1, round(width * layer)) for layer in _CHANNELS)]
        layers = [ConvolutionLayer(*pair, rngs) for pair in itertools.pairwise(channels)]
        self.blocks = nnx.List([*layers, DenseLayer(_LAST_SIDE**2 * channels[-1], channels[-1], rngs)])
        self.head = nnx.Linear(channels[-1], classes, precision=EXACT, rngs=rngs)


class ConvolutionLayer(nnx.Module):
    """Convolution with bias, ReLU, max-pool."""

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        self.convolution = Convolution(inputs, outputs, rngs)
        self.bias = nnx.Param(jax.numpy.zeros(outputs))

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H // 2, W // 2, outputs) for float (N, H, W, inputs)."""
        return max_pool(nnx.relu(self.convolution(images_nhwc) + self.bias[...]))


class DenseLayer(nnx.Module):
    """All pixels and channels to one vector, and ReLU."""

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        self.linear = nnx.Linear(inputs, outputs, precision=EXACT, rngs=rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, 1, 1, outputs) for float (N, H, W, C) with H · W · C inputs."""
        return nnx.relu(self.linear(images_nhwc.reshape(len(images_nhwc), 1, 1, -1)))
