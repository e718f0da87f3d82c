"""What is written beside a trained classifier: its size, its arithmetic and its temperature."""

from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from flax_cnn.config import TrainingConfig
from flax_cnn.convolution import convolution_method
from flax_cnn.network import parameter_count
from flax_cnn.operation_count import flops_per_image

_LOG_TEMPERATURES = (-3.0, 3.0)


def network_facts(config: TrainingConfig, classes: int) -> dict[str, Any]:
    """Return parameters (trained weights), flops_per_image (one forward pass) and the method of convolution."""
    return {
        "parameters": parameter_count(config.network, classes, config.width),
        "flops_per_image": flops_per_image(config, classes),
        "convolution": convolution_method(),
    }


def fit_temperature(logits_nk: np.ndarray, labels_n: np.ndarray) -> float:
    """Return the temperature T for which softmax(logits / T) has the smallest cross-entropy (between 0.05 and 20).

    The method is temperature scaling (Guo et al. 2017, arXiv 1706.04599).
    """

    def cross_entropy(log_temperature: float) -> float:
        log_probabilities_nk = log_softmax(logits_nk.astype(np.float64) / np.exp(log_temperature), axis=1)
        return -log_probabilities_nk[np.arange(len(labels_n)), labels_n].mean()

    return float(np.exp(minimize_scalar(cross_entropy, bounds=_LOG_TEMPERATURES, method="bounded").x))
