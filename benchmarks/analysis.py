"""Measure the analysis of a large study: from its photographs and networks on, to the report.

The study is made up in a temporary folder: real photographs of six classes, as many stand-ins for generated ones, and
the networks that ship with the project in the place of every seed's. It is put through the commands that the workflow
runs, with the settings of `config.yaml`: the networks' answers and features, the transfer matrix, the mixtures, the
generator's quality (with the search for copies), the representations (but for the transplants, which are trainings),
the domain gap, trust, the figures, the page and its print version. As many commands run side by side as `--jobs` says,
each with one thread, as in the workflow. A command's memory is the most that its process held at once.
"""

import argparse
import json
import multiprocessing
import operator
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks.analysis_data import CLASSES, DOMAINS, SHARES, split_sizes, write_study
from benchmarks.interleaved import machine
from benchmarks.real_photographs import require_splits
from photographs.atomic_files import write_json

REPOSITORY = Path(__file__).resolve().parent.parent
CLASSIFIERS = REPOSITORY / "models" / "classifiers"
PUBLISHED = REPOSITORY / "transfer_analysis" / "published_results.json"
# The figures of each part; those of None are drawn from the summary or from several parts.
FIGURES = {
    None: (
        *("transfer_matrix", "gaps", "per_class_recall", "confusion_matrices", "confusion_differences"),
        *("mixtures", "learning_curves", "exchange_rate", "published_results"),
    ),
    "representations": ("network_similarity", "linear_probes", "feature_map"),
    "generator_quality": ("generator_quality",),
    "domain_gap": ("real_or_generated", "directions_removed"),
    "trust": ("reliability", "selective_accuracy", "robustness", "map_agreement"),
}
SEEN_PHOTOS = (
    *("real_photos/val", "real_photos/test", "synthetic_photos/train", "synthetic_photos/test"),
    *("filtered_photos/val", "filtered_photos/test"),
)
SEARCHED = ("train", "test", "val")
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


def make_study(folder: Path, photos: Path, images_per_class: int, seeds: int) -> None:
    """Write what the commands read, in a process of its own: its memory would count as that of every later one."""
    arguments = (folder, photos, images_per_class, seeds, MIXTURES)
    writer = multiprocessing.get_context("spawn").Process(target=write_study, args=arguments)
    writer.start()
    writer.join()
    if writer.exitcode:
        raise RuntimeError("the study could not be made up")


def preparations(folder: Path) -> list[Measurement]:
    """Return what makes the photographs without what tells the kinds apart."""
    splits = ("val", "test")
    return [
        measured(
            "prepare_filtered_photos",
            fit=folder / "real_photos/val.npz",
            generated=folder / "synthetic_photos/train.npz",
            photos=[folder / f"real_photos/{split}.npz" for split in splits],
            output=[folder / f"filtered_photos/{split}.npz" for split in splits],
        )
    ]


def evaluations(folder: Path, seeds: int, settings: dict) -> list[Measurement]:
    """Return what asks the networks."""
    train, val, test = (folder / f"real_photos/{split}.npz" for split in ("train", "val", "test"))
    named = {domain: folder / f"{domain}_photos/test.npz" for domain in DOMAINS}
    photos = [f"{domain}={path}" for domain, path in named.items()]
    checkpoints = {arm: CLASSIFIERS / arm / "checkpoint" for arm in SHARES}
    cache = {"compilation_cache": folder / "compiled"}
    each_arm = [
        measured(
            "evaluate_classifier",
            "--block-features",
            **{"classifier": checkpoint, "photos": photos, "output_folder": folder / f"answers/{arm}/seed_{seed}"},
            **cache,
        )
        for seed in range(seeds)
        for arm, checkpoint in checkpoints.items()
    ]
    each_seed = [
        measured(
            "evaluate_features",
            classifier=checkpoints["real"],
            photos=[folder / f"{each}.npz" for each in SEEN_PHOTOS],
            output=[folder / f"features/seed_{seed}/{each}.npz" for each in SEEN_PHOTOS],
            **cache,
        )
        for seed in range(seeds)
    ]
    trust = [
        measured(
            "evaluate_trust",
            **{"arms": list(checkpoints), "classifiers": list(checkpoints.values()), "real_val": val, "photos": test},
            **{"synthetic_val": folder / "synthetic_photos/val.npz", "trust": json.dumps(settings["trust"])},
            **{"output": folder / f"trust/seed_{seed}.npz"},
            **cache,
        )
        for seed in range(seeds)
    ]
    searched = measured(
        "evaluate_features",
        "--mirrored",
        classifier=checkpoints["real"],
        photos=[folder / f"real_photos/{split}.npz" for split in SEARCHED],
        output=[folder / f"searched/{split}.npz" for split in SEARCHED],
        **cache,
    )
    untrained = measured(
        "evaluate_untrained",
        **{"real_train": train, "train_images_per_class": settings["images_per_class"]["train"], "study_seed": 0},
        **{"training": json.dumps(settings["training"]), "seeds": seeds, "output_folder": folder / "untrained"},
        **{"photos": photos[:2]},
        **cache,
    )
    return [*trust, searched, *each_seed, untrained, *each_arm]


def analyses(folder: Path, seeds: int, images_per_class: int, settings: dict) -> list[Measurement]:
    """Return what is made of the answers."""
    train = split_sizes(images_per_class)["train"]
    arms = {arm: {"synthetic_share": share} for arm, share in SHARES.items()}
    study = {"config_sha256": "made up", "classes": CLASSES, "arms": arms, "study_seed": 0}
    study["train_images_per_class"] = train
    real, generated = ({s: folder / f"{kind}_photos/{s}.npz" for s in SEARCHED} for kind in ("real", "synthetic"))
    filtered = [folder / f"filtered_photos/{split}.npz" for split in ("val", "test")]
    trust = [folder / f"trust/seed_{seed}.npz" for seed in range(seeds)]
    points = [
        {"name": name, "folder": str(folder / "mixtures"), "real": int(real * train), "synthetic": int(added * train)}
        for name, (real, added) in MIXTURES.items()
    ]

    def written(part: str) -> dict[str, Path]:
        return {"output": folder / f"{part}.json", "tables": folder / "tables"}

    return [
        measured(
            "analyse_domain_gap",
            **{"real": [real["val"], real["test"]], "generated": [generated["train"], generated["test"]]},
            **{"settings": json.dumps(settings["domain_gap"]), "filtered": filtered, "features": folder / "features"},
            **{"networks": seeds, "seed": 0},
            **written("domain_gap"),
        ),
        measured(
            "analyse_generator_quality",
            **{"real": real["val"], "generated": generated["train"], "training": real["train"], "test": real["test"]},
            real_features=[folder / f"features/seed_{seed}/real_photos/val.npz" for seed in range(seeds)],
            generated_features=[folder / f"features/seed_{seed}/synthetic_photos/train.npz" for seed in range(seeds)],
            training_features=folder / "searched/train.npz",
            test_features=folder / "searched/test.npz",
            validation_features=folder / "searched/val.npz",
            **{"synthetic_manifest": folder / "synthetic.json", "classifier": "{}", "seed": 0},
            **{"pairs": folder / "pairs.csv"},
            **written("generator_quality"),
        ),
        measured(
            "analyse_representations",
            **{"predictions": folder / "answers", "untrained": folder / "untrained", "seeds": seeds},
            transplant_images_per_class=0,
            settings=json.dumps(settings["representations"] | {"transplant": None}),
            **written("representations"),
        ),
        measured(
            "analyse_transfer",
            predictions_folder=folder / "predictions",
            **{"arms": list(SHARES), "domains": DOMAINS, "seeds": seeds, "study": json.dumps(study)},
            **{"real_manifest": folder / "real.json", "synthetic_manifest": folder / "synthetic.json"},
            **{"training": "{}", "output": folder / "summary.json", "tables": folder / "tables"},
        ),
        measured("analyse_mixtures", points=json.dumps(points), seeds=seeds, **written("mixtures")),
        measured("analyse_trust", predictions_folder=folder / "answers", answers=trust, **written("trust")),
    ]


def figures(folder: Path, seeds: int) -> list[Measurement]:
    """Return what draws."""
    sources = {"summary": folder / "summary.json", "parts": [folder / "mixtures.json", PUBLISHED]}
    drawn = [
        measured(
            "plot_part",
            figure=name,
            **(sources if part is None else {"parts": [folder / f"{part}.json"]}),
            output=folder / "figures" / f"{name}.svg",
        )
        for part, names in FIGURES.items()
        for name in names
    ]
    sheets = measured(
        "plot_saliency_sheets",
        trust=folder / "trust.json",
        answers=[folder / f"trust/seed_{seed}.npz" for seed in range(seeds)],
        **{"photos": folder / "real_photos/test.npz", "output": folder / "figures/saliency_sheets.svg"},
    )
    return [sheets, *drawn]


def report(folder: Path) -> list[Measurement]:
    """Return what writes the page."""
    parts = [folder / f"{part}.json" for part in ("mixtures", *(part for part in FIGURES if part))]
    sources = {"summary": folder / "summary.json", "parts": [*parts, PUBLISHED]}
    return [measured("write_report", **sources, figures=folder / "figures", output=folder / "report.html")]


def print_version(folder: Path) -> list[Measurement]:
    """Return what makes the page's print version."""
    return [measured("write_print_version", page=folder / "report.html", output=folder / "report.pdf")]


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
    settings = yaml.safe_load((REPOSITORY / "config.yaml").read_text())
    per_class, seeds = options.images_per_class, options.seeds
    costs: list[Cost] = []
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(options.jobs) as pool:
        folder = Path(name)
        make_study(folder, options.photos, per_class, seeds)
        began = time.perf_counter()
        for stage in (
            preparations(folder),
            evaluations(folder, seeds, settings),
            analyses(folder, seeds, per_class, settings),
            figures(folder, seeds),
            report(folder),
            print_version(folder),
        ):
            costs += pool.map(operator.call, stage)
        seconds = time.perf_counter() - began
    worked, most = sum(cost.processor_seconds for cost in costs), max(cost.megabytes for cost in costs)
    print(f"{'all, ' + str(options.jobs) + ' side by side':28} {seconds:7.1f} s {worked:7.1f} s {most:7.0f} MB at most")
    asked = {"images_per_class": per_class, "seeds": seeds, "jobs": options.jobs}
    totals = {"seconds": seconds, "processor_seconds": worked, "megabytes_of_largest": most}
    write_json(options.output, asked | totals | {"machine": machine(), "costs": [cost._asdict() for cost in costs]})


if __name__ == "__main__":
    main()
