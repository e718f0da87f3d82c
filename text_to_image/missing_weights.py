"""A network that lacks a weight draws something, and nothing that it learned: it is refused.

Diffusers leaves such a weight without a value. Transformers draws it at random, and says so in its log alone.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from diffusers import DiffusionPipeline

_MISSING = re.compile(r"^(\S+)\s*\|\s*MISSING", re.MULTILINE)


class _Reports(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.missing: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.missing += _MISSING.findall(record.getMessage())


@contextmanager
def drawn_at_random() -> Iterator[list[str]]:
    """Yield a list that gets the names of weights which transformers finds in no file while it loads in the block."""
    logger, reports = logging.getLogger("transformers.modeling_utils"), _Reports()
    level = logger.level
    logger.addHandler(reports)
    logger.setLevel(logging.WARNING)
    try:
        yield reports.missing
    finally:
        logger.setLevel(level)
        logger.removeHandler(reports)


def left_without_value(pipeline: DiffusionPipeline) -> list[str]:
    """Return the names of weights which diffusers found in no file."""
    return [
        f"{part}.{name}"
        for part, network in pipeline.components.items()
        if isinstance(network, torch.nn.Module)
        for name, weight in network.named_parameters()
        if weight.is_meta
    ]
