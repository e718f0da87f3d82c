"""Measure the analysis of a large study: from its photographs and networks on, to the report.

The study is made up in a temporary folder: real photographs of six classes, as many stand-ins for generated ones, and
the networks that ship with the project in the place of every seed's. It is put through the commands that the workflow
runs, with the settings of `config.yaml`: the networks' answers and features, the transfer matrix, the mixtures, the
generator's quality (with the search for copies), the representations (but for the transplants, which are trainings),
the domain gap, trust, the figures, the page and its print version. As many commands run side by side as `--jobs` says,
each with one thread, as in the workflow. A command's memory is the most that its process held at once.
"""

import argparse
import math
import multiprocessing
import operator
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from benchmarks.analysis_commands import MIXTURES, stages
from benchmarks.analysis_data import SPLITS, write_study
from benchmarks.interleaved import machine
from benchmarks.measured_command import REPOSITORY, Cost
from benchmarks.real_photographs import require_splits
from photographs.atomic_files import write_json


def make_study(folder: Path, photos: Path, images_per_class: int, seeds: int) -> None:
    """Write what the commands read, in a process of its own: its memory would count as that of every later one."""
    arguments = (folder, photos, images_per_class, seeds, MIXTURES)
    writer = multiprocessing.get_context("spawn").Process(target=write_study, args=arguments)
    writer.start()
    writer.join()
    if writer.exitcode:
        raise RuntimeError("the study could not be made up")


def main() -> None:
    """Measure, and print the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, default=Path("results/real_photos"), help="folder of the three splits")
    parser.add_argument("--images-per-class", type=int, default=6000, help="of each of six classes and each kind")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="commands side by side")
    parser.add_argument("--output", type=Path, default=Path("results/bench/analysis.json"), help="costs to write")
    options = parser.parse_args()
    require_splits(options.photos, "train", "val", "test")
    settings = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    per_class, seeds = options.images_per_class, options.seeds
    asked = {"train": settings["images_per_class"]["train"], "test": settings["trust"]["photos_per_class"]}
    least = max(math.ceil(number / SPLITS[split]) for split, number in asked.items())
    if per_class < least:
        parser.error(f"--images-per-class is {per_class}: config.yaml's settings take at least {least}")
    costs: list[Cost] = []
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(name)
        make_study(folder, options.photos, per_class, seeds)
        began = time.perf_counter()
        for stage in stages(folder, per_class, seeds, settings):
            costs += pool.map(operator.call, stage)
        seconds = time.perf_counter() - began
    worked, most = sum(cost.processor_seconds for cost in costs), max(cost.megabytes for cost in costs)
    print(f"{'all, ' + str(options.jobs) + ' side by side':28} {seconds:7.1f} s {worked:7.1f} s {most:7.0f} MB at most")
    made = {"images_per_class": per_class, "seeds": seeds, "jobs": options.jobs}
    totals = {"seconds": seconds, "processor_seconds": worked, "megabytes_of_largest": most}
    write_json(options.output, made | totals | {"machine": machine(), "costs": [cost._asdict() for cost in costs]})


if __name__ == "__main__":
    main()
