"""ResNet-18 in the form used for CIFAR (He et al. 2016, arXiv 1512.03385): a 3×3 stem without pooling.

stem (N, 32, 32, 64 w) → stage 1 (N, 32, 32, 64 w) → stage 2 (N, 16, 16, 128 w) → stage 3 (N, 8, 8, 256 w)
  → stage 4 (N, 4, 4, 512 w) → global mean
"""

import itertools

import jax
from flax import nnx

from flax_cnn.block_network import BlockNetwork
from flax_cnn.layers import EXACT, Convolution

_STAGE_CHANNELS = (64, 128, 256, 512)


class ResNet18(BlockNetwork):
    """The network that papers compare with; nearly four times the arithmetic of the fast one at the same width.

    Args:
        classes: number of classes K, 2 or more.
        width: channels relative to 64, 128, 256, 512.
        rngs: the source of initial weights (stream "params").
    """

    block_names = ("stem", "stage1", "stage2", "stage3", "stage4")

    def __init__(self, classes: int, width: float, rngs: nnx.Rngs):
        super().__init__()
        channels = [max(1, round(width * stage)) for stage in _STAGE_CHANNELS]
        pairs = itertools.pairwise([channels[0], *channels])
        stages = [
            Stage(*pair, 1 if first else 2, rngs) for pair, first in zip(pairs, (True, *[False] * 3), strict=True)
        ]
        self.blocks = nnx.List([Stem(channels[0], rngs), *stages])
        self.head = nnx.Linear(channels[-1], classes, precision=EXACT, rngs=rngs)


class Stem(nnx.Module):
    """A convolution over the image itself."""

    def __init__(self, outputs: int, rngs: nnx.Rngs):
        self.convolution = Convolution(3, outputs, rngs)
        self.norm = _batch_norm(outputs, rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H, W, outputs) for float (N, H, W, 3)."""
        return nnx.relu(self.norm(self.convolution(images_nhwc), use_running_average=not training))


class Stage(nnx.Module):
    """Two residual units, the first of which may halve height and width."""

    def __init__(self, inputs: int, outputs: int, stride: int, rngs: nnx.Rngs):
        self.unit1 = Unit(inputs, outputs, stride, rngs)
        self.unit2 = Unit(outputs, outputs, 1, rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H / stride, W / stride, outputs) for float (N, H, W, inputs)."""
        return self.unit2(self.unit1(images_nhwc, training), training)


class Unit(nnx.Module):
    """Two convolutions beside a shortcut, which is a 1×1 convolution where shapes differ."""

    def __init__(self, inputs: int, outputs: int, stride: int, rngs: nnx.Rngs):
        self.convolution1 = Convolution(inputs, outputs, rngs, stride=stride)
        self.norm1 = _batch_norm(outputs, rngs)
        self.convolution2 = Convolution(outputs, outputs, rngs)
        self.norm2 = _batch_norm(outputs, rngs)
        self.projected = stride != 1 or inputs != outputs
        if self.projected:
            self.projection = Convolution(inputs, outputs, rngs, size=1, stride=stride)
            self.projection_norm = _batch_norm(outputs, rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H / stride, W / stride, outputs) for float (N, H, W, inputs)."""
        running = {"use_running_average": not training}
        hidden = nnx.relu(self.norm1(self.convolution1(images_nhwc), **running))
        hidden = self.norm2(self.convolution2(hidden), **running)
        shortcut = self.projection_norm(self.projection(images_nhwc), **running) if self.projected else images_nhwc
        return nnx.relu(hidden + shortcut)


def _batch_norm(channels: int, rngs: nnx.Rngs) -> nnx.BatchNorm:
    return nnx.BatchNorm(channels, momentum=0.9, rngs=rngs)
