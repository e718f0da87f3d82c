"""One of workflow_scripts run to its end with one thread, as the workflow runs it, and what it cost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent


class Cost(NamedTuple):
    """What one command took: seconds of wall clock and of processor, and its peak memory in megabytes."""

    command: str
    seconds: float
    processor_seconds: float
    megabytes: float


Measurement = Callable[[], Cost]


def measured(command: str, *switches: str, **flags) -> Measurement:
    """Return what runs one of workflow_scripts to its end; it raises RuntimeError where the command fails."""
    arguments = [sys.executable, "-m", f"workflow_scripts.{command}", *switches]
    for flag, value in flags.items():
        values = value if isinstance(value, list | tuple) else [value]
        arguments += ["--" + flag.replace("_", "-"), *map(str, values)]

    def run() -> Cost:
        began = time.perf_counter()
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"{command} failed; its own message stands above")
        cost = Cost(command, time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
        print(
            f"{command:28} {cost.seconds:7.1f} s {cost.processor_seconds:7.1f} s {cost.megabytes:7.0f} MB", flush=True
        )
        return cost

    return run
