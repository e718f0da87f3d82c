"""Measure the training engine against PyTorch: images a second, and seconds of training to a validation accuracy.

All contenders train on the real photographs of the study's classes, the fast network at the study's width; airbench's
network and recipe are its own. Each lives in a process of its own and they take turns, an interval each, so that what
else happens on the machine meets all alike. The first interval, which compiles, counts for the time to an accuracy and
not for the speed. Compiled PyTorch is measured only with `--compile`; it needs minutes and a C++ compiler.

`--runs` repeats everything with other seeds: only then do times to an accuracy have a spread. A finished run is kept in
`--unfinished` until all are, so a measurement that was killed goes on with the run that it was in.
"""

import argparse
import json
import multiprocessing
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interleaved import machine
from photographs.atomic_files import write_json
from photographs.photo_set import PhotoSet, read_photo_set

Turns = list[dict[str, float]]
"""A contender's turns, each {"images", "seconds", "accuracy"}."""

_TARGETS = (0.88, 0.90)
_AIRBENCH_BATCH = 1024
_QUICK_IMAGES = 1024


def main() -> None:
    """Run the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, default=Path("results/real_photos"), help="folder of train and val")
    arguments.add_argument("--width", type=float, default=0.5)
    arguments.add_argument("--batch-size", type=int, default=256)
    arguments.add_argument("--epochs", type=int, default=16, help="length of every contender's run")
    arguments.add_argument("--intervals", type=int, default=16, help="turns; accuracy is measured after each")
    arguments.add_argument("--learning-rate", type=float, default=0.004, help="of our recipe")
    arguments.add_argument("--quick", action="store_true", help="4 turns of 1,024 images: speeds alone")
    arguments.add_argument("--compile", action="store_true", help="also PyTorch compiled, in bfloat16")
    arguments.add_argument("--runs", type=int, default=1, help="times that everything is measured, each a seed")
    arguments.add_argument("--unfinished", type=Path, default=Path("results/.unfinished/bench"))
    arguments.add_argument("--output", type=Path, default=Path("results/bench/training.json"), help="table to write")
    options = arguments.parse_args()
    for split in ("train", "val"):
        if not (options.photos / f"{split}.npz").is_file():
            command = f"snakemake --cores all {options.photos}/{split}.npz"
            raise SystemExit(f"error: {options.photos}/{split}.npz is missing; make it: {command}")

    names = ["fauxtograph", "pytorch_float32", "pytorch_bf16", "airbench"] + ["pytorch_compiled"] * options.compile
    settings = {name: str(value) for name, value in vars(options).items()}
    runs = [_finished_run(run, names, options, settings) for run in range(options.runs)]
    result = summarise(runs) | {"runs": len(runs), "machine": machine(), "settings": settings}
    write_json(options.output, result)
    print(table(result))
    print(f"\nWritten to {options.output}")
    shutil.rmtree(options.unfinished, ignore_errors=True)


def summarise(runs: list[dict[str, Turns]]) -> dict[str, Any]:
    """Return speeds and times from the turns of every contender in every run.

    Speeds are medians over all turns but each run's first. Times and accuracies are medians over runs: null where a run
    did not reach the target. The spread of either is [lowest, highest]; of a single run's time it is null.
    """
    names = list(runs[0])
    speeds = {name: [turn["images"] / turn["seconds"] for turns in runs for turn in turns[name][1:]] for name in names}
    times = {
        f"{target:.2f}": {name: [_seconds_until(turns[name], target) for turns in runs] for name in names}
        for target in _TARGETS
    }
    return {
        "images_per_second": {name: statistics.median(each) for name, each in speeds.items()},
        "images_per_second_spread": {name: [min(each), max(each)] for name, each in speeds.items()},
        "ratio_of_ours": {
            name: statistics.median(our / their for our, their in zip(speeds["fauxtograph"], each, strict=True))
            for name, each in speeds.items()
        },
        "time_to_accuracy_s": {
            target: {name: None if None in each else statistics.median(each) for name, each in of_names.items()}
            for target, of_names in times.items()
        },
        "time_to_accuracy_s_spread": {
            target: {
                name: None if None in each or len(each) == 1 else [min(each), max(each)]
                for name, each in of_names.items()
            }
            for target, of_names in times.items()
        },
        "accuracy_at_the_end": {
            name: statistics.median(turns[name][-1]["accuracy"] for turns in runs) for name in names
        },
    }


def table(result: dict[str, Any]) -> str:
    """Return the result as a Markdown table."""
    times = result["time_to_accuracy_s"]
    lines = [
        f"{result['machine']['processor']}; validation accuracy, runs of each contender: {result['runs']}",
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
            + f" | {result['accuracy_at_the_end'][name]:.3f} |"
        )
    return "\n".join(lines)


def _seconds_until(turns: Turns, target: float) -> float | None:
    passed = 0.0
    for turn in turns:
        passed += turn["seconds"]
        if turn["accuracy"] >= target:
            return round(passed, 1)
    return None


def _finished_run(
    run: int, names: list[str], options: argparse.Namespace, settings: dict[str, str]
) -> dict[str, Turns]:
    """Return a run's turns: measured now, or kept from a measurement of the same settings that was killed later."""
    kept = options.unfinished / f"run_{run}.json"
    asked = {"settings": settings | {"runs": ""}, "contenders": names, "machine": machine()}
    if kept.is_file() and (found := json.loads(kept.read_text()))["asked"] == asked:
        return found["turns"]
    turns = _take_turns(names, {**vars(options), "run": run})
    write_json(kept, {"asked": asked, "turns": turns})
    return turns


def _take_turns(names: list[str], options: dict[str, Any]) -> dict[str, Turns]:
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
    intervals = 4 if options["quick"] else options["intervals"]
    for turn in range(intervals):
        for name in names if turn % 2 == 0 else names[::-1]:
            pipes[name].send("go")
            turns[name].append(pipes[name].recv())
            last = turns[name][-1]
            print(
                f"run {options['run'] + 1}/{options['runs']}, turn {turn + 1}/{intervals}, {name}: "
                f"{last['images'] / last['seconds']:.0f} images/s, validation accuracy {last['accuracy']:.4f}",
                flush=True,
            )
    for process in processes:
        process.join()
    return turns


def _contend(name: str, options: dict[str, Any], pipe) -> None:
    train, val = (read_photo_set(Path(options["photos"]) / f"{split}.npz") for split in ("train", "val"))
    intervals = 4 if options["quick"] else options["intervals"]
    batch = _AIRBENCH_BATCH if name == "airbench" else options["batch_size"]
    steps = max(1, round(options["epochs"] * len(train) / batch / intervals))
    if options["quick"]:
        steps = max(1, _QUICK_IMAGES // batch)
        val = PhotoSet(
            val.images_nhwc[:_QUICK_IMAGES], val.labels[:_QUICK_IMAGES], val.indices[:_QUICK_IMAGES], val.classes
        )
    contend = _contend_ours if name == "fauxtograph" else _contend_torch
    contend(name, options, pipe, train, val, batch, steps, intervals)


def _contend_ours(name, options, pipe, train, val, batch, steps, intervals) -> None:
    from flax_cnn.config import TrainingConfig
    from flax_cnn.keys import training_keys
    from flax_cnn.training import TrainingData
    from flax_cnn.training import train as train_classifier

    config = TrainingConfig(
        width=options["width"],
        steps=steps * intervals,
        evaluations=intervals,
        batch_size=batch,
        learning_rate=options["learning_rate"],
    )

    def report(rows: list[dict[str, Any]]) -> None:
        pipe.send({"images": steps * batch, "seconds": rows[-1]["seconds"], "accuracy": rows[-1]["val_accuracy"]})
        if len(rows) < intervals:
            pipe.recv()

    pipe.send("ready")
    pipe.recv()
    data = TrainingData(train.images_nhwc, train.labels, val.images_nhwc, val.labels)
    train_classifier(config, data, train.classes, training_keys(0, "real", options["run"]), on_interval=report)


def _contend_torch(name, options, pipe, train, val, batch, steps, intervals) -> None:
    from benchmarks.training_contenders import Contender

    contender = Contender(
        train.images_nhwc,
        np.asarray(train.labels),
        len(train.classes),
        1.0 if name == "airbench" else options["width"],
        batch,
        steps * intervals,
        "airbench" if name == "airbench" else "ours",
        bfloat16=name != "pytorch_float32",
        compiled=name == "pytorch_compiled",
        learning_rate=options["learning_rate"],
        seed=options["run"],
    )
    pipe.send("ready")
    for _ in range(intervals):
        pipe.recv()
        began = time.perf_counter()
        contender.train(steps)
        seconds = time.perf_counter() - began
        accuracy = contender.accuracy(val.images_nhwc, val.labels)
        pipe.send({"images": steps * batch, "seconds": seconds, "accuracy": accuracy})


if __name__ == "__main__":
    main()
