"""The network: after airbench (Jordan 2024, arXiv 2404.00498), with a strided first layer so that a CPU can train it.

uint8 (N, 32, 32, 3) → normalise → whitening 2×2, stride 2 (N, 16, 16, 24) → GELU
  → group 1 (N, 8, 8, 64 w) → group 2 (N, 4, 4, 256 w) → group 3 (N, 2, 2, 256 w) → global max → linear → logits (N, K)
a group: convolution, max-pool 2×2, batch norm, GELU, convolution, batch norm, GELU
"""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.convolution import convolve, max_pool

_WHITENING_FILTERS = 12
_WHITENING_SAMPLE = 5000
_GROUP_CHANNELS = (64, 256, 256)
_BATCH_NORM_DECAY = 0.8
_LOGIT_SCALE = 1 / 9


class Fixed(nnx.Variable):
    """An array that is set once from the training images and never trained."""


class Convolution(nnx.Module):
    """A 3×3 convolution without bias; its first outputs start by passing its inputs through (an implicit residual)."""

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        kernel = nnx.initializers.variance_scaling(1 / 3, "fan_in", "uniform")(rngs.params(), (3, 3, inputs, outputs))
        passed = min(inputs, outputs)
        identity = jnp.zeros((3, 3, inputs, passed)).at[1, 1, jnp.arange(passed), jnp.arange(passed)].set(1.0)
        self.kernel = nnx.Param(kernel.at[..., :passed].set(identity))

    def __call__(self, images_nhwc: jax.Array) -> jax.Array:
        """Return float (N, H, W, outputs) for float (N, H, W, inputs)."""
        return convolve(images_nhwc, self.kernel[...])


class ConvolutionGroup(nnx.Module):
    """Two convolutions, the first of which halves height and width."""

    def __init__(self, inputs: int, outputs: int, rngs: nnx.Rngs):
        self.convolution1 = Convolution(inputs, outputs, rngs)
        self.norm1 = _batch_norm(outputs, rngs)
        self.convolution2 = Convolution(outputs, outputs, rngs)
        self.norm2 = _batch_norm(outputs, rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool) -> jax.Array:
        """Return float (N, H//2, W//2, outputs) for float (N, H, W, inputs)."""
        hidden = max_pool(self.convolution1(images_nhwc))
        hidden = nnx.gelu(self.norm1(hidden, use_running_average=not training))
        return nnx.gelu(self.norm2(self.convolution2(hidden), use_running_average=not training))


class Network(nnx.Module):
    """The classifier's network.

    Args:
        classes: number of classes K, 2 or more.
        width: channels relative to airbench's 64, 256, 256.
        rngs: the source of initial weights (stream "params").
    """

    def __init__(self, classes: int, width: float, rngs: nnx.Rngs):
        self.mean = Fixed(jnp.zeros(3))
        self.deviation = Fixed(jnp.ones(3))
        self.whitening = Fixed(jnp.eye(_WHITENING_FILTERS))
        channels = [2 * _WHITENING_FILTERS, *(max(1, round(width * group)) for group in _GROUP_CHANNELS)]
        self.groups = nnx.List([ConvolutionGroup(*pair, rngs) for pair in itertools.pairwise(channels)])
        self.head = nnx.Linear(channels[-1], classes, use_bias=False, rngs=rngs)

    def __call__(self, images_nhwc: jax.Array, training: bool = False) -> jax.Array:
        """Return logits float32 (N, K) for images of pixel values 0-255 (N, 32, 32, 3), uint8 or float."""
        return self.classify(self.features(images_nhwc, training))

    def classify(self, features_nf: jax.Array) -> jax.Array:
        """Return logits float32 (N, K) for what `features` gave."""
        return self.head(features_nf) * _LOGIT_SCALE

    def features(self, images_nhwc: jax.Array, training: bool = False) -> jax.Array:
        """Return what the linear head sees: float32 (N, 256 × width)."""
        normalised = (images_nhwc / 255.0 - self.mean[...]) / self.deviation[...]
        hidden = _squares(normalised) @ self.whitening[...]
        hidden = nnx.gelu(jnp.concatenate([hidden, -hidden], axis=-1))
        for group in self.groups:
            hidden = group(hidden, training)
        return hidden.max(axis=(1, 2))


def initial_network(classes: int, width: float, key: jax.Array) -> tuple[nnx.GraphDef, nnx.State]:
    """Return an untrained network's structure and its arrays; the weights depend on `key` alone."""
    return network_structure(classes, width)[0], _initial_arrays(classes, width, key)


def network_structure(classes: int, width: float) -> tuple[nnx.GraphDef, nnx.State]:
    """Return the network's structure and the shapes of its arrays, without computing any."""
    return nnx.split(nnx.eval_shape(lambda: Network(classes, width, nnx.Rngs(params=jax.random.key(0)))))


# Compiled as one: op by op, the dozens of small programs of an initialisation took 7 to 13 CPU seconds.
@functools.partial(jax.jit, static_argnums=(0, 1))
def _initial_arrays(classes, width, key):
    return nnx.state(Network(classes, width, nnx.Rngs(params=key)))


def fit_input(state: nnx.State, images_nhwc: np.ndarray) -> nnx.State:
    """Return `state` with normalisation and whitening set from the training images, uint8 (N, 32, 32, 3).

    They come from the arm's own images, so a classifier trained on synthetic images alone owes nothing to real ones.
    At most 5,000 evenly spaced images are looked at. Whitening: eigenvectors of the covariance of 2×2 patches over the
    square roots of their eigenvalues; the network uses them in both signs.
    """
    sample = images_nhwc[:: -(-len(images_nhwc) // _WHITENING_SAMPLE)] / 255.0
    mean, deviation = sample.mean(axis=(0, 1, 2)), sample.std(axis=(0, 1, 2)) + 1e-6
    patches = _squares((sample - mean) / deviation).reshape(-1, _WHITENING_FILTERS)
    eigenvalues, eigenvectors = np.linalg.eigh(patches.T @ patches / len(patches))
    # The sign of an eigenvector is arbitrary; fixing it keeps the filters the same on every LAPACK.
    eigenvectors *= np.sign(eigenvectors[np.abs(eigenvectors).argmax(axis=0), np.arange(_WHITENING_FILTERS)])
    whitening = (eigenvectors / np.sqrt(np.maximum(eigenvalues, 0) + 5e-4))[:, ::-1]
    values = {"mean": mean, "deviation": deviation, "whitening": whitening}
    fixed = nnx.State({name: Fixed(jnp.asarray(value, jnp.float32)) for name, value in values.items()})
    return nnx.merge_state(state, fixed)


def parameter_count(classes: int, width: float) -> int:
    """Return the number of trained weights: neither batch statistics nor the fixed first layer."""
    trained = nnx.filter_state(network_structure(classes, width)[1], nnx.Param)
    return sum(leaf.size for leaf in jax.tree.leaves(trained))


def _batch_norm(channels: int, rngs: nnx.Rngs) -> nnx.BatchNorm:
    return nnx.BatchNorm(channels, use_scale=False, momentum=_BATCH_NORM_DECAY, rngs=rngs)


def _squares(images_nhwc):
    """Return the 2×2 squares that tile an image: (N, H, W, C) to (N, H//2, W//2, 4 C)."""
    n, height, width, channels = images_nhwc.shape
    tiles = images_nhwc.reshape(n, height // 2, 2, width // 2, 2, channels).swapaxes(2, 3)
    return tiles.reshape(n, height // 2, width // 2, 4 * channels)
