"""Measure that a study compiles once: jobs of several arms and seeds, one after another, each a process of its own.

Random images stand for photographs, which compilation does not see. The jobs share an empty folder of compiled
programs. The table says for each how many programs it found there, how many it compiled and put there, and the seconds
that it spent on either. Here every program is kept; in a study, only those that take JAX a second or more to compile.
"""

import argparse
import json
import multiprocessing
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.interleaved import machine
from photographs.atomic_files import write_json

_EVENTS = {"/jax/compilation_cache/cache_hits": "found", "/jax/compilation_cache/cache_misses": "compiled"}
_DURATION = "/jax/core/compile/backend_compile_duration"


def main() -> None:
    """Run the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--arms", nargs="+", default=["real", "synthetic"])
    arguments.add_argument("--seeds", type=int, default=2)
    arguments.add_argument("--network", default="fast")
    arguments.add_argument("--width", type=float, default=0.5)
    arguments.add_argument("--batch-size", type=int, default=128)
    arguments.add_argument("--output", type=Path, default=Path("results/bench/compilation.json"))
    options = arguments.parse_args()
    jobs = []
    print("| job | arm | seed | programs found | programs compiled | seconds |\n|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as cache:
        for arm in options.arms:
            for seed in range(options.seeds):
                jobs.append(measure_job(Path(cache), arm, seed, options.network, options.width, options.batch_size))
                row = jobs[-1]
                print(
                    f"| {len(jobs)} | {arm} | {seed} | {row['found']} | {row['compiled']} | {row['seconds']:.1f} |",
                    flush=True,
                )
    write_json(options.output, {"jobs": jobs, "machine": machine()})


def measure_job(cache: Path, arm: str, seed: int, network: str, width: float, batch_size: int) -> dict[str, Any]:
    """Train for two steps in a new process; return {"arm", "seed", "found", "compiled", "seconds"} of its programs."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_job, args=(theirs, cache, arm, seed, network, width, batch_size))
    process.start()
    theirs.close()
    try:
        counted = json.loads(mine.recv())
    except EOFError:
        raise SystemExit("error: the training that was to be measured failed; see above") from None
    process.join()
    return {"arm": arm, "seed": seed, **counted}


def _job(pipe, cache, arm, seed, network, width, batch_size) -> None:
    import jax

    from flax_cnn.config import TrainingConfig
    from flax_cnn.keys import training_keys
    from flax_cnn.training import TrainingData, train

    # Not by `keep_compiled_programs`: the measurement's folder goes before the machine's own.
    jax.config.update("jax_compilation_cache_dir", str(cache))
    # Otherwise a program of about a second would be kept or not as the machine is busy, and the counts would not agree.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    counted = {"found": 0, "compiled": 0, "seconds": 0.0}

    def count(event: str, **_) -> None:
        if event in _EVENTS:
            counted[_EVENTS[event]] += 1

    def add(event: str, seconds: float, **_) -> None:
        if event == _DURATION:
            counted["seconds"] += seconds

    jax.monitoring.register_event_listener(count)
    jax.monitoring.register_event_duration_secs_listener(add)
    random = np.random.default_rng([seed, len(arm)])
    images = random.integers(0, 256, (4 * batch_size, 32, 32, 3)).astype(np.uint8)
    labels = np.arange(len(images), dtype=np.int32) % 6
    config = TrainingConfig(network=network, width=width, steps=2, evaluations=2, batch_size=batch_size)
    classes = tuple("abcdef")
    train(config, TrainingData(images, labels, images[:64], labels[:64]), classes, training_keys(0, arm, seed))
    pipe.send(json.dumps(counted))


if __name__ == "__main__":
    main()
