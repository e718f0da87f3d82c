"""Measure the training engine against PyTorch: images a second, and seconds of training to a validation accuracy.

All contenders train on the real photographs of the study's classes: the fast network by the quick recipe of
`benchmarks.recipes`, airbench's network by its own recipe and for its own number of epochs. Each lives in a process of
its own and they take turns, so that what else happens on the machine meets all alike.

First the speed: turns of 1,024 images, the first of which compiles and is not counted. Then the race to an accuracy, an
interval each, whose program's compilation counts, and whose longer turns tell the speed better. Who was slower than
ours by more than `--patience` times stays out of it (bfloat16 on a processor that emulates it would take a day), and
has null for its times. airbench's network computes in bfloat16 where the processor does, and in float32 elsewhere.
Compiled PyTorch is measured only with `--compile`; it needs minutes and a C++ compiler.

`--runs` repeats the race with other seeds: only then do times to an accuracy have a spread. What is finished is kept in
`--unfinished` until all is, so a measurement that was killed goes on with the run that it was in.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interleaved import machine
from benchmarks.real_photographs import require_splits
from benchmarks.recipes import RECIPES, Recipe
from flax_cnn.config import Augmentation
from photographs.atomic_files import write_json
from photographs.photo_set import PhotoSet, read_photo_set

Turns = list[dict[str, float]]
"""A contender's turns, each {"images", "seconds", "accuracy"}."""

OURS = RECIPES["quick"]
# Its optimiser, learning rate and decay, which TrainingConfig has no words for: `training_contenders`.
AIRBENCH = Recipe(
    epochs=9.9,
    evaluations=OURS.evaluations,
    settings={
        "width": 1.0,
        "batch_size": 1024,
        "warmup_fraction": 0.23,
        "label_smoothing": 0.2,
        "augmentation": Augmentation(alternating=True),
    },
)
_TARGETS = (0.88, 0.90)
_SPEED_TURNS, _SPEED_IMAGES = 4, 1024
# Beside the engine: what a race depends on, so that turns of other code are not taken for this one's.
_CODE = ("training.py", "training_contenders.py", "recipes.py")


def main() -> None:
    """Run the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, default=Path("results/real_photos"), help="folder of train and val")
    arguments.add_argument("--quick", action="store_true", help="speeds alone")
    arguments.add_argument("--patience", type=float, default=5, help="who is slower by more than this does not race")
    arguments.add_argument("--compile", action="store_true", help="also PyTorch compiled, in bfloat16")
    arguments.add_argument("--runs", type=int, default=1, help="races, each with a seed of its own")
    arguments.add_argument("--unfinished", type=Path, default=Path("results/.unfinished/bench"))
    arguments.add_argument("--output", type=Path, default=Path("results/bench/training.json"), help="table to write")
    options = arguments.parse_args()
    require_splits(options.photos, "train", "val")
    # Before any process starts: torch's contenders compute on the CPU, and so must ours, whatever the machine has.
    os.environ["JAX_PLATFORMS"] = "cpu"

    names = ["fauxtograph", "pytorch_float32", "pytorch_bf16", "airbench"] + ["pytorch_compiled"] * options.compile
    speeds = _finished_turns("speeds", names, options)
    racing = [] if options.quick else _fast_enough(speeds, options.patience)
    runs = [_finished_turns(f"race_{run}", racing, options, run) for run in range(options.runs if racing else 0)]
    result = summarise(speeds, runs) | {
        "runs": len(runs),
        "arithmetic": {name: _arithmetic(name) for name in names},
        "machine": machine(),
        "settings": _settings(options),
    }
    write_json(options.output, result)
    print(table(result))
    print(f"\nWritten to {options.output}")
    # By name, for the folder may hold what others keep there.
    for part in ("speeds", *(f"race_{run}" for run in range(options.runs))):
        _kept(options, part).unlink(missing_ok=True)


def summarise(speeds: dict[str, Turns], races: list[dict[str, Turns]]) -> dict[str, Any]:
    """Return speeds and times from the turns of every contender, and of those who raced in every race.

    Speeds are medians over the turns of the races, which are longer, or for who did not race of the speeds; the first
    turn compiles and does not count. `ratio_of_ours` compares turn by turn. Times and accuracies are medians over
    races: null where a contender did not race, or did not reach the target in each. The spread of either is
    [lowest, highest]; of a single race's time it is null.
    """
    pairs = {name: _speeds_beside_ours(name, [race for race in races if name in race] or [speeds]) for name in speeds}
    counted = {name: [theirs for _, theirs in each] for name, each in pairs.items()}
    times = {
        f"{target:.2f}": {name: [_seconds_until(race.get(name, []), target) for race in races] for name in speeds}
        for target in _TARGETS
    }
    return {
        "images_per_second": {name: statistics.median(each) for name, each in counted.items()},
        "images_per_second_spread": {name: [min(each), max(each)] for name, each in counted.items()},
        "ratio_of_ours": {
            name: statistics.median(ours / theirs for ours, theirs in each) for name, each in pairs.items()
        },
        "time_to_accuracy_s": {
            target: {name: _median_of_all(each) for name, each in of_names.items()}
            for target, of_names in times.items()
        },
        "time_to_accuracy_s_spread": {
            target: {
                name: None if None in each or len(each) < 2 else [min(each), max(each)]
                for name, each in of_names.items()
            }
            for target, of_names in times.items()
        },
        "accuracy_at_the_end": {
            name: _median_of_all([race[name][-1]["accuracy"] for race in races if name in race]) for name in speeds
        },
    }


def table(result: dict[str, Any]) -> str:
    """Return the result as a Markdown table."""
    times = result["time_to_accuracy_s"]
    lines = [
        f"{result['machine']['processor']}; validation accuracy, races: {result['runs']}",
        "",
        "| contender | images/s (lowest–highest) | ours / it | " + " | ".join(f"s to {t}" for t in times) + " | end |",
        "|---|---|---|" + "---|" * (len(times) + 1),
    ]
    for name, speed in result["images_per_second"].items():
        low, high = result["images_per_second_spread"][name]
        reached = ["–" if each[name] is None else f"{each[name]:.0f}" for each in times.values()]
        lines.append(
            f"| {name} | {speed:.0f} ({low:.0f}–{high:.0f}) | {result['ratio_of_ours'][name]:.2f} | "
            + " | ".join(reached)
            + (" | – |" if (end := result["accuracy_at_the_end"][name]) is None else f" | {end:.3f} |")
        )
    return "\n".join(lines)


def _speeds_beside_ours(name: str, parts: list[dict[str, Turns]]) -> list[tuple[float, float]]:
    """Return (ours, theirs) in images a second for every turn of every part but the first, which compiles."""
    return [
        (ours["images"] / ours["seconds"], theirs["images"] / theirs["seconds"])
        for part in parts
        for ours, theirs in zip(part["fauxtograph"][1:], part[name][1:], strict=True)
    ]


def _median_of_all(values: list[float | None]) -> float | None:
    return None if None in values or not values else statistics.median(values)


def _seconds_until(turns: Turns, target: float) -> float | None:
    passed = 0.0
    for turn in turns:
        passed += turn["seconds"]
        if turn["accuracy"] >= target:
            return round(passed, 1)
    return None


def _fast_enough(speeds: dict[str, Turns], patience: float) -> list[str]:
    measured = summarise(speeds, [])["images_per_second"]
    slow = [name for name, speed in measured.items() if speed * patience < measured["fauxtograph"]]
    for name in slow:
        print(f"{name} does not race: {measured[name]:.0f} images/s, ours {measured['fauxtograph']:.0f}", flush=True)
    return [name for name in speeds if name not in slow]


def _settings(options: argparse.Namespace) -> dict[str, str]:
    return {name: str(value) for name, value in vars(options).items()}


def _finished_turns(
    part: str, names: list[str], options: argparse.Namespace, run: int | None = None
) -> dict[str, Turns]:
    """Return everyone's turns in a race, or without `run` the speeds': measured now, or kept from a killed start."""
    kept = _kept(options, part)
    asked = {
        "settings": _settings(options) | {"runs": ""},
        "contenders": names,
        "machine": machine(),
        "code": _code_fingerprint(),
    }
    if kept.is_file() and (found := json.loads(kept.read_text(encoding="utf-8")))["asked"] == asked:
        return found["turns"]
    arithmetic = {name: _arithmetic(name) for name in names}
    turns = _take_turns(part, names, vars(options) | {"seed": run or 0, "speed": run is None, "arithmetic": arithmetic})
    write_json(kept, {"asked": asked, "turns": turns})
    return turns


def _code_fingerprint() -> str:
    # JAX stays out of the torch processes.
    from flax_cnn.resuming import run_fingerprint

    return run_fingerprint(*(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in _CODE))


def _kept(options: argparse.Namespace, part: str) -> Path:
    return options.unfinished / f"{part}.json"


def _take_turns(part: str, names: list[str], options: dict[str, Any]) -> dict[str, Turns]:
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for name in names:
        pipes[name], theirs = context.Pipe()
        process = context.Process(target=_contend, args=(name, options, theirs), daemon=True)
        process.start()
        processes.append(process)
        theirs.close()
        pipes[name].recv()  # ready
    turns: dict[str, Turns] = {name: [] for name in names}
    intervals = _intervals(options)
    for turn in range(intervals):
        for name in names if turn % 2 == 0 else names[::-1]:
            pipes[name].send("go")
            turns[name].append(pipes[name].recv())
            last = turns[name][-1]
            print(
                f"{part}, turn {turn + 1}/{intervals}, {name}: "
                f"{last['images'] / last['seconds']:.0f} images/s, validation accuracy {last['accuracy']:.4f}",
                flush=True,
            )
    for process in processes:
        process.join()
    return turns


def _arithmetic(name: str) -> str:
    """Return what a contender's products are made of: float32 or bfloat16."""
    # JAX stays out of the torch processes.
    from flax_cnn.convolution import convolution_method
    from flax_cnn.onednn_library import has_bfloat16_units

    if name == "fauxtograph":
        return "bfloat16" if convolution_method() == "onednn bfloat16" else "float32"
    if name == "airbench":
        return "bfloat16" if has_bfloat16_units() else "float32"
    return "float32" if name == "pytorch_float32" else "bfloat16"


def _intervals(options: dict[str, Any]) -> int:
    return _SPEED_TURNS if options["speed"] else OURS.evaluations


def _contend(name: str, options: dict[str, Any], pipe) -> None:
    train, val = (read_photo_set(Path(options["photos"]) / f"{split}.npz") for split in ("train", "val"))
    config = (AIRBENCH if name == "airbench" else OURS).training(len(train))
    if options["speed"]:
        steps = max(1, _SPEED_IMAGES // config.batch_size) * _SPEED_TURNS
        config = config.model_copy(update={"steps": steps, "evaluations": _SPEED_TURNS})
        val = PhotoSet(
            val.images_nhwc[:_SPEED_IMAGES], val.labels[:_SPEED_IMAGES], val.indices[:_SPEED_IMAGES], val.classes
        )
    contend = _contend_ours if name == "fauxtograph" else _contend_torch
    contend(name, options, pipe, train, val, config)


def _contend_ours(name, options, pipe, train, val, config) -> None:
    from flax_cnn.keys import training_keys
    from flax_cnn.training import TrainingData
    from flax_cnn.training import train as train_classifier

    def report(rows: list[dict[str, Any]]) -> None:
        images = config.steps_per_evaluation * config.batch_size
        pipe.send({"images": images, "seconds": rows[-1]["seconds"], "accuracy": rows[-1]["val_accuracy"]})
        if len(rows) < config.evaluations:
            pipe.recv()

    pipe.send("ready")
    pipe.recv()
    data = TrainingData(train.images_nhwc, train.labels, val.images_nhwc, val.labels)
    train_classifier(config, data, train.classes, training_keys(0, "real", options["seed"]), on_interval=report)


def _contend_torch(name, options, pipe, train, val, config) -> None:
    from benchmarks.training_contenders import Contender

    contender = Contender(
        train.images_nhwc,
        np.asarray(train.labels),
        len(train.classes),
        config,
        "airbench" if name == "airbench" else "ours",
        bfloat16=options["arithmetic"][name] == "bfloat16",
        compiled=name == "pytorch_compiled",
        seed=options["seed"],
    )
    pipe.send("ready")
    for _ in range(config.evaluations):
        pipe.recv()
        began = time.perf_counter()
        contender.train(config.steps_per_evaluation)
        seconds = time.perf_counter() - began
        accuracy = contender.accuracy(val.images_nhwc, val.labels)
        images = config.steps_per_evaluation * config.batch_size
        pipe.send({"images": images, "seconds": seconds, "accuracy": accuracy})


if __name__ == "__main__":
    main()
