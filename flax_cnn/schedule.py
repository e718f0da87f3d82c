"""The optimiser and its learning rate: AdamW, a linear climb to the peak, a linear fall to zero."""

import jax
import optax

from flax_cnn.config import TrainingConfig


def learning_rate_schedule(config: TrainingConfig) -> optax.Schedule:
    """Return the learning rate as a function of the step (from 0): a triangle with its peak at `warmup_fraction`."""
    warmup = round(config.warmup_fraction * config.steps)
    climb = optax.linear_schedule(config.learning_rate / (warmup + 1), config.learning_rate, warmup)
    fall = optax.linear_schedule(config.learning_rate, 0.0, config.steps - warmup)
    return optax.join_schedules([climb, fall], [warmup])


def make_optimiser(config: TrainingConfig) -> optax.GradientTransformation:
    """Return AdamW (Loshchilov & Hutter 2019, arXiv 1711.05101); biases are not decayed."""
    return optax.adamw(
        learning_rate_schedule(config),
        weight_decay=config.weight_decay,
        mask=lambda params: jax.tree.map(lambda leaf: leaf.ndim > 1, params),
    )
