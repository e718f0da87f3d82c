"""A pipeline that draws from randomness which images share is refused: its images could not be drawn again."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from text_to_image.config import GeneratorConfig


@contextmanager
def no_other_randomness(config: GeneratorConfig) -> Iterator[None]:
    """Refuse a pipeline that draws, in the block, from randomness which other images share.

    Raises:
        ValueError: it did; its image would depend on what was drawn before it.
    """
    before = _shared_states()
    yield
    if any(not torch.equal(*pair) for pair in zip(before, _shared_states(), strict=True)):
        raise ValueError(
            f"generator.model is {config.model!r}: its pipeline draws from other randomness than each image's own, so "
            "no image could be drawn again; choose another model, or arguments that turn it off (as use_pe: false)"
        )


def _shared_states() -> list[torch.Tensor]:
    return [torch.get_rng_state(), *(torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [])]
