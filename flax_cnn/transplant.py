"""A network that is given another one's lower blocks (Yosinski et al. 2014, arXiv 1411.1792)."""

import dataclasses
from functools import partial
from typing import Any

import jax
from flax import nnx

from flax_cnn.classifier import Classifier
from flax_cnn.keys import TrainingKeys, training_keys
from flax_cnn.network import initial_network

_AFRESH = 1


def transplant_keys(study_seed: int, seed_index: int) -> TrainingKeys:
    """Return the keys of a seed's transplants: the same for all donors and depths.

    The initial weights are no donor's. By `training_keys` alone they would be those that the donors of the same seed
    started from, and the donor's blocks would meet again the very weights with which they had begun to learn.
    """
    keys = training_keys(study_seed, "transplant", seed_index)
    return keys._replace(initialisation=jax.random.fold_in(keys.initialisation, _AFRESH))


def transplanted(donor: Classifier, blocks: int, keys: TrainingKeys) -> Classifier:
    """Return `donor` with fresh weights above its first `blocks` blocks: for `train` to start from, with these frozen.

    Its normalisation stays the donor's, for that is what the blocks were trained with. It has not learned anything
    above them, so metrics, facts and cost are empty.

    Args:
        donor: whose lower blocks are taken, batch statistics included.
        blocks: how many, from the first; at least one.
        keys: the fresh weights are those that a run of these keys starts from.

    Raises:
        ValueError: no block is to be taken, which would leave the first layer as no training can make it.
    """
    if blocks < 1:
        raise ValueError(f"blocks is {blocks}; take 1 or more, or train afresh")
    config = donor.config
    _, fresh = initial_network(config.network, len(donor.classes), config.width, keys.initialisation)
    is_taken = partial(_is_taken, blocks=blocks)
    taken, _ = nnx.split_state(donor.state, is_taken, ...)
    _, rest = nnx.split_state(fresh, is_taken, ...)
    return dataclasses.replace(donor, state=nnx.merge_state(taken, rest), metrics={}, facts={}, cost={})


def _is_taken(path: tuple[Any, ...], value: Any, blocks: int) -> bool:
    return path[0] in ("mean", "deviation") or (path[0] == "blocks" and path[1] < blocks)
