"""The training run, a pure function of configuration, data and keys. Every evaluation interval is one compiled call.

The whole data set lies on the device as uint8. A step depends on the state before it and on the step's number alone
(`steps.py`), so a resumed run ends with the same bits as an undisturbed one.
"""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from tqdm import tqdm

from flax_cnn.checkpoints import fill, named_arrays
from flax_cnn.classifier import Classifier
from flax_cnn.config import TrainingConfig
from flax_cnn.devices import batch_sharding, on_every_device
from flax_cnn.evaluation import predict_logits
from flax_cnn.facts import fit_temperature, network_facts, training_cost
from flax_cnn.keys import TrainingKeys
from flax_cnn.network import NETWORKS, fit_input, initial_network, split_trained
from flax_cnn.resuming import ResumeFolder
from flax_cnn.schedule import learning_rate_schedule, make_optimiser
from flax_cnn.steps import Program, TrainState, run_interval

Rows = list[dict[str, Any]]

# A guess costs ln K. Sound trainings begin near it; ten times as much for half an interval's steps is no detour.
_DIVERGED = 10
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


def train(
    config: TrainingConfig,
    data: TrainingData,
    classes: tuple[str, ...],
    keys: TrainingKeys,
    resume: ResumeFolder | None = None,
    on_interval: Callable[[Rows], None] = lambda rows: None,
    start: Classifier | None = None,
    frozen_blocks: int = 0,
) -> tuple[Classifier, Rows]:
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
        FloatingPointError: the loss became NaN or infinite, or grew to ten times a guess's; step and rate are named.
        RuntimeError: memory ran out; the message names the setting to change.
        ValueError: there are no training or no validation images, `start` is of another kind, or
            `frozen_blocks` is more than the network has, or asked for without `start`.
    """
    (trained,) = train_seeds(
        config, data, classes, [keys], resume, lambda rows: on_interval(rows[0]), start, frozen_blocks
    )
    return trained


def train_seeds(
    config: TrainingConfig,
    data: TrainingData,
    classes: tuple[str, ...],
    keys: Sequence[TrainingKeys],
    resume: ResumeFolder | None = None,
    on_interval: Callable[[list[Rows]], None] = lambda rows: None,
    start: Classifier | None = None,
    frozen_blocks: int = 0,
) -> list[tuple[Classifier, Rows]]:
    """Train one classifier for each of `keys`, all side by side in one program: worth it where a device has room.

    Each is what `train` alone gives, but for rounding: XLA may sum in another order. Arguments, results and errors are
    those of `train`, with a list over seeds in the place of keys, rows and results; a row's seconds and core_seconds
    are the program's divided by its seeds, and images_per_second is that of all seeds together.
    """
    if not len(data.train_images) or not len(data.val_images):
        raise ValueError(
            f"{len(data.train_images)} training and {len(data.val_images)} validation images: both must be at least one"
        )
    batch_size = min(config.batch_size, len(data.train_images))
    sharding = batch_sharding(batch_size)

    # ---- start: from the keys, or from where the last run was killed
    networks = [_first_network(config, data, classes, each, start, frozen_blocks) for each in keys]
    program = Program(networks[0][0], config, batch_size, frozen_blocks, sharding, len(keys))
    states = [_first_state(config, network, frozen_blocks) for _, network in networks]
    best, rows, first_step = [_merged(state) for state in states], [[] for _ in keys], 0
    if resume and (saved := resume.latest()):
        first_step, arrays, rows = saved
        states, best = fill((states, best), arrays)
    images, labels = jnp.asarray(data.train_images), jnp.asarray(data.train_labels, jnp.int32)
    states, images, labels = on_every_device((states, images, labels), sharding)

    # ---- intervals: train, measure, keep the best, save
    progress = tqdm(total=config.steps, initial=first_step, unit="step", disable=None)
    for first in range(first_step, config.steps, config.steps_per_evaluation):
        began, core_began = time.perf_counter(), time.process_time()
        with _memory_error_named(program):
            states, (losses, correct) = run_interval(program, states, jnp.int32(first), list(keys), images, labels)
            losses, correct = np.asarray(losses), np.asarray(correct)
        seconds, core_seconds = time.perf_counter() - began, time.process_time() - core_began
        step = first + config.steps_per_evaluation
        speed = {
            "seconds": round(seconds / len(keys), 3),
            "core_seconds": round(core_seconds / len(keys), 3),
            "images_per_second": round(len(keys) * config.steps_per_evaluation * batch_size / seconds, 1),
        }
        for seed, state in enumerate(states):
            _require_progress(losses[seed], first, config, len(classes))
            val_loss, val_accuracy = _measure(program.graph, _merged(state), data.val_images, data.val_labels)
            measured = {
                "step": step,
                "epoch": round(step * batch_size / len(images), 3),
                "train_loss": float(losses[seed].mean()),
                "train_accuracy": float(correct[seed].mean()),
                "val_loss": val_loss,
                "val_accuracy": val_accuracy,
                "learning_rate": float(learning_rate_schedule(config)(step - 1)),
            }
            rows[seed] = [*rows[seed], measured | speed]
            if val_accuracy >= max(row["val_accuracy"] for row in rows[seed]):
                # A copy, because the next interval overwrites the state in place.
                best[seed] = jax.tree.map(jnp.copy, _merged(state))
        if resume:
            resume.save(step, named_arrays((states, best)), rows)
        on_interval(rows)
        progress.update(config.steps_per_evaluation)
        progress.set_postfix(val_accuracy=" ".join(f"{each[-1]['val_accuracy']:.3f}" for each in rows))
    progress.close()

    return [(_finished(program, classes, state, each, data), each) for state, each in zip(best, rows, strict=True)]


def _finished(program, classes, network, rows, data) -> Classifier:
    best_row = max(rows, key=lambda row: (row["val_accuracy"], row["step"]))
    temperature = fit_temperature(predict_logits(program.graph, network, data.val_images), data.val_labels)
    facts = {"temperature": temperature, **network_facts(program.config, len(classes))}
    return Classifier(classes, program.config, network, reproducible(best_row), facts, training_cost(rows))


def _first_state(config, network, frozen_blocks) -> TrainState:
    params, rest = split_trained(network, frozen_blocks)
    return TrainState(params, rest, make_optimiser(config).init(params))


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


def _merged(state: TrainState) -> nnx.State:
    return nnx.merge_state(state.params, state.rest)


def _measure(graph, network_state, images, labels) -> tuple[float, float]:
    logits = predict_logits(graph, network_state, images)
    loss = optax.softmax_cross_entropy_with_integer_labels(jnp.asarray(logits), jnp.asarray(labels)).mean()
    return float(loss), float((logits.argmax(axis=-1) == labels).mean())


@contextmanager
def _memory_error_named(program: Program):
    try:
        yield
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        fewer = f"seeds_per_job (now {program.seeds}), " if program.seeds > 1 else ""
        raise RuntimeError(
            f"out of memory: lower {fewer}training.batch_size (now {program.batch_size}) "
            f"or training.width (now {program.config.width:g})"
        ) from error


def _require_progress(losses: np.ndarray, first: int, config: TrainingConfig, classes: int) -> None:
    """Raise FloatingPointError for losses of an interval's steps that are not finite, or mostly far above a guess's."""
    unsound = ~np.isfinite(losses)
    if np.median(losses) > _DIVERGED * math.log(classes):
        unsound |= losses > _DIVERGED * math.log(classes)
    if unsound.any():
        step = first + int(np.argmax(unsound))
        raise FloatingPointError(
            f"the loss is {losses[step - first]:g} at step {step}, where the learning rate is "
            f"{float(learning_rate_schedule(config)(step)):.3g}; lower learning_rate (now {config.learning_rate:g})"
        )
