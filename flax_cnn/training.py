"""The training run, a pure function of configuration, data and keys. Every evaluation interval is one compiled call.

The whole data set lies on the device as uint8. A step depends on the state before it and on the step's number alone
(`steps.py`), so a resumed run ends with the same bits as an undisturbed one. Tested on CPUs; for GPUs
`workflow_scripts.with_own_gpu` tells XLA to compute in the same way every time.
"""

import time
from collections.abc import Callable, Sequence
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
from flax_cnn.cost import training_cost
from flax_cnn.devices import batch_sharding, on_every_device
from flax_cnn.divergence import require_progress
from flax_cnn.evaluation import predict_logits, require_images
from flax_cnn.facts import fit_temperature, network_facts
from flax_cnn.keys import TrainingKeys
from flax_cnn.memory import too_little_memory_names
from flax_cnn.network import NETWORKS, fit_input, initial_network, split_trained
from flax_cnn.resuming import ResumeFolder
from flax_cnn.schedule import learning_rate_schedule, make_optimiser
from flax_cnn.steps import Program, TrainState, run_interval

Rows = list[dict[str, Any]]

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

    def require_sound(self, classes: int) -> None:
        """Raise ValueError unless the arrays are as above, for so many classes, and neither part is empty."""
        for part, images, labels in (
            ("training", self.train_images, self.train_labels),
            ("validation", self.val_images, self.val_labels),
        ):
            require_images(images)
            if not len(images):
                raise ValueError(f"there are no {part} images: there must be at least one")
            if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
                raise ValueError(
                    f"{part} labels are {labels.dtype} {labels.shape}: {len(images)} images take as many whole numbers"
                )
            if labels.min() < 0 or labels.max() >= classes:
                raise ValueError(
                    f"{part} labels go from {labels.min()} to {labels.max()}: those of {classes} classes are "
                    f"0 to {classes - 1}"
                )


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
        train_loss is the loss of smoothed labels (`label_smoothing`) and changed images, val_loss that of the labels
        and images themselves: they are not to be compared.

    Raises:
        FloatingPointError: a loss became NaN or infinite, or grew to ten times a guess's; step and rate are named.
        RuntimeError: memory ran out; the message names the setting to change.
        ValueError: `data` is not what `TrainingData` says or empty, `start` is of another kind, or
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
    are the program's divided by its seeds, and images_per_second is that of all seeds together. Several seeds on
    several devices are a ValueError.
    """
    data.require_sound(len(classes))
    batch_size = min(config.batch_size, len(data.train_images))
    sharding = batch_sharding(batch_size)
    if sharding and len(keys) > 1:
        # XLA does not part a vmapped convolution: every device would gather the whole batch and compute all of it.
        raise ValueError(
            f"{len(keys)} seeds side by side on {sharding.mesh.size} devices: a job takes several of the one or of the "
            "other; set seeds_per_job to 1 or gpus.training to 1"
        )

    # ---- start: from the keys, or from where the last run was killed
    networks = [_first_network(config, data, classes, each, start, frozen_blocks) for each in keys]
    program = Program(networks[0][0], config, batch_size, frozen_blocks, sharding, len(keys))
    states = [_first_state(config, network, frozen_blocks) for _, network in networks]
    best, rows, first_step = [_merged(state) for state in states], [[] for _ in keys], 0
    if resume and (saved := resume.latest()):
        first_step, arrays, rows = saved
        states, best = fill((states, best), arrays)
    with too_little_memory_names(f"images_per_class.train (now {len(data.train_images)} images in all)"):
        images, labels = jnp.asarray(data.train_images), jnp.asarray(data.train_labels, jnp.int32)
        images, labels = jax.block_until_ready(on_every_device((images, labels), sharding))

    # ---- intervals: train, measure, keep the best, save
    with too_little_memory_names(_what_needs_memory(program)):
        states = on_every_device(states, sharding)
        progress = tqdm(total=config.steps, initial=first_step, unit="step", disable=None)
        for first in range(first_step, config.steps, config.steps_per_evaluation):
            began, core_began = time.perf_counter(), time.process_time()
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
                val_loss, val_accuracy = _measure(program.graph, _merged(state), data.val_images, data.val_labels)
                whose = f"training {seed + 1} of {len(keys)} side by side: " if len(keys) > 1 else ""
                require_progress(losses[seed], val_loss, first, config, len(classes), whose)
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
    return Classifier(
        classes, program.config, network, reproducible(best_row), facts, training_cost(rows, program.seeds)
    )


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


def _what_needs_memory(program: Program) -> str:
    seeds = f"seeds_per_job (now {program.seeds}), " if program.seeds > 1 else ""
    return (
        f"{seeds}training.batch_size (a batch has {program.batch_size} images) "
        f"or training.width (now {program.config.width:g})"
    )
