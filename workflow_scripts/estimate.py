"""Say before a study is run what it will take: jobs, core-hours and GPU-hours, hours until the end, disk.

The settings are those of config.yaml with studies laid over it, and the work follows from them. How fast images are
drawn is taken from an earlier run's jobs with the same generator, where there was one (benchmarks/results); all else
from rates that ship with the project, or from yours. The first line says which. Those that ship are a CPU's: what a
GPU does is told, or unknown. The last line names what is left out.
"""

import argparse
import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photographs.atomic_files import CorruptFileError, read_json
from photographs.layered_settings import read_settings
from photographs.shard_names import shards_of_class
from text_to_image.config import GeneratorConfig, passes_a_step
from text_to_image.model_names import is_folder
from text_to_image.model_source import folder_revision
from workflow_scripts.command import parser, require_at_least, run
from workflow_scripts.config import Study, load_study
from workflow_scripts.study_files import add_study_arguments

_NOT_COUNTED = (
    "Not counted: transplants, the real photographs, jobs of seconds (snakemake -n --quiet rules names all), time in a "
    "queue, GPU-hours of evaluation, targets beside the study (sweeps, template_worth, check_known_answers, export)."
)
_OPTIONS = {"drawing": "--images-per-second", "training": "--training-images-per-second"}
_RATES = Path(__file__).with_name("measured_rates.json")
_WITHOUT_EFFECT_ON_SPEED = {"prompts", "seed", "resampling", "revision", "tiny_vae_revision"}


@dataclass(frozen=True)
class Stage:
    """One kind of work.

    Attributes:
        name: in words.
        jobs: how many there are.
        images: that all of them handle together.
        images_per_second: of one job; None where no rate is known.
        start_seconds: what a job takes beside its images.
        gpus: that each job holds.
    """

    name: str
    jobs: int
    images: int
    images_per_second: float | None
    start_seconds: float
    gpus: int

    @property
    def hours(self) -> float | None:
        """Hours of all jobs one after the other, or None."""
        if self.images_per_second is None:
            return None
        return (self.jobs * self.start_seconds + self.images / self.images_per_second) / 3600


def stages(study: Study, rates: dict[str, Any]) -> list[Stage]:
    """Return the study's work.

    Args:
        study: the settings.
        rates: "drawing_images_per_second" and "training_images_per_second" of one job (or None), "start_seconds" of a
            job, "drawing_start_seconds" of one that draws, "other_seconds_per_network": evaluation, analyses and
            figures for each network of an arm. A mixture's network is asked about one test set: the start is what takes
            time.
    """
    per_class, start = study.images_per_class.synthetic, rates["start_seconds"]
    draws = 0 if study.image_folder else len(study.classes) * math.ceil(per_class / study.shard_size)
    arms = len(study.arms) * study.seeds
    of_mixtures = networks_of(study) - arms
    trainings = networks_of(study)
    # Seeds that ride together are one job an arm.
    jobs = of_mixtures + (arms if study.seeds_per_job == 1 else len(study.arms))
    shown = study.training.steps * study.training.batch_size
    other = rates["other_seconds_per_network"]
    return [
        Stage(
            "drawing",
            draws,
            len(study.classes) * per_class if draws else 0,
            rates["drawing_images_per_second"] if draws else 1.0,
            rates["drawing_start_seconds"],
            study.gpus.generation,
        ),
        Stage(
            "training",
            jobs,
            trainings * shown,
            rates["training_images_per_second"],
            start,
            study.gpus.training,
        ),
        Stage("evaluation, analyses, figures", arms, 0, 1.0, other, 0),
        Stage("evaluation of mixtures", of_mixtures, 0, 1.0, start, 0),
    ]


def networks_of(study: Study) -> int:
    """Return how many networks the arms and the mixtures train."""
    further = [point for point in study.mixture_points().values() if point.arm is None]
    return len(study.arms) * study.seeds + (len(further) * study.mixtures.seeds if study.mixtures else 0)


def rates_of(study: Study, results: Path, benchmarks: Path, logs: Path) -> tuple[dict[str, Any], str]:
    """Return the rates for `stages` and where they come from, in words.

    Args:
        study: the settings.
        results, benchmarks, logs: an earlier run's.
    """
    rates = json.loads(_RATES.read_text(encoding="utf-8"))
    origin = rates.pop("origin")
    # The project's rates are a CPU's.
    evaluations = None if study.gpus.generation else rates["network_evaluations_per_second"].get(study.generator.model)
    drawing = evaluations and evaluations / (study.generator.steps * passes_a_step(study.generator, _network(study)))
    if drawing and study.generator.rejection:
        drawing *= rates["kept_of_drawn"]
    training = None if study.gpus.training else rates["training_images_per_second"].get(study.training.network)
    # The convolutions of a network of twice the width take nearly four times as long.
    training = training and training * (rates["training_width"] / study.training.width) ** 2
    drawing_start = rates["start_seconds"]
    earlier = _earlier_drawing(study, results, benchmarks, logs)
    if earlier:
        # Jobs were measured from their start on.
        drawing, drawing_start = earlier, 0.0
        origin = f"drawing as measured in {benchmarks}; the rest {origin}"
    of_jobs = {
        "drawing_images_per_second": drawing,
        "drawing_start_seconds": drawing_start,
        "training_images_per_second": training,
    }
    return {**rates, **of_jobs}, origin


def _network(study: Study) -> dict[str, Any]:
    """Return the settings of a folder's network; none for models on a hub, of which nothing is fetched here."""
    settings = Path(study.generator.model) / "unet" / "config.json"
    return json.loads(settings.read_text(encoding="utf-8")) if settings.is_file() else {}


def _earlier_drawing(study: Study, results: Path, benchmarks: Path, logs: Path) -> float | None:
    """Return the images a second of an earlier run's jobs with the same generator and kind of device, or None."""
    try:
        drawn = read_json(results / "generator" / "manifest.json").get("settings", {})
    except (FileNotFoundError, CorruptFileError):
        return None
    own = study.generator.model_dump(mode="json", exclude=_WITHOUT_EFFECT_ON_SPEED)
    if any(drawn.get(key) != value for key, value in own.items() if key != "rejection" and value != "auto"):
        return None
    if not _selects_alike(drawn, study.generator):
        return None
    images = seconds = 0.0
    for class_name in study.classes:
        for shard in shards_of_class("", class_name, study.images_per_class.synthetic, study.shard_size):
            name = Path(shard).stem
            took = _seconds_of_job(benchmarks / "generated_images" / f"{class_name}_{name}.tsv")
            had_gpu = _had_gpu(logs / "generated_images" / class_name / f"{name}.log")
            if took and had_gpu == bool(study.gpus.generation):
                first, last = name.split("-")
                images += int(last) - int(first) + 1
                seconds += took
    return images / seconds if seconds else None


def _seconds_of_job(table: Path) -> float | None:
    """Return what a job took by Snakemake's table; None where there is none, or one that was cut off."""
    if not table.is_file():
        return None
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return float(rows[-1]["s"]) if rows and rows[-1].get("s") else None


def _had_gpu(log: Path) -> bool:
    """Return whether a job had a GPU: `with_own_gpu` says so in its log."""
    return log.is_file() and any(
        line.startswith("GPU ") for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
    )


def _selects_alike(drawn: dict[str, Any], generator: GeneratorConfig) -> bool:
    """Return whether as many images are refused as of those with the settings `drawn`: more refused is slower."""
    rejection = drawn.get("rejection")
    if rejection is None or generator.rejection is None:
        return rejection is generator.rejection
    own = generator.rejection
    # Of one on a hub nothing is fetched here: the revision that was pinned is taken for the one to come.
    revision = folder_revision(Path(own.classifier)) if is_folder(own.classifier) else rejection.get("revision")
    same_classifier = rejection == own.model_dump(mode="json") | {"revision": revision}
    return same_classifier and drawn.get("prompts") == generator.prompts.model_dump(mode="json")


def describe(work: list[Stage], cores: int, gpus: int, origin: str, gigabytes: float, while_merging: float) -> str:
    """Return the estimate as lines of text.

    Args:
        gigabytes: of disk in the end.
        while_merging: further ones while the generated images are merged.
    """
    lines = [f"Rates: {origin}", "", f"{'':32}{'jobs':>8}{'images':>14}{'core-hours':>12}{'GPU-hours':>11}"]
    wall, unknown = 0.0, []
    for stage in work:
        hours = stage.hours
        if hours is None:
            unknown.append(stage.name)
        else:
            at_once = max(1, min(stage.jobs, cores, *([gpus // stage.gpus] if stage.gpus else [])))
            wall += hours / at_once
        shown = ["?" if hours is None else f"{part:.1f}" for part in (hours, (hours or 0) * stage.gpus)]
        lines.append(f"{stage.name:32}{stage.jobs:>8,}{stage.images:>14,}{shown[0]:>12}{shown[1]:>11}")
    on = f"{cores} cores" + (f" and {gpus} GPUs" if any(stage.gpus for stage in work) else "")
    disk = f"{gigabytes:.1f} GB of disk, {while_merging:.1f} GB more while images are merged"
    lines += ["", f"{'At least' if unknown else 'About'} {wall:.1f} hours on {on}; {disk}."]
    for name in unknown:
        lines.append(
            f"No rate is known for {name} with these settings, so it is not in the hours: measure one and give it "
            f"({_OPTIONS[name]})."
        )
    lines.append(_NOT_COUNTED)
    return "\n".join(lines)


def main() -> None:
    """Print the estimate."""
    arguments = parser(__doc__)
    add_study_arguments(arguments)
    arguments.add_argument("--cores", type=int, default=2, help="cores at work (default: 2)")
    arguments.add_argument("--gpus", type=int, default=1, help="GPUs at work, where the study uses them (default: 1)")
    arguments.add_argument("--images-per-second", type=_rate, help="that one job draws (make benchmark-generate)")
    arguments.add_argument("--training-images-per-second", type=_rate, help="that one training sees (make bench)")
    arguments.add_argument("--results", type=Path, default=Path("results"), help="an earlier run's results")
    arguments.add_argument("--benchmarks", type=Path, default=Path("benchmarks/results"), help="its jobs' times")
    arguments.add_argument("--logs", type=Path, default=Path("logs"), help="what its jobs said")
    options = arguments.parse_args()
    require_at_least("--cores", options.cores, 1)
    require_at_least("--gpus", options.gpus, 1)

    study = load_study(read_settings([options.config, *options.study]))
    rates, origin = rates_of(study, options.results, options.benchmarks, options.logs)
    given = {
        "drawing_images_per_second": options.images_per_second,
        "training_images_per_second": options.training_images_per_second,
    }
    if any(given.values()):
        rates |= {name: rate for name, rate in given.items() if rate}
        if options.images_per_second:
            rates["drawing_start_seconds"] = rates["start_seconds"]
        origin = f"those given, else {origin}"
    work = stages(study, rates)
    # A folder's images, which nobody draws, are kept as those that are drawn.
    images = len(study.classes) * study.images_per_class.synthetic * rates["bytes_per_image"]
    networks = networks_of(study) * rates["bytes_per_network"]
    # Shards and merged splits both hold every image, and so do the files that the splits are written from.
    size, while_merging = (2 * images + networks) / 1e9, images / 1e9
    print(describe(work, options.cores, options.gpus, origin, size, while_merging))


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"{text}: images a second, more than 0")
    return rate


if __name__ == "__main__":
    run(main)
