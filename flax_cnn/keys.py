"""Where a run's randomness comes from: every key is a function of (study seed, arm, seed index).

Seeds are *paired* between arms: the network's initial weights and the random changes to images depend on the study seed
and the seed index alone, so two arms of the same seed index differ in their data and not in their luck. Only the order
of images, which has no meaning across different data, depends on the arm too.
"""

import zlib
from typing import NamedTuple

import jax


class TrainingKeys(NamedTuple):
    """The sources of randomness of a run, each a JAX key.

    Attributes:
        initialisation: the network's initial weights.
        augmentation: changes to images, another draw at every step.
        order: in which images are shown.
        first_sides: which images are mirrored in the first epoch, where mirroring goes by turns.
    """

    initialisation: jax.Array
    augmentation: jax.Array
    order: jax.Array
    first_sides: jax.Array


def training_keys(study_seed: int, arm: str, seed_index: int) -> TrainingKeys:
    """Return the keys of one run.

    Args:
        study_seed: the study's seed, 0 to 2**32 - 1.
        arm: the arm's name, whose CRC-32 stands for it (Python's own `hash` changes from process to process).
        seed_index: which of the arm's repetitions, from 0.

    Raises:
        ValueError: the study's seed is out of its range, beyond which JAX would begin again from 0.
    """
    if not 0 <= study_seed < 2**32:
        raise ValueError(f"the study's seed is {study_seed}: it must be 0 to {2**32 - 1}")
    paired = jax.random.fold_in(jax.random.key(study_seed), seed_index)
    initialisation, augmentation, order, first_sides = jax.random.split(paired, 4)
    return TrainingKeys(initialisation, augmentation, jax.random.fold_in(order, zlib.crc32(arm.encode())), first_sides)
