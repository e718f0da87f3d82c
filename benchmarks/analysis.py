"""Measure the analysis of a large study: seconds and memory of every command, from predictions and photographs on.

The study is made up in a temporary folder (36,000 real and 36,000 generated images of six classes by default) and put
through the commands that the workflow runs, one after another: the transfer matrix, the mixtures, the generator's
quality (features and search for copies included), and a report of the first two; not yet the representations, the
domain gap and trust. Features are those of the classifier that ships with the project. A command's memory is the most
that its process held at once.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.analysis_data import CLASSES, DOMAINS, SHARES, split_sizes, write_study
from photographs.atomic_files import write_json

REPOSITORY = Path(__file__).resolve().parent.parent
# The figures of what is measured here: the summary, the mixtures and the published results.
FIGURES = (
    *("transfer_matrix", "gaps", "per_class_recall", "confusion_matrices", "confusion_differences"),
    *("mixtures", "learning_curves", "exchange_rate", "published_results"),
)
PUBLISHED = REPOSITORY / "transfer_analysis" / "published_results.json"
_PARTS = (0.125, 0.25, 0.5, 1.0)
# Each size alone, of either kind, and filled up with generated images: shares (real, synthetic) of the training images.
MIXTURES = {
    f"real_{real}_synthetic_{synthetic}": (real, synthetic)
    for part in _PARTS
    for real, synthetic in ((part, 0.0), (0.0, part), (part, 1.0 - part))
}


class Cost(NamedTuple):
    """What one command took: seconds of wall clock and of processor, and its peak memory in megabytes."""

    command: str
    seconds: float
    processor_seconds: float
    megabytes: float


def measure(command: str, *switches: str, **flags) -> Cost:
    """Run one of workflow_scripts to its end.

    Raises:
        RuntimeError: it failed; its own message stands above.
    """
    arguments = [sys.executable, "-m", f"workflow_scripts.{command}", *switches]
    for flag, value in flags.items():
        values = value if isinstance(value, list | tuple) else [value]
        arguments += ["--" + flag.replace("_", "-"), *map(str, values)]
    began = time.perf_counter()
    process = subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command} failed")
    cost = Cost(command, time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    print(f"{command:28} {cost.seconds:7.1f} s {cost.processor_seconds:7.1f} s {cost.megabytes:7.0f} MB", flush=True)
    return cost


def make_study(folder: Path, images_per_class: int, seeds: int) -> None:
    """Write what the commands read, in a process of its own: its memory would count as that of every later one."""
    arguments = (folder, images_per_class, seeds, MIXTURES)
    writer = multiprocessing.get_context("spawn").Process(target=write_study, args=arguments)
    writer.start()
    writer.join()
    if writer.exitcode:
        raise RuntimeError("the study could not be made up")


def measure_transfer(folder: Path, seeds: int, images_per_class: int) -> list[Cost]:
    """Measure what makes summary.json."""
    arms = {arm: {"synthetic_share": share} for arm, share in SHARES.items()}
    study = {"config_sha256": "made up", "classes": CLASSES, "arms": arms, "study_seed": 0}
    study["train_images_per_class"] = split_sizes(images_per_class)["train"]
    return [
        measure(
            "analyse_transfer",
            predictions_folder=folder / "predictions",
            **{"arms": list(SHARES), "domains": DOMAINS, "seeds": seeds, "study": json.dumps(study)},
            **{"real_manifest": folder / "real.json", "synthetic_manifest": folder / "synthetic.json"},
            **{"training": "{}", "output": folder / "summary.json", "tables": folder / "tables"},
        )
    ]


def measure_mixtures(folder: Path, seeds: int, images_per_class: int) -> list[Cost]:
    """Measure what makes mixtures.json."""
    train = split_sizes(images_per_class)["train"]
    points = [
        {
            "name": name,
            "folder": str(folder / "mixtures"),
            "real": int(real * train),
            "synthetic": int(generated * train),
        }
        for name, (real, generated) in MIXTURES.items()
    ]
    output = {"output": folder / "mixtures.json", "tables": folder / "tables"}
    return [measure("analyse_mixtures", points=json.dumps(points), seeds=seeds, **output)]


def measure_quality(folder: Path, seeds: int) -> list[Cost]:
    """Measure the features of every seed's classifier, and what is made of them."""
    compared, searched = ("real_val", "synthetic_train"), ("real_train", "real_test", "real_val")
    costs = []
    for seed in range(seeds):
        costs.append(_measure_features(folder, compared, f"seed_{seed}"))
    costs.append(_measure_features(folder, searched, "searched", "--mirrored"))

    quality = measure(
        "analyse_generator_quality",
        **{kind: folder / f"{photos}.npz" for kind, photos in zip(("real", "generated"), compared, strict=True)},
        **{"training": folder / "real_train.npz", "test": folder / "real_test.npz"},
        real_features=[_features(folder, f"seed_{seed}", "real_val") for seed in range(seeds)],
        generated_features=[_features(folder, f"seed_{seed}", "synthetic_train") for seed in range(seeds)],
        training_features=_features(folder, "searched", "real_train"),
        test_features=_features(folder, "searched", "real_test"),
        validation_features=_features(folder, "searched", "real_val"),
        **{"synthetic_manifest": folder / "synthetic.json", "classifier": "{}", "seed": 0},
        **{"output": folder / "quality.json", "tables": folder / "tables", "pairs": folder / "pairs.csv"},
    )
    return [*costs, quality]


def _features(folder: Path, name: str, photos: str) -> Path:
    return folder / name / f"{photos}.npz"


def _measure_features(folder: Path, photos: tuple[str, ...], name: str, *switches: str) -> Cost:
    return measure(
        "evaluate_features",
        *switches,
        classifier=REPOSITORY / "models/classifiers/real/checkpoint",
        photos=[folder / f"{each}.npz" for each in photos],
        output=[_features(folder, name, each) for each in photos],
    )


def measure_report(folder: Path) -> list[Cost]:
    """Measure the figures, the page and its print version."""
    sources = {"summary": folder / "summary.json", "parts": [folder / "mixtures.json", PUBLISHED]}
    figures = [
        measure("plot_part", figure=name, **sources, output=folder / "figures" / f"{name}.svg") for name in FIGURES
    ]
    page = folder / "report.html"
    written = measure("write_report", **sources, figures=folder / "figures", output=page)
    return [*figures, written, measure("write_print_version", page=page, output=folder / "report.pdf")]


def main() -> None:
    """Measure, and print the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images-per-class", type=int, default=6000, help="of each of six classes and each kind")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="write the costs here, as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_study(folder, options.images_per_class, options.seeds)
        costs = [
            *measure_transfer(folder, options.seeds, options.images_per_class),
            *measure_mixtures(folder, options.seeds, options.images_per_class),
            *measure_quality(folder, options.seeds),
            *measure_report(folder),
        ]
    seconds, worked = sum(cost.seconds for cost in costs), sum(cost.processor_seconds for cost in costs)
    most = max(cost.megabytes for cost in costs)
    print(f"{'all':28} {seconds:7.1f} s {worked:7.1f} s {most:7.0f} MB at most")
    if options.output:
        write_json(options.output, {"costs": [cost._asdict() for cost in costs]})


if __name__ == "__main__":
    main()
