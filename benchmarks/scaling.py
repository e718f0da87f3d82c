"""Where does the study stop scaling? A simulation of a large one on more and more GPUs, from measured costs.

Shards go through the submission queue of profiles/slurm (so many a second, so many in hand) to the GPUs; planning
before them and merging after them are one process each, and every training is one job on one GPU. Each cost is an
argument; docs/scaling.md says where the defaults come from. With --plan it measures Snakemake's planning instead.
"""

import argparse
import heapq
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

_PROFILE = Path("profiles/slurm/config.yaml")
_STUDY = ("config.yaml", "studies/scale_10000_shards.yaml")
# What one more doubling of the GPUs must save for the study to count as scaling.
_WORTH_DOUBLING = 0.1


@dataclass(frozen=True)
class Costs:
    """What each step takes, in seconds, images a second, or jobs."""

    images_per_second: float
    start_seconds: float
    planned_shards_per_second: float
    merged_images_per_second: float
    trainings: int
    images_a_training: float
    trained_images_per_second: float
    submissions_per_second: float
    jobs_in_hand: int


@dataclass(frozen=True)
class Course:
    """How a study goes: hours of each step, and the GPU-hours of drawing and training."""

    gpus: int
    planning: float
    drawing: float
    merging: float
    training: float
    gpu_hours: float

    @property
    def wall(self) -> float:
        """Hours from the command to the last classifier."""
        return self.planning + self.drawing + self.merging + self.training


def drawing_seconds(jobs: int, job_seconds: float, gpus: int, costs: Costs) -> float:
    """Return when the last of `jobs` equal jobs ends, the first being submitted at zero.

    A job is submitted as soon as the queue's rate allows and fewer than `jobs_in_hand` wait or run.
    """
    free = [0.0] * min(gpus, jobs)
    in_hand: list[float] = []
    submitted = last = 0.0
    for _ in range(jobs):
        if len(in_hand) == costs.jobs_in_hand:
            submitted = max(submitted, heapq.heappop(in_hand))
        last = max(submitted, heapq.heappop(free)) + job_seconds
        heapq.heappush(free, last)
        heapq.heappush(in_hand, last)
        submitted += 1 / costs.submissions_per_second
    return last


def simulate(images: int, shard_size: int, gpus: int, costs: Costs) -> Course:
    """Return how `images` images, drawn in full shards, and the trainings on them go on `gpus` GPUs."""
    jobs = math.ceil(images / shard_size)
    job_seconds = costs.start_seconds + shard_size / costs.images_per_second
    training = costs.start_seconds + costs.images_a_training / costs.trained_images_per_second
    return Course(
        gpus=gpus,
        planning=jobs / costs.planned_shards_per_second / 3600,
        drawing=drawing_seconds(jobs, job_seconds, gpus, costs) / 3600,
        merging=images / costs.merged_images_per_second / 3600,
        training=math.ceil(costs.trainings / gpus) * training / 3600,
        gpu_hours=(jobs * job_seconds + costs.trainings * training) / 3600,
    )


def last_worthwhile(images: int, shard_size: int, costs: Costs) -> int:
    """Return the number of GPUs, a power of two, from which twice as many save less than a tenth of the time."""
    gpus = 1
    while simulate(images, shard_size, 2 * gpus, costs).wall < (1 - _WORTH_DOUBLING) * (
        simulate(images, shard_size, gpus, costs).wall
    ):
        gpus *= 2
    return gpus


def table(images: int, shard_sizes: list[int], gpus: list[int], costs: Costs) -> str:
    """Return the simulation as Markdown."""
    lines = [
        "| shard_size | jobs | GPUs | planning (h) | drawing (h) | merging (h) | training (h) | in all (h) | GPU-hours "
        "| GPUs busy |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for size in shard_sizes:
        for count in gpus:
            course = simulate(images, size, count, costs)
            steps = (course.planning, course.drawing, course.merging, course.training, course.wall)
            hours = " | ".join(f"{step:.2f}" for step in steps)
            busy = course.gpu_hours / (course.wall * count)
            jobs = f"{size:,} | {math.ceil(images / size):,} | {count}"
            lines.append(f"| {jobs} | {hours} | {course.gpu_hours:,.0f} | {busy:.0%} |")
    stops = [f"{last_worthwhile(images, size, costs):,} GPUs at shard_size {size:,}" for size in shard_sizes]
    return "\n".join([*lines, "", f"It stops scaling (twice the GPUs save less than a tenth) at {', '.join(stops)}."])


def planning_table(shard_counts: list[int]) -> str:
    """Plan the study of 10,000 shards cut into other numbers; return CPU seconds and peak memory as Markdown."""
    lines = ["| shards | CPU seconds (user) | peak memory (MB) |", "|---|---|---|"]
    for count in shard_counts:
        words = [sys.executable, "-m", "snakemake", "-n", "--quiet", "all", "--configfile", *_STUDY]
        process = subprocess.Popen([*words, "--config", f"shard_size={1_000_000 // count}"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"error: planning {count} shards failed: {' '.join(words)}")
        lines.append(f"| {count:,} | {usage.ru_utime:.1f} | {usage.ru_maxrss / 1024:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Print a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--plan", type=int, nargs="+", help="measure the planning of so many shards, nothing else")
    arguments.add_argument("--images", type=int, default=10_000_000)
    arguments.add_argument("--shard-size", type=int, nargs="+", default=[1000, 10000])
    arguments.add_argument("--gpus", type=int, nargs="+", default=[8, 64, 512])
    arguments.add_argument("--images-per-second", type=float, default=18.7, help="drawn by one GPU")
    arguments.add_argument("--start-seconds", type=float, default=30, help="a job's imports, loading and compiling")
    arguments.add_argument("--planned-shards-per-second", type=float, default=340)
    arguments.add_argument("--merged-images-per-second", type=float, default=8000)
    arguments.add_argument("--trainings", type=int, default=9)
    arguments.add_argument("--images-a-training", type=float, default=30 * 7.5e6, help="shown: epochs times images")
    arguments.add_argument("--trained-images-per-second", type=float, default=150_000, help="by one GPU")
    options = arguments.parse_args()

    if options.plan:
        print(planning_table(options.plan))
        return
    profile = yaml.safe_load(_PROFILE.read_text(encoding="utf-8"))
    jobs, seconds = profile["max-jobs-per-timespan"].removesuffix("s").split("/")
    costs = Costs(
        options.images_per_second,
        options.start_seconds,
        options.planned_shards_per_second,
        options.merged_images_per_second,
        options.trainings,
        options.images_a_training,
        options.trained_images_per_second,
        int(jobs) / int(seconds),
        profile["jobs"],
    )
    print(table(options.images, options.shard_size, options.gpus, costs))


if __name__ == "__main__":
    main()
