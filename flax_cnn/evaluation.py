"""Images in, logits or features out.

All batches are of one size, the last one padded, so that the result for an image does not depend on the number
of others.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.block_network import PENULTIMATE

_BATCH = 256


def predict_logits(graph: nnx.GraphDef, state: nnx.State, images_nhwc: np.ndarray) -> np.ndarray:
    """Return logits float32 (N, K) for uint8 images (N, 32, 32, 3)."""
    return _in_batches(_logits, graph, state, images_nhwc)


def predict_features(graph: nnx.GraphDef, state: nnx.State, images_nhwc: np.ndarray) -> np.ndarray:
    """Return what the linear head sees, float32 (N, F), for uint8 images (N, 32, 32, 3)."""
    return _in_batches(_features, graph, state, images_nhwc)


def predict_features_and_logits(
    graph: nnx.GraphDef, state: nnx.State, images_nhwc: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return features float32 (N, F) and logits float32 (N, K) for uint8 images (N, 32, 32, 3), in one pass."""
    return _in_batches(_features_and_logits, graph, state, images_nhwc)


def predict_block_features_and_logits(
    graph: nnx.GraphDef, state: nnx.State, images_nhwc: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return block features, float32 (N, C) each, and logits float32 (N, K), in one pass.

    Block features are the spatial mean of each block's output by its name, and at last "penultimate".
    """
    features, logits_nk = _in_batches(_block_features_and_logits, graph, state, images_nhwc)
    # A jitted function hands a dictionary back in alphabetical order.
    network = nnx.merge(graph, state, copy=True)
    return {name: features[name] for name in (*network.block_names, PENULTIMATE)}, logits_nk


def require_images(images_nhwc: np.ndarray) -> None:
    """Raise ValueError unless these are images as the networks take them, uint8 (N, 32, 32, 3)."""
    if images_nhwc.shape[1:] != (32, 32, 3) or images_nhwc.dtype != np.uint8:
        raise ValueError(f"images are {images_nhwc.dtype} {images_nhwc.shape}; the network takes uint8 (N, 32, 32, 3)")


@functools.partial(jax.jit, static_argnums=0)
def _logits(graph, state, images_nhwc):
    return nnx.merge(graph, state, copy=True)(images_nhwc)


@functools.partial(jax.jit, static_argnums=0)
def _features(graph, state, images_nhwc):
    return nnx.merge(graph, state, copy=True).features(images_nhwc)


@functools.partial(jax.jit, static_argnums=0)
def _block_features_and_logits(graph, state, images_nhwc):
    network = nnx.merge(graph, state, copy=True)
    features = network.block_features(images_nhwc)
    return features, network.classify(features[PENULTIMATE])


@functools.partial(jax.jit, static_argnums=0)
def _features_and_logits(graph, state, images_nhwc):
    network = nnx.merge(graph, state, copy=True)
    features_nf = network.features(images_nhwc)
    return features_nf, network.classify(features_nf)


def _in_batches(function, graph, state, images_nhwc):
    require_images(images_nhwc)
    n = len(images_nhwc)
    padded = np.zeros((max(1, -(-n // _BATCH)) * _BATCH, 32, 32, 3), np.uint8)
    padded[:n] = images_nhwc
    # Every batch is handed over before the first result is asked for, so the device never waits for the host.
    results = [
        function(graph, state, jnp.asarray(padded[start : start + _BATCH])) for start in range(0, len(padded), _BATCH)
    ]
    return jax.tree.map(lambda *batches: np.concatenate([np.asarray(batch) for batch in batches])[:n], *results)
