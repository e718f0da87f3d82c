"""Several classifiers asked at once, in batches of a few fixed sizes: for a server, which has to answer at once.

Weights are arguments of the compiled programs, so that classifiers of the same shape share them, and a newer one needs
no compilation. A number goes with them by which oneDNN knows them again, so that it lays out their kernels once.
"""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from flax_cnn.classifier import Classifier
from flax_cnn.convolution import keep_kernels

# One for every classifier of an ensemble, never given twice.
_NUMBERS = itertools.count()

# A batch is padded to the next of these. Each costs one compilation at the start.
BATCH_SIZES = (1, 4, 8, 16, 24, 32)


@dataclass(frozen=True)
class Answer:
    """What one classifier makes of N images: features float32 (N, F) and logits float32 (N, K)."""

    features_nf: np.ndarray
    logits_nk: np.ndarray


class Ensemble:
    """Classifiers by name, asked together.

    Args:
        classifiers: at least one; their networks and classes may differ.
    """

    def __init__(self, classifiers: Mapping[str, Classifier]):
        self._ask = {}
        for name, classifier in classifiers.items():
            leaves, structure = jax.tree.flatten(classifier.state)
            program = _program(classifier.graph, structure)
            self._ask[name] = functools.partial(program, leaves, jnp.int32(next(_NUMBERS)))

    def warm(self) -> None:
        """Compile what is not compiled yet, and run each batch size once."""
        for size in BATCH_SIZES:
            self(np.zeros((size, 32, 32, 3), np.uint8))

    def __call__(self, images_nhwc: np.ndarray) -> dict[str, Answer]:
        """Return each classifier's answer by its name.

        Args:
            images_nhwc: uint8 (N, 32, 32, 3), 0-255 RGB, 1 to 32 images.

        Raises:
            ValueError: for images of any other kind or number.
        """
        n = len(images_nhwc)
        if images_nhwc.shape[1:] != (32, 32, 3) or images_nhwc.dtype != np.uint8 or not 1 <= n <= BATCH_SIZES[-1]:
            raise ValueError(
                f"images are {images_nhwc.dtype} {images_nhwc.shape}; an ensemble takes uint8 (N, 32, 32, 3), "
                f"N from 1 to {BATCH_SIZES[-1]}"
            )
        padded = np.zeros((next(size for size in BATCH_SIZES if size >= n), 32, 32, 3), np.uint8)
        padded[:n] = images_nhwc
        # All are asked before the first answer is waited for.
        answers = jax.device_get([ask(padded) for ask in self._ask.values()])
        return {
            name: Answer(features[:n], logits[:n]) for name, (features, logits) in zip(self._ask, answers, strict=True)
        }


@functools.lru_cache(maxsize=64)
def _program(graph, structure):
    """Return (weights, their number, images) -> (features, logits), compiled: one for all networks of a shape.

    The graph is bound here, and weights are a plain list, because hashing the one and flattening nnx's own tree of the
    other for every call cost more than the network: 4,000 Python calls for three classifiers.
    """

    @jax.jit
    def ask(weights, number, images_nhwc):
        network = nnx.merge(graph, jax.tree.unflatten(structure, weights), copy=True)
        with keep_kernels(number):
            features_nf = network.features(images_nhwc)
            return features_nf, network.classify(features_nf)

    return ask
