"""SHA-256 identities of images and of sets of images."""

import hashlib
from collections.abc import Iterable

import numpy as np


def image_digest(image_hwc: np.ndarray) -> str:
    """Return the hex SHA-256 of one uint8 image's bytes, row by row, RGB interleaved."""
    return hashlib.sha256(np.ascontiguousarray(image_hwc)).hexdigest()


def short_digest(image_hwc: np.ndarray) -> str:
    """Return the first 64 bits of `image_digest`, 16 hex digits: enough to tell one study's images apart."""
    return image_digest(image_hwc)[:16]


def set_digest(members: Iterable[str]) -> str:
    """Return the hex SHA-256 of a set, independent of the order of its members: a line for each image."""
    return hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()


def file_digest(path, algorithm: str = "sha256") -> str:
    """Return the hex digest of a file's bytes, read in pieces."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()
