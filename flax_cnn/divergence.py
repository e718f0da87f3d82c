"""When a training is given up: its loss is no number, or grows without end."""

import math

import numpy as np

from flax_cnn.config import TrainingConfig
from flax_cnn.schedule import learning_rate_schedule

# A guess costs ln K. Sound trainings begin near it; ten times as much for half an interval's steps is no detour.
_DIVERGED = 10


def require_progress(
    losses: np.ndarray, val_loss: float, first: int, config: TrainingConfig, classes: int, whose: str = ""
) -> None:
    """Raise FloatingPointError if an interval's losses are not finite, or mostly far above a guess's.

    Args:
        losses: float (steps,), of the interval's steps, each before its update.
        val_loss: the validation loss after the last update, which no loss of a step has seen.
        first: the first step's number.
        config: how it is trained.
        classes: the number of classes K.
        whose: what the message begins with.
    """
    unsound = ~np.isfinite(losses)
    if np.median(losses) > _DIVERGED * math.log(classes):
        unsound |= losses > _DIVERGED * math.log(classes)
    if unsound.any():
        at = int(np.argmax(unsound))
        what, loss = "loss", losses[at]
    elif not math.isfinite(val_loss):
        at = len(losses) - 1
        what, loss = "validation loss", val_loss
    else:
        return
    raise FloatingPointError(
        f"{whose}the {what} is {loss:g} at step {first + at}, where the learning rate is "
        f"{float(learning_rate_schedule(config)(first + at)):.3g}; lower learning_rate (now {config.learning_rate:g})"
    )
