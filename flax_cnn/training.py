"""The training run, a pure function of configuration, data and keys. Every evaluation interval is one compiled call.

The whole data set lies on the device as uint8. What happens in a step depends on the state before it and
on the step's number alone, so a resumed run ends with the same bits as an undisturbed one.
"""

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm

from flax_cnn.augmentation import augment
from flax_cnn.checkpoints import fill, named_arrays
from flax_cnn.classifier import Classifier
from flax_cnn.config import TrainingConfig
from flax_cnn.evaluation import predict_logits
from flax_cnn.facts import fit_temperature, network_facts, training_cost
from flax_cnn.keys import TrainingKeys
from flax_cnn.network import NETWORKS, fit_input, initial_network, split_trained
from flax_cnn.resuming import ResumeFolder
from flax_cnn.sampling import sample_order
from flax_cnn.schedule import learning_rate_schedule, make_optimiser

_OF_THE_CLOCK = ("seconds", "core_seconds", "images_per_second")


@dataclass(frozen=True)
class TrainingData:
    """What to learn from and what to choose by.

    Attributes:
        train_images: uint8 (N, 32, 32, 3), 0-255 RGB.
        train_labels: int32 (N,), 0 to K - 1.
        val_images: uint8 (M, 32, 32, 3).
        val_labels: int32 (M,).
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    val_images: np.ndarray
    val_labels: np.ndarray


class TrainState(NamedTuple):
    """What a step changes: trained weights, the network's other arrays, and the optimiser's."""

    params: nnx.State
    rest: nnx.State
    optimiser: optax.OptState


def train(
    config: TrainingConfig,
    data: TrainingData,
    classes: tuple[str, ...],
    keys: TrainingKeys,
    resume: ResumeFolder | None = None,
    on_interval: Callable[[list[dict[str, Any]]], None] = lambda rows: None,
    start: Classifier | None = None,
    frozen_blocks: int = 0,
) -> tuple[Classifier, list[dict[str, Any]]]:
    """Train one classifier.

    Args:
        config: how.
        data: on what.
        classes: the K class names.
        keys: the run's randomness (`keys.training_keys`).
        resume: where to keep, and look for, the state of an unfinished run.
        on_interval: called with all metrics rows so far after every interval, when the run's state is saved.
        start: a classifier of the same network, width and classes; its arrays are the initial ones, its input layer and
            normalisation included. None: fresh weights from `keys`, the input layer from the training images.
        frozen_blocks: the first so many blocks stay as they are in `start` (weights and batch statistics).

    Returns:
        The classifier of the interval with the best validation accuracy (of equals the latest), and one metrics row an
        interval: step, epoch, train_loss, train_accuracy, val_loss, val_accuracy, learning_rate, and, not reproducible,
        seconds, core_seconds and images_per_second of training; a process's first row includes the compilation.

    Raises:
        FloatingPointError: the loss became NaN or infinite.
        RuntimeError: memory ran out; the message names the setting to change.
        ValueError: there are no training or no validation images, `start` is of another kind, or
            `frozen_blocks` is more than the network has, or asked for without `start`.
    """
    if not len(data.train_images) or not len(data.val_images):
        raise ValueError(
            f"{len(data.train_images)} training and {len(data.val_images)} validation images: both must be at least one"
        )
    batch_size = min(config.batch_size, len(data.train_images))

    # ---- start: from the keys, or from where the last run was killed
    graph, network = _first_network(config, data, classes, keys, start, frozen_blocks)
    params, rest = split_trained(network, frozen_blocks)
    state = TrainState(params, rest, make_optimiser(config).init(params))
    best, rows, start = _merged(state), [], 0
    if resume and (saved := resume.latest()):
        start, arrays, rows = saved
        state, best = fill((state, best), arrays)

    images, labels = jnp.asarray(data.train_images), jnp.asarray(data.train_labels, jnp.int32)

    # ---- intervals: train, measure, keep the best, save
    progress = tqdm(total=config.steps, initial=start, unit="step", disable=None)
    for first in range(start, config.steps, config.steps_per_evaluation):
        began, core_began = time.perf_counter(), time.process_time()
        with _memory_error_named(batch_size, config):
            state, (losses, correct) = _interval(
                graph, config, batch_size, frozen_blocks, state, jnp.int32(first), keys, images, labels
            )
            losses, correct = np.asarray(losses), np.asarray(correct)
        seconds, core_seconds = time.perf_counter() - began, time.process_time() - core_began
        _require_finite(losses, first, config)

        step = first + config.steps_per_evaluation
        val_loss, val_accuracy = _measure(graph, _merged(state), data.val_images, data.val_labels)
        rows = [
            *rows,
            {
                "step": step,
                "epoch": round(step * batch_size / len(images), 3),
                "train_loss": float(losses.mean()),
                "train_accuracy": float(correct.mean()),
                "val_loss": val_loss,
                "val_accuracy": val_accuracy,
                "learning_rate": float(learning_rate_schedule(config)(step - 1)),
                "seconds": round(seconds, 3),
                "core_seconds": round(core_seconds, 3),
                "images_per_second": round(config.steps_per_evaluation * batch_size / seconds, 1),
            },
        ]
        if val_accuracy >= max(row["val_accuracy"] for row in rows):
            # A copy, because the next interval overwrites the state in place.
            best = jax.tree.map(jnp.copy, _merged(state))
        if resume:
            resume.save(step, named_arrays((state, best)), rows)
        on_interval(rows)
        progress.update(config.steps_per_evaluation)
        progress.set_postfix(val_accuracy=f"{val_accuracy:.3f}")
    progress.close()

    best_row = max(rows, key=lambda row: (row["val_accuracy"], row["step"]))
    temperature = fit_temperature(predict_logits(graph, best, data.val_images), data.val_labels)
    facts = {"temperature": temperature, **network_facts(config, len(classes))}
    return Classifier(classes, config, best, reproducible(best_row), facts, training_cost(rows)), rows


def _first_network(config, data, classes, keys, start, frozen_blocks) -> tuple[nnx.GraphDef, nnx.State]:
    blocks = len(NETWORKS[config.network].block_names)
    if not 0 <= frozen_blocks <= blocks or (frozen_blocks and start is None):
        raise ValueError(
            f"frozen_blocks is {frozen_blocks}: the network has {blocks} blocks, and only a start's can be frozen"
        )
    graph, network = initial_network(config.network, len(classes), config.width, keys.initialisation)
    if start is None:
        return graph, fit_input(graph, network, data.train_images)
    kinds = [
        (kind.config.network, kind.config.width, kind.classes) for kind in (start, Classifier(classes, config, {}))
    ]
    if kinds[0] != kinds[1]:
        raise ValueError(f"the classifier to start from is {kinds[0]}, the one to train {kinds[1]}: they must be equal")
    # A copy, because training overwrites its state in place.
    return graph, jax.tree.map(jnp.copy, start.state)


def reproducible(row: dict[str, Any]) -> dict[str, Any]:
    """Return a metrics row without what the clock decides."""
    return {name: value for name, value in row.items() if name not in _OF_THE_CLOCK}


@partial(jax.jit, static_argnums=(0, 1, 2, 3), donate_argnums=4)
def _interval(graph, config, batch_size, frozen_blocks, state, first, keys, images, labels):
    """Take `steps_per_evaluation` steps; return the new state, and each step's loss and share of correct answers."""
    steps = first + jnp.arange(config.steps_per_evaluation)
    order = sample_order(keys.order, first * batch_size, len(steps) * batch_size, len(images)).reshape(-1, batch_size)

    def step(state, step_and_rows):
        number, rows = step_and_rows
        fill_colour = state.rest["mean"][...] * 255
        batch = augment(jax.random.fold_in(keys.augmentation, number), images[rows], config.augmentation, fill_colour)
        return _step(graph, config, frozen_blocks, state, batch, labels[rows])

    return jax.lax.scan(step, state, (steps, order))


def _step(graph, config, frozen_blocks, state, images, labels):
    def loss_of(params):
        network = nnx.merge(graph, params, state.rest, copy=True)
        logits = network(images, training=True, frozen_blocks=frozen_blocks)
        targets = optax.smooth_labels(jax.nn.one_hot(labels, logits.shape[-1]), config.label_smoothing)
        loss = optax.softmax_cross_entropy(logits, targets).mean()
        correct = (logits.argmax(axis=-1) == labels).mean()
        return loss, (correct, split_trained(nnx.state(network), frozen_blocks)[1])

    (loss, (correct, rest)), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.params)
    updates, optimiser = make_optimiser(config).update(gradients, state.optimiser, state.params)
    return TrainState(optax.apply_updates(state.params, updates), rest, optimiser), (loss, correct)


def _merged(state: TrainState) -> nnx.State:
    return nnx.merge_state(state.params, state.rest)


def _measure(graph, network_state, images, labels) -> tuple[float, float]:
    logits = predict_logits(graph, network_state, images)
    loss = optax.softmax_cross_entropy_with_integer_labels(jnp.asarray(logits), jnp.asarray(labels)).mean()
    return float(loss), float((logits.argmax(axis=-1) == labels).mean())


@contextmanager
def _memory_error_named(batch_size: int, config: TrainingConfig):
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise RuntimeError(
            f"out of memory: lower training.batch_size (now {batch_size}) or training.width (now {config.width:g})"
        ) from error


def _require_finite(losses: np.ndarray, first: int, config: TrainingConfig) -> None:
    if not np.isfinite(losses).all():
        step = first + int(np.argmin(np.isfinite(losses)))
        raise FloatingPointError(
            f"the loss is {losses[step - first]} at step {step}, where the learning rate is "
            f"{float(learning_rate_schedule(config)(step)):.3g}; lower learning_rate (now {config.learning_rate:g})"
        )
