"""The optimiser's steps: many in one compiled call, for one seed or for several side by side in one program.

What happens in a step depends on the state before it and on the step's number alone.
"""

from functools import partial
from operator import itemgetter
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx

from flax_cnn.augmentation import Showing, augment
from flax_cnn.config import TrainingConfig
from flax_cnn.devices import NamedSharding, parted
from flax_cnn.network import split_trained
from flax_cnn.sampling import sample_order
from flax_cnn.schedule import make_optimiser


class TrainState(NamedTuple):
    """What a step changes: trained weights, the network's other arrays, and the optimiser's."""

    params: nnx.State
    rest: nnx.State
    optimiser: optax.OptState


class Program(NamedTuple):
    """What a compiled interval is made for.

    Attributes:
        graph: the network's structure.
        config: how to train; an interval is `config.steps_per_evaluation` steps.
        batch_size: images a step.
        frozen_blocks: the first so many blocks are not trained.
        sharding: how a batch lies over several devices (`devices.batch_sharding`).
        seeds: how many trainings ride side by side.
    """

    graph: nnx.GraphDef
    config: TrainingConfig
    batch_size: int
    frozen_blocks: int
    sharding: NamedSharding | None
    seeds: int


@partial(jax.jit, static_argnums=0, donate_argnums=1)
def run_interval(program: Program, states, first, keys, images, labels):
    """Train every seed for one interval.

    Args:
        program: what to compile for.
        states: one `TrainState` a seed; they are overwritten in place.
        first: int32, the first step's number.
        keys: one `TrainingKeys` a seed.
        images: uint8 (N, 32, 32, 3), the same for all seeds.
        labels: int32 (N,).

    Returns:
        The new states; each seed's loss and share of correct answers at every step, float32 (seeds, steps) each.
    """
    steps = partial(_steps, program)
    if program.seeds == 1:
        # As it is: an axis of one would keep XLA from some of its fusions.
        state, outcome = steps(states[0], first, keys[0], images, labels)
        return [state], jax.tree.map(lambda values: values[None], outcome)
    together = jax.tree.map(lambda *arrays: jnp.stack(arrays), *states)
    together_keys = jax.tree.map(lambda *arrays: jnp.stack(arrays), *keys)
    after, outcome = jax.vmap(steps, in_axes=(0, None, 0, None, None))(together, first, together_keys, images, labels)
    return [jax.tree.map(itemgetter(seed), after) for seed in range(program.seeds)], outcome


def _steps(program, state, first, keys, images, labels):
    config, batch_size = program.config, program.batch_size
    numbers = first + jnp.arange(config.steps_per_evaluation)
    order = sample_order(keys.order, first * batch_size, len(numbers) * batch_size, len(images))

    def step(state, number_and_rows):
        number, rows = number_and_rows
        fill_colour = state.rest["mean"][...] * 255
        batch = parted(images[rows], program.sharding)
        shown_before = (number * batch_size + jnp.arange(batch_size)) // len(images)
        showing = Showing(keys.first_sides, rows, shown_before)
        batch = augment(jax.random.fold_in(keys.augmentation, number), batch, config.augmentation, fill_colour, showing)
        return _step(program, state, batch, labels[rows])

    return jax.lax.scan(step, state, (numbers, order.reshape(-1, batch_size)))


def _step(program, state, images, labels):
    config = program.config

    def loss_of(params):
        network = nnx.merge(program.graph, params, state.rest, copy=True)
        logits = network(images, training=True, frozen_blocks=program.frozen_blocks)
        targets = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), config.label_smoothing)
        loss = optax.softmax_cross_entropy(logits, targets).mean()
        correct = (logits.argmax(axis=-1) == labels).mean()
        return loss, (correct, split_trained(nnx.state(network), program.frozen_blocks)[1])

    (loss, (correct, rest)), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.params)
    updates, optimiser = make_optimiser(config).update(gradients, state.optimiser, state.params)
    return TrainState(optax.apply_updates(state.params, updates), rest, optimiser), (loss, correct)
