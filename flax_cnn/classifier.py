"""The finished classifier: its weights, its classes, and what it was trained with.

Loading needs nothing but the checkpoint.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from flax import nnx
from pydantic import ValidationError

from flax_cnn.checkpoints import fill, load_checkpoint, named_arrays, save_checkpoint
from flax_cnn.config import TrainingConfig
from flax_cnn.evaluation import (
    predict_block_features_and_logits,
    predict_features,
    predict_features_and_logits,
    predict_logits,
)
from flax_cnn.network import network_structure
from photographs.atomic_files import CorruptFileError
from photographs.verified_arrays import content_digest

FORMAT_VERSION = 2


@dataclass(frozen=True)
class Classifier:
    """A trained classifier.

    Attributes:
        classes: class names; logit k belongs to the k-th.
        config: what it was trained with.
        state: the network's arrays (weights, batch statistics, normalisation, whitening).
        metrics: the metrics row of the moment it was taken at, such as {"step": 450, "val_accuracy": 0.74, ...}.
        facts: temperature (fitted on validation), parameters, flops_per_image, convolution (`convolution.METHODS`).
        cost: what the training took (`cost.training_cost`): different every time.
    """

    classes: tuple[str, ...]
    config: TrainingConfig
    state: nnx.State
    metrics: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    cost: dict[str, float | None] = field(default_factory=dict)

    @cached_property
    def graph(self) -> nnx.GraphDef:
        """The network's structure: `nnx.merge(graph, state)` is the network."""
        return network_structure(self.config.network, len(self.classes), self.config.width)[0]

    def predict_logits(self, images_nhwc: np.ndarray) -> np.ndarray:
        """Return logits float32 (N, K) for uint8 images (N, 32, 32, 3), 0-255 RGB; ValueError for anything else."""
        return predict_logits(self.graph, self.state, images_nhwc)

    def predict_features(self, images_nhwc: np.ndarray) -> np.ndarray:
        """Return the input of the linear head for uint8 images (N, 32, 32, 3).

        It is float32 (N, F), F being the network's last channels: fast 256 × width, resnet18 512 × width, plain
        128 × width.
        """
        return predict_features(self.graph, self.state, images_nhwc)

    def predict_features_and_logits(self, images_nhwc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return both of the above in one pass: features float32 (N, F), logits float32 (N, K)."""
        return predict_features_and_logits(self.graph, self.state, images_nhwc)

    def predict_block_features(self, images_nhwc: np.ndarray) -> dict[str, np.ndarray]:
        """Return the spatial mean of every block's output for uint8 images (N, 32, 32, 3).

        The blocks stand first to last, by name; at last comes "penultimate", what the linear head sees. Each is
        float32 (N, C), C being the block's channels.
        """
        return self.predict_block_features_and_logits(images_nhwc)[0]

    def predict_block_features_and_logits(self, images_nhwc: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return in one pass what `predict_block_features` does, and logits float32 (N, K)."""
        return predict_block_features_and_logits(self.graph, self.state, images_nhwc)

    def digest(self) -> str:
        """Return the hex SHA-256 of the network's arrays: equal for two runs that gave the same classifier."""
        return content_digest(named_arrays(self.state))


def save_classifier(path: Path, classifier: Classifier) -> None:
    """Write `classifier` as an Orbax checkpoint folder, whole or not at all; Orbax alone can read the metadata."""
    arrays = named_arrays(classifier.state)
    metadata = {
        "format": FORMAT_VERSION,
        "classes": list(classifier.classes),
        "preprocessing": {
            "input": "uint8 RGB (N, 32, 32, 3)",
            "scaled": "(pixel / 255 - mean) / deviation, inside the network",
            "mean": [float(value) for value in classifier.state["mean"][...]],
            "deviation": [float(value) for value in classifier.state["deviation"][...]],
        },
        "training": classifier.config.model_dump(mode="json"),
        "metrics": classifier.metrics,
        "facts": classifier.facts,
        "cost": classifier.cost,
        "parameters_sha256": content_digest(arrays),
    }
    save_checkpoint(path, arrays, metadata)


def load_classifier(path: Path) -> Classifier:
    """Read a classifier that `save_classifier` wrote.

    Raises:
        FileNotFoundError: there is no such folder.
        CorruptFileError: it is incomplete, altered, or of another format.
    """
    arrays, metadata = load_checkpoint(path)
    if metadata.get("format") != FORMAT_VERSION:
        raise CorruptFileError(path, f"it has format {metadata.get('format')}, and this code reads {FORMAT_VERSION}")
    try:
        config = TrainingConfig.model_validate(metadata["training"])
        state = fill(network_structure(config.network, len(metadata["classes"]), config.width)[1], arrays)
    except (KeyError, ValueError, ValidationError) as error:
        raise CorruptFileError(path, f"its content does not fit the network ({error})") from error
    rest = (metadata[name] for name in ("metrics", "facts", "cost"))
    return Classifier(tuple(metadata["classes"]), config, state, *rest)
