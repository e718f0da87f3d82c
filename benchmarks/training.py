"""Measure the training engine against PyTorch: images a second, and seconds of training to a validation accuracy.

All contenders train on the real photographs of the study's classes, the fast network at the study's width; airbench's
network and recipe are its own. Each lives in a process of its own and they take turns, an interval each, so that what
else happens on the machine meets all alike. The first interval, which compiles, counts for the time to an accuracy and
not for the speed. Compiled PyTorch is measured only with `--compile`; it needs minutes and a C++ compiler.
"""

import argparse
import multiprocessing
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interleaved import machine
from photographs.atomic_files import write_json
from photographs.photo_set import PhotoSet, read_photo_set

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
    arguments.add_argument("--output", type=Path, default=Path("results/bench/training.json"), help="table to write")
    options = arguments.parse_args()
    for split in ("train", "val"):
        if not (options.photos / f"{split}.npz").is_file():
            command = f"snakemake --cores all {options.photos}/{split}.npz"
            raise SystemExit(f"error: {options.photos}/{split}.npz is missing; make it: {command}")

    names = ["fauxtograph", "pytorch_float32", "pytorch_bf16", "airbench"] + ["pytorch_compiled"] * options.compile
    print(f"{len(names)} contenders, {options.intervals if not options.quick else 4} turns each", flush=True)
    turns = _take_turns(names, vars(options))
    result = summarise(turns) | {"machine": machine(), "settings": {k: str(v) for k, v in vars(options).items()}}
    write_json(options.output, result)
    print(table(result))
    print(f"\nWritten to {options.output}")


def summarise(turns: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """Return speeds and times from every contender's turns, each {"images", "seconds", "accuracy"}."""
    speeds = {name: [turn["images"] / turn["seconds"] for turn in each[1:]] for name, each in turns.items()}
    ours = speeds["fauxtograph"]
    return {
        "images_per_second": {name: statistics.median(each) for name, each in speeds.items()},
        "images_per_second_spread": {name: [min(each), max(each)] for name, each in speeds.items()},
        "ratio_of_ours": {
            name: statistics.median(our / their for our, their in zip(ours, each, strict=True))
            for name, each in speeds.items()
        },
        "time_to_accuracy_s": {
            f"{target:.2f}": {name: _seconds_until(each, target) for name, each in turns.items()} for target in _TARGETS
        },
        "accuracy_at_the_end": {name: each[-1]["accuracy"] for name, each in turns.items()},
    }


def table(result: dict[str, Any]) -> str:
    """Return the result as a Markdown table."""
    times = result["time_to_accuracy_s"]
    lines = [
        f"{result['machine']['processor']}; validation accuracy of one run each",
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


def _seconds_until(turns: list[dict[str, float]], target: float) -> float | None:
    passed = 0.0
    for turn in turns:
        passed += turn["seconds"]
        if turn["accuracy"] >= target:
            return round(passed, 1)
    return None


def _take_turns(names: list[str], options: dict[str, Any]) -> dict[str, list[dict[str, float]]]:
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for name in names:
        pipes[name], theirs = context.Pipe()
        process = context.Process(target=_contend, args=(name, options, theirs), daemon=True)
        process.start()
        processes.append(process)
        theirs.close()
        pipes[name].recv()  # ready
    turns: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    intervals = 4 if options["quick"] else options["intervals"]
    for turn in range(intervals):
        for name in names if turn % 2 == 0 else names[::-1]:
            pipes[name].send("go")
            turns[name].append(pipes[name].recv())
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
    train_classifier(config, data, train.classes, training_keys(0, "real", 0), on_interval=report)


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
