"""A problem that a tiny network learns in seconds: the class is the place of a bright band."""

import numpy as np

from flax_cnn.config import Augmentation, TrainingConfig
from flax_cnn.training import TrainingData

TINY = TrainingConfig(
    width=0.05,
    steps=30,
    batch_size=32,
    learning_rate=0.01,
    evaluations=3,
    augmentation=Augmentation(flip=True, translate=1, cutout=4),
)


def bands(count: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return images uint8 (count, 32, 32, 3) and labels int32 (count,)."""
    noise = np.random.default_rng(seed).integers(0, 80, (count, 32, 32, 3))
    labels = np.arange(count, dtype=np.int32) % classes
    rows = np.arange(32)[None, :] // 3 == labels[:, None]
    return (noise + 150 * rows[:, :, None, None]).astype(np.uint8), labels


def band_data(classes: int = 2) -> TrainingData:
    """Return 90 training and 30 validation images."""
    return TrainingData(*bands(90, classes, seed=0), *bands(30, classes, seed=1))
