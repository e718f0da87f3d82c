"""What all networks have in common: normalisation, a row of blocks, a pool, a linear head.

Blocks are what the analysis compares between networks and what a layer transplant freezes; their order is their depth.
"""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.layers import Fixed

PENULTIMATE = "penultimate"
_SAMPLE = 5000


class BlockNetwork(nnx.Module):
    """uint8 (N, 32, 32, 3) → normalise → blocks → pool → linear → logits (N, K).

    A network of the registry fills `blocks` with modules of (float (N, H, W, C), training: bool) and sets `head`.

    Attributes:
        block_names: a name for each block, first to last.
        blocks: the blocks themselves.
        head: the linear layer over pooled features.
        logit_scale: what the head's outputs are multiplied by.
    """

    block_names: ClassVar[tuple[str, ...]]
    logit_scale: ClassVar[float] = 1.0

    def __init__(self):
        self.mean = Fixed(jnp.zeros(3))
        self.deviation = Fixed(jnp.ones(3))

    def __call__(self, images_nhwc: jax.Array, training: bool = False, frozen_blocks: int = 0) -> jax.Array:
        """Return logits float32 (N, K) for images of pixel values 0-255 (N, 32, 32, 3), uint8 or float.

        Args:
            images_nhwc: the images.
            training: batch norm uses the batch's own statistics, and updates the running ones.
            frozen_blocks: the first so many blocks behave as after training even so.
        """
        outputs = self.block_outputs(images_nhwc, training, frozen_blocks)
        return self.classify(self.pool(outputs[self.block_names[-1]]))

    def block_outputs(
        self, images_nhwc: jax.Array, training: bool = False, frozen_blocks: int = 0
    ) -> dict[str, jax.Array]:
        """Return every block's output by name, first to last: float (N, H, W, C)."""
        hidden, outputs = self.normalise(images_nhwc), {}
        for index, (name, block) in enumerate(zip(self.block_names, self.blocks, strict=True)):
            hidden = block(hidden, training and index >= frozen_blocks)
            outputs[name] = hidden
        return outputs

    def normalise(self, images_nhwc: jax.Array) -> jax.Array:
        """Return pixel values 0-255 as (pixel / 255 - mean) / deviation, float32."""
        return (images_nhwc / 255.0 - self.mean[...]) / self.deviation[...]

    def pool(self, hidden_nhwc: jax.Array) -> jax.Array:
        """Return the last block's output as what the linear head sees: float (N, C)."""
        return hidden_nhwc.mean(axis=(1, 2))

    def features(self, images_nhwc: jax.Array) -> jax.Array:
        """Return what the linear head sees: float32 (N, C)."""
        return self.pool(self.block_outputs(images_nhwc)[self.block_names[-1]])

    def classify(self, features_nc: jax.Array) -> jax.Array:
        """Return logits float32 (N, K) for what `features` gave."""
        return self.head(features_nc) * self.logit_scale

    def block_features(self, images_nhwc: jax.Array) -> dict[str, jax.Array]:
        """Return the spatial mean of every block's output, and at last "penultimate", what the head sees: (N, C)."""
        outputs = self.block_outputs(images_nhwc)
        means = {name: output.mean(axis=(1, 2)) for name, output in outputs.items()}
        return {**means, PENULTIMATE: self.pool(outputs[self.block_names[-1]])}

    def fit_input(self, images_nhwc: np.ndarray) -> None:
        """Set the normalisation from the training images, uint8 (N, 32, 32, 3)."""
        self._normalised_sample(images_nhwc)

    def _normalised_sample(self, images_nhwc: np.ndarray) -> np.ndarray:
        """Set the normalisation; return the normalised images that it came from: at most 5,000, evenly spaced."""
        sample = images_nhwc[:: -(-len(images_nhwc) // _SAMPLE)] / 255.0
        mean, deviation = sample.mean(axis=(0, 1, 2)), sample.std(axis=(0, 1, 2)) + 1e-6
        self.mean[...], self.deviation[...] = jnp.asarray(mean, jnp.float32), jnp.asarray(deviation, jnp.float32)
        return (sample - mean) / deviation


def is_trained(path: tuple[Any, ...], value: Any, frozen_blocks: int) -> bool:
    """Return whether a network's variable is changed by training when the first `frozen_blocks` blocks are frozen."""
    return isinstance(value, nnx.Param) and not (path[0] == "blocks" and path[1] < frozen_blocks)
