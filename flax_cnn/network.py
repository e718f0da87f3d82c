"""The registry of networks, and what makes one: its structure, its initial arrays, its input layer."""

import functools
from functools import partial

import jax
import numpy as np
from flax import nnx

from flax_cnn.block_network import BlockNetwork, is_trained
from flax_cnn.fast_network import FastNetwork
from flax_cnn.plain_network import PlainNetwork
from flax_cnn.resnet18 import ResNet18

NETWORKS: dict[str, type[BlockNetwork]] = {"fast": FastNetwork, "resnet18": ResNet18, "plain": PlainNetwork}


def initial_network(name: str, classes: int, width: float, key: jax.Array) -> tuple[nnx.GraphDef, nnx.State]:
    """Return an untrained network's structure and its arrays; the weights depend on `key` alone."""
    return network_structure(name, classes, width)[0], _initial_arrays(name, classes, width, key)


def network_structure(name: str, classes: int, width: float) -> tuple[nnx.GraphDef, nnx.State]:
    """Return the network's structure and the shapes of its arrays, without computing any."""
    return nnx.split(nnx.eval_shape(lambda: NETWORKS[name](classes, width, nnx.Rngs(params=jax.random.key(0)))))


# Compiled as one: op by op, the dozens of small programs of an initialisation took 7 to 13 CPU seconds.
@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def _initial_arrays(name, classes, width, key):
    return nnx.state(NETWORKS[name](classes, width, nnx.Rngs(params=key)))


def fit_input(graph: nnx.GraphDef, state: nnx.State, images_nhwc: np.ndarray) -> nnx.State:
    """Return `state` with normalisation (and whitening) set from the training images, uint8 (N, 32, 32, 3).

    They come from the arm's own images, so a classifier trained on synthetic images alone owes nothing to real ones.
    """
    network = nnx.merge(graph, state, copy=True)
    network.fit_input(images_nhwc)
    return nnx.state(network)


def split_trained(state: nnx.State, frozen_blocks: int) -> tuple[nnx.State, nnx.State]:
    """Return what training changes by its gradient, and the rest: statistics, the input, frozen blocks."""
    return nnx.split_state(state, partial(is_trained, frozen_blocks=frozen_blocks), ...)


def parameter_count(name: str, classes: int, width: float) -> int:
    """Return the number of trained weights: neither batch statistics nor a fixed first layer."""
    trained, _ = split_trained(network_structure(name, classes, width)[1], frozen_blocks=0)
    return sum(leaf.size for leaf in jax.tree.leaves(trained))
