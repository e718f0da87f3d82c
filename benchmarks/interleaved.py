"""Fair comparison on a machine that does other things too: all contenders in one run, in alternating turns."""

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Measurement:
    """One contender's repetitions.

    Attributes:
        wall_seconds: time passed, a repetition.
        cpu_seconds: time that this process's threads computed: hardly touched by what else runs on the machine.
    """

    wall_seconds: list[float]
    cpu_seconds: list[float]


def measure_in_turns(contenders: dict[str, Callable[[], None]], repetitions: int) -> dict[str, Measurement]:
    """Run every contender once to warm up, then `repetitions` times in turns: A B, B A, A B and so on."""
    for contender in contenders.values():
        contender()
    measurements = {name: Measurement([], []) for name in contenders}
    for repetition in range(repetitions):
        names = list(contenders) if repetition % 2 == 0 else list(contenders)[::-1]
        for name in names:
            wall, cpu = time.perf_counter(), time.process_time()
            contenders[name]()
            measurements[name].cpu_seconds.append(time.process_time() - cpu)
            measurements[name].wall_seconds.append(time.perf_counter() - wall)
    return measurements


def ratio_of_rates(measured: list[float], reference: list[float]) -> dict[str, float]:
    """Return how many times the reference's speed was reached.

    `median`, `lowest` and `highest` are over repetitions, each compared with the reference's of the same turn; `best`
    compares the fastest of each, which what else runs on the machine slowed down least.
    """
    ratios = [theirs / ours for ours, theirs in zip(measured, reference, strict=True)]
    return {
        "median": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "best": min(reference) / min(measured),
    }


def machine() -> dict[str, str | int | None]:
    """Return what the numbers were measured on."""
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "processor": _processor(),
        "gpu": gpu,
        "torch": torch.__version__,
        "torch_threads": torch.get_num_threads(),
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            return next(line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
