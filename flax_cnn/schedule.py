"""The optimiser and its learning rate: a linear climb to the peak, a linear fall to zero."""

import jax
import jax.numpy as jnp
import optax
from optax.contrib import MuonDimensionNumbers

from flax_cnn.config import TrainingConfig

# Muon's numbers are airbench's: momentum 0.6, three Newton-Schulz iterations.
_MUON_MOMENTUM = 0.6
_NEWTON_SCHULZ_STEPS = 3
_ADAM_SHARE = 0.05
_HEIGHT_WIDTH_INPUTS, _OUTPUTS = (0, 1, 2), 3


def learning_rate_schedule(config: TrainingConfig) -> optax.Schedule:
    """Return the learning rate as a function of the step (from 0): a triangle with its peak at `warmup_fraction`."""
    warmup = min(round(config.warmup_fraction * config.steps), config.steps - 1)
    climb = optax.linear_schedule(config.learning_rate / (warmup + 1), config.learning_rate, warmup)
    fall = optax.linear_schedule(config.learning_rate, 0.0, config.steps - warmup)
    return optax.join_schedules([climb, fall], [warmup])


def make_optimiser(config: TrainingConfig) -> optax.GradientTransformation:
    """Return the config's optimiser.

    "adamw": Loshchilov & Hutter 2019, arXiv 1711.05101; biases are not decayed.

    "muon": kernels of convolutions take orthogonal steps (Jordan et al. 2024, "Muon: an optimizer for hidden layers")
    and keep their norm, as in airbench (arXiv 2404.00498); all else takes Adam's, with Nesterov's momentum, at a
    twentieth of the rate.
    """
    rate = learning_rate_schedule(config)
    if config.optimiser == "adamw":
        return optax.adamw(
            rate,
            weight_decay=config.weight_decay,
            mask=lambda params: jax.tree.map(lambda leaf: leaf.ndim > 1, params),
        )
    muon = optax.contrib.muon(
        rate,
        ns_steps=_NEWTON_SCHULZ_STEPS,
        beta=_MUON_MOMENTUM,
        muon_weight_dimension_numbers=_as_matrices,
        adam_learning_rate=lambda step: _ADAM_SHARE * rate(step),
    )
    return optax.chain(muon, _hold_norms())


def _as_matrices(params):
    """Return for each kernel (height, width, inputs, outputs) how it is a matrix, and None for every other array."""
    return jax.tree.map(
        lambda leaf: MuonDimensionNumbers(_HEIGHT_WIDTH_INPUTS, _OUTPUTS) if _is_kernel(leaf) else None, params
    )


def _hold_norms() -> optax.GradientTransformation:
    """Lengthen or shorten every step so that it ends with a kernel of norm √outputs.

    A batch norm behind a convolution undoes its kernel's size: without this, growing kernels would turn less and less.
    """

    def hold(update, kernel):
        if not _is_kernel(kernel):
            return update
        stepped = kernel + update
        return stepped * jnp.sqrt(kernel.shape[_OUTPUTS]) / jnp.linalg.norm(stepped) - kernel

    return optax.stateless(lambda updates, params: jax.tree.map(hold, updates, params))


def _is_kernel(leaf: jax.Array) -> bool:
    return leaf.ndim == 4
