"""Data parallel training: the state on every device that the process sees, and each device a part of every batch.

Nothing else changes: sums over a batch (loss, gradients, the statistics of batch norm) go over all of its parts, so the
result is that of one device but for rounding. Which devices a process sees is said from outside
(`CUDA_VISIBLE_DEVICES`).
"""

import math
import sys

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

_AXIS = "batch"


def batch_sharding(batch_size: int) -> NamedSharding | None:
    """Return how a batch's first axis lies over the devices, or None where there is but one.

    Parts are of one size, so devices stay idle if their number does not divide `batch_size`; standard error says so.
    """
    devices = jax.local_devices()
    used = math.gcd(len(devices), batch_size)
    if used < len(devices):
        print(
            f"warning: {used} of {len(devices)} devices are used: make training.batch_size a multiple of "
            f"{len(devices)} (a batch has {batch_size} images)",
            file=sys.stderr,
        )
    return NamedSharding(Mesh(np.array(devices[:used]), (_AXIS,)), PartitionSpec(_AXIS)) if used > 1 else None


def on_every_device(arrays, sharding: NamedSharding | None):
    """Return `arrays` (a pytree) as they are on each of the devices of `sharding`; None: unchanged."""
    return arrays if sharding is None else jax.device_put(arrays, NamedSharding(sharding.mesh, PartitionSpec()))


def parted(batch: jax.Array, sharding: NamedSharding | None) -> jax.Array:
    """Return `batch`, inside a compiled function, with a part on each of the devices; None: unchanged."""
    return batch if sharding is None else jax.lax.with_sharding_constraint(batch, sharding)
