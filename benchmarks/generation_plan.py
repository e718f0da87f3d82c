"""Work out what a generated data set takes: hours, jobs, start-up and disk. Every number can be replaced by your own.

One GPU's images a second come from a measurement (`make benchmark-generate` on your machine) or from a published one;
the rest follows. The last column of the table is what a job's start costs beside its work: make shards larger where it
is high, smaller where a job would run longer than your cluster allows.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import yaml

from text_to_image.resampling import IMAGE_SIZE

_PUBLISHED = Path(__file__).with_name("published_speeds.yaml")
# Measured on shards of the prompt set `plain`: 3,885 bytes an image, of which 3,072 are its pixels. Longer prompts take
# more.
_METADATA_BYTES = 813


@dataclass(frozen=True)
class Plan:
    """What a data set takes.

    Attributes:
        jobs: shards, one job each; a class's last shard may be smaller.
        drawing_hours: GPU-hours that draw.
        starting_hours: GPU-hours in which jobs import, load and compile.
        wall_hours: hours until the last job ends with `gpus` at work.
        minutes_a_job: length of a full shard's job.
        start_share: what part of the GPU-hours goes into starting.
        gigabytes: size of the finished shards.
    """

    jobs: int
    drawing_hours: float
    starting_hours: float
    wall_hours: float
    minutes_a_job: float
    start_share: float
    gigabytes: float


def plan(
    images_per_second: float, classes: int, images_per_class: int, shard_size: int, start_seconds: float, gpus: int
) -> Plan:
    """Return what `classes` x `images_per_class` images take on `gpus` GPUs that draw `images_per_second` each."""
    jobs = classes * math.ceil(images_per_class / shard_size)
    images = classes * images_per_class
    drawing, starting = images / images_per_second, jobs * start_seconds
    a_job = start_seconds + min(shard_size, images_per_class) / images_per_second
    # Jobs are whole, so the last round may leave GPUs idle.
    wall = math.ceil(jobs / gpus) * (drawing + starting) / jobs
    return Plan(
        jobs=jobs,
        drawing_hours=drawing / 3600,
        starting_hours=starting / 3600,
        wall_hours=wall / 3600,
        minutes_a_job=a_job / 60,
        start_share=starting / (drawing + starting),
        gigabytes=images * (IMAGE_SIZE**2 * 3 + _METADATA_BYTES) / 1e9,
    )


def main() -> None:
    """Print the plan as a Markdown table, one row a shard size."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    speed = arguments.add_mutually_exclusive_group(required=True)
    speed.add_argument("--images-per-second", type=float, help="of one GPU, or one CPU core")
    speed.add_argument("--published", action="store_true", help="what others measured, model by model, instead")
    arguments.add_argument("--classes", type=int, default=6)
    arguments.add_argument("--images", type=int, default=6000, help="images a class")
    arguments.add_argument("--shard-size", type=int, nargs="+", default=[250, 500, 1000, 2000])
    arguments.add_argument("--start-seconds", type=float, default=30, help="a job's imports, loading and compiling")
    arguments.add_argument("--gpus", type=int, default=1, help="jobs that run at once, a GPU each")
    options = arguments.parse_args()

    print(_published_speeds(options) if options.published else _plans(options))


def _plans(options: argparse.Namespace) -> str:
    lines = [
        f"{options.classes:,} classes x {options.images:,} images at {options.images_per_second:g} images/s, "
        f"{options.gpus} at once, {options.start_seconds:g} s to start a job",
        "",
        "| shard_size | jobs | minutes a job | GPU-hours | hours until done | "
        "one copy on disk (GB) | spent on starting |",
        "|---|---|---|---|---|---|---|",
    ]
    for shard_size in options.shard_size:
        row = plan(
            options.images_per_second,
            options.classes,
            options.images,
            shard_size,
            options.start_seconds,
            options.gpus,
        )
        hours = row.drawing_hours + row.starting_hours
        lines.append(
            f"| {shard_size:,} | {row.jobs:,} | {row.minutes_a_job:.1f} | {hours:,.1f} "
            f"| {row.wall_hours:,.1f} | {row.gigabytes:.2f} | {row.start_share:.1%} |"
        )
    return "\n".join(lines)


def _published_speeds(options: argparse.Namespace) -> str:
    images = options.classes * options.images
    lines = [
        f"Published, not measured here; hours for {images:,} images on one such GPU, drawing alone",
        "",
        "| model | GPU | how | steps | images/s | images per GPU-hour | hours | source |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for entry in yaml.safe_load(_PUBLISHED.read_text(encoding="utf-8")):
        # Time grows with the steps: encoding and decoding are small beside 25 of them.
        rate = entry["images"] / (entry["seconds"] * entry["study_steps"] / entry["steps"])
        lines.append(
            f"| {entry['model']} | {entry['gpu']} | {entry['how']} | {entry['study_steps']} | {rate:.2f} "
            f"| {rate * 3600:,.0f} | {images / rate / 3600:.1f} | {entry['source']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
