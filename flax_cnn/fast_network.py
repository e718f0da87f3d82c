"""The fast network, after airbench (Jordan 2024, arXiv 2404.00498).

whitening 2×2 (N, 32, 32, 24) → GELU
  → group 1 (N, 16, 16, 64 w) → group 2 (N, 8, 8, 256 w) → group 3 (N, 4, 4, 256 w) → global max
a group: convolution, max-pool 2×2, batch norm, GELU, convolution, batch norm, GELU
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.block_network import BlockNetwork
from flax_cnn.convolution import max_pool
from flax_cnn.layers import EXACT, Convolution, Fixed, identity_like

_WHITENING_FILTERS = 12
_FIT_BATCH = 500
_GROUP_CHANNELS = (64, 256, 256)
_BATCH_NORM_DECAY = 0.8


class FastNetwork(BlockNetwork):
    """The classifier's network.

    Args:
        classes: number of classes K, 2 or more.
        width: channels relative to airbench's 64, 256, 256.
        rngs: the source of initial weights (stream "params").
    """

    block_names = ("whitening", "group1", "group2", "group3")
    logit_scale = 1 / 9

    def __init__(self, classes: int, width: float, rngs: nnx.Rngs):
        super().__init__()
        channels = [2 * _WHITENING_FILTERS, *(max(1, round(width * group)) for group in _GROUP_CHANNELS)]
        groups = [ConvolutionGroup(*pair, rngs) for pair in itertools.pairwise(channels)]
        self.blocks = nnx.List([Whitening(), *groups])
        self.head = nnx.Linear(channels[-1], classes, use_bias=False, precision=EXACT, rngs=rngs)

    def pool(self, hidden_nhwc: jax.Array) -> jax.Array:
        """Return each channel's maximum: float (N, C)."""
        return hidden_nhwc.max(axis=(1, 2))

    def fit_input(self, images_nhwc: np.ndarray) -> None:
        """Set normalisation and whitening from the training images, uint8 (N, 32, 32, 3)."""
        self.blocks[0].fit(self._normalised_sample(images_nhwc))


class Whitening(nnx.Module):
    """2×2 patches, made uncorrelated and of equal variance, in both signs; set from the training images."""

    def __init__(self):
        self.filters = Fixed(jnp.eye(_WHITENING_FILTERS))

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H, W, 24) for float (N, H, W, 3); the last row and column look over the edge, at zeros."""
        padded = jnp.pad(images_nhwc, ((0, 0), (0, 1), (0, 1), (0, 0)))
        hidden = jnp.matmul(_patches(padded), self.filters[...], precision=EXACT)
        return nnx.gelu(jnp.concatenate([hidden, -hidden], axis=-1))

    def fit(self, normalised_nhwc: np.ndarray) -> None:
        """Set the filters: eigenvectors of the patches' covariance over the square roots of their eigenvalues."""
        covariance = np.zeros((_WHITENING_FILTERS, _WHITENING_FILTERS))
        for start in range(0, len(normalised_nhwc), _FIT_BATCH):  # all patches at once would fill the memory
            patches = _patches(normalised_nhwc[start : start + _FIT_BATCH]).reshape(-1, _WHITENING_FILTERS)
            covariance += patches.T @ patches
        eigenvalues, eigenvectors = np.linalg.eigh(covariance / (31 * 31 * len(normalised_nhwc)))
        # The sign of an eigenvector is arbitrary; fixing it keeps the filters the same on every LAPACK.
        eigenvectors *= np.sign(eigenvectors[np.abs(eigenvectors).argmax(axis=0), np.arange(_WHITENING_FILTERS)])
        whitening = (eigenvectors / np.sqrt(np.maximum(eigenvalues, 0) + 5e-4))[:, ::-1]
        self.filters[...] = jnp.asarray(whitening, jnp.float32)


class ConvolutionGroup(nnx.Module):
    """Two convolutions, the first of which halves height and width."""

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        self.convolution1 = Convolution(inputs, outputs, rngs, initialiser=identity_like)
        self.norm1 = _batch_norm(outputs, rngs)
        self.convolution2 = Convolution(outputs, outputs, rngs, initialiser=identity_like)
        self.norm2 = _batch_norm(outputs, rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H//2, W//2, outputs) for float (N, H, W, inputs)."""
        hidden = max_pool(self.convolution1(images_nhwc))
        hidden = nnx.gelu(self.norm1(hidden, use_running_average=not training))
        return nnx.gelu(self.norm2(self.convolution2(hidden), use_running_average=not training))


def _batch_norm(channels: int, rngs: nnx.Rngs) -> nnx.BatchNorm:
    return nnx.BatchNorm(channels, use_scale=False, momentum=_BATCH_NORM_DECAY, rngs=rngs)


def _patches(images_nhwc):
    """Return every 2×2 patch of NumPy's or JAX's images: (N, H, W, C) to (N, H - 1, W - 1, 4 C)."""
    corners = [
        images_nhwc[:, row : row - 1 or None, column : column - 1 or None] for row in (0, 1) for column in (0, 1)
    ]
    join = np.concatenate if isinstance(images_nhwc, np.ndarray) else jnp.concatenate
    return join(corners, axis=-1)
