"""An image is a function of (generator settings, class, index) alone.

Everything random about an image is drawn from hashes of the generator's seed, the class and the index: never from a
stream that other images share, so shard size, batch size, job order and resumption cannot matter.
"""

import hashlib
import json
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Purpose = Literal["noise", "guidance", "template", "class_word", "domain", "background", "viewpoint", "weather"]


def image_seed(seed: int, class_name: str, index: int, purpose: Purpose, redraw: int = 0) -> int:
    """Return a 63-bit seed for one random choice about one image.

    Args:
        redraw: 0 for the first try; each redraw of a spoilt image has its own sub-seed.
    """
    identity = json.dumps([seed, class_name, index, purpose, redraw]).encode()
    return int.from_bytes(hashlib.sha256(identity).digest()[:8], "big") >> 1


def uniform(seed: int, class_name: str, index: int, purpose: Purpose) -> float:
    """Return the image's own number in 0-1 (1 excluded) for one random choice."""
    return image_seed(seed, class_name, index, purpose) / 2**63


def generator_digest(settings: dict[str, Any]) -> str:
    """Return the hex SHA-256 of the settings (with the model's revision) that decide every pixel."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def check_distinct(seeds: npt.ArrayLike) -> None:
    """Raise ValueError if two images have the same noise; `seeds` are integers (N,)."""
    values, counts = np.unique(np.asarray(seeds), return_counts=True)
    most = counts.argmax()
    if counts[most] > 1:
        raise ValueError(f"{counts[most]} images share the noise seed {values[most]}: change generator.seed")
