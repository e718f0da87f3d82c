"""What is written beside a trained classifier: its size and arithmetic, its temperature, and what the training took."""

import resource
from typing import Any

import jax
import numpy as np
from flax import nnx
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from flax_cnn.config import TrainingConfig
from flax_cnn.convolution import convolution_method, convolve_by
from flax_cnn.network import network_structure, parameter_count

_LOG_TEMPERATURES = (-3.0, 3.0)


def network_facts(config: TrainingConfig, classes: int) -> dict[str, Any]:
    """Return parameters (trained weights), flops_per_image (one forward pass) and the method of convolution."""
    return {
        "parameters": parameter_count(config.network, classes, config.width),
        "flops_per_image": flops_per_image(config, classes),
        "convolution": convolution_method(),
    }


def flops_per_image(config: TrainingConfig, classes: int) -> int:
    """Return the floating-point operations of one image's forward pass, a multiplication and an addition being two.

    XLA counts them. It cannot see into oneDNN, so it is shown the program with its own convolution.
    """
    graph, state = network_structure(config.network, classes, config.width)
    image = jax.ShapeDtypeStruct((1, 32, 32, 3), np.uint8)
    with convolve_by("xla"):
        lowered = jax.jit(lambda state, image: nnx.merge(graph, state, copy=True)(image)).lower(state, image)
    return int(lowered.cost_analysis()["flops"])


def fit_temperature(logits_nk: np.ndarray, labels_n: np.ndarray) -> float:
    """Return the temperature T for which softmax(logits / T) has the smallest cross-entropy (between 0.05 and 20).

    The method is temperature scaling (Guo et al. 2017, arXiv 1706.04599).
    """

    def cross_entropy(log_temperature: float) -> float:
        log_probabilities_nk = log_softmax(logits_nk.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -log_probabilities_nk[np.arange(len(labels_n)), labels_n].mean()

    return float(np.exp(minimize_scalar(cross_entropy, bounds=_LOG_TEMPERATURES, method="bounded").x))


def training_cost(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Return what the clock says of a run, from its metrics rows: nothing here is the same twice.

    seconds and core_seconds of training (evaluation left out), images_per_second (median of the intervals), and the
    process's peak_memory_bytes so far.
    """
    return {
        "seconds": round(sum(row["seconds"] for row in rows), 1),
        "core_seconds": round(sum(row["core_seconds"] for row in rows), 1),
        "images_per_second": float(np.median([row["images_per_second"] for row in rows])),
        "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
