"""Copy a study's classifiers into models/classifiers, where the playground finds them before any study has run.

One training of each arm, with its companion (`prepare_playground`) and a card that says what it was trained on and how
far it can be trusted; beside them, for the mistakes and the tour, some generated test images of each class, what those
trainings said of them and of as many real test photographs, and the study's summary. Photographs do not ship, nor does
the report, which shows some: CIFAR-10 is fetched. Run `make playground-models`, which makes the companions first.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from flax_cnn.classifier import load_classifier
from photographs.atomic_files import write_text
from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from photographs.verified_arrays import read_arrays, write_arrays
from webserver.companion import Companion, read_companion
from webserver.study_files import KINDS, photo_set_file, predictions_file, sample_folder
from workflow_scripts.command import parser, run

_SAMPLE_PER_CLASS = 30
_PREDICTIONS = ("logits", "labels", "indices", "classes")
_CARD = Path(__file__).resolve().parent.parent / "webserver" / "classifier_card.md"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--results", type=Path, default=Path("results"), help="the study (default: results)")
    arguments.add_argument(
        "--output", type=Path, default=Path("models/classifiers"), help="default: models/classifiers"
    )
    options = arguments.parse_args()
    summary = json.loads((options.results / "report" / "summary.json").read_text(encoding="utf-8"))
    rows = []
    for arm, facts in summary["study"]["arms"].items():
        source = options.results / "classifiers" / arm / "seed_0" / "checkpoint"
        classifier = load_classifier(source)
        companion = read_companion(options.results / "playground" / f"{arm}.npz")
        if companion.classifier_sha256 != classifier.digest():
            raise ValueError(f"results/playground/{arm}.npz belongs to another training; run: make playground")
        folder = options.output / arm
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder / "checkpoint", ignore=shutil.ignore_patterns(".snakemake_timestamp"))
        # Its presence is what counts; its text names the folder of the machine that trained.
        write_text(folder / "checkpoint" / "commit_success.txt", "complete\n")
        shutil.copyfile(options.results / "playground" / f"{arm}.npz", folder / "companion.npz")
        rows.append(_row(arm, facts, summary, classifier.metrics, companion))
    write_sample(options.results, tuple(summary["study"]["arms"]), sample_folder(options.output))
    study = summary["study"]
    card = _CARD.read_text(encoding="utf-8").format(
        classes=", ".join(study["classes"]),
        config_sha256=study["config_sha256"],
        n_seeds=study["n_seeds"],
        rows="\n".join(rows),
    )
    write_text(options.output / "README.md", card)
    print(f"{options.output}: {len(rows)} classifiers")


def write_sample(results: Path, arms: tuple[str, ...], sample: Path) -> None:
    """Write what `arms` said of the first test photographs of each class and kind, and the summary.

    Of the photographs themselves only the generated ones are written.

    Raises:
        FileNotFoundError, CorruptFileError: the study is not complete.
        ValueError: predictions and photographs are of different runs.
    """
    for kind in KINDS:
        photos = read_photo_set(photo_set_file(results, kind, "test"))
        rows = np.concatenate(
            [np.flatnonzero(photos.labels == label)[:_SAMPLE_PER_CLASS] for label in range(len(photos.classes))]
        )
        chosen = PhotoSet(photos.images_nhwc[rows], photos.labels[rows], photos.indices[rows], photos.classes)
        if kind == "synthetic":
            write_photo_set(photo_set_file(sample, kind, "test"), chosen)
        for arm in arms:
            file = predictions_file(results, arm, kind)
            said = read_arrays(file, "predictions", _PREDICTIONS)
            if any(not np.array_equal(said[name], getattr(photos, name)) for name in ("labels", "indices")):
                raise ValueError(f"{file} belongs to other photographs than {kind}'s test set; run: make run")
            own = {name: said[name] if name == "classes" else said[name][rows] for name in _PREDICTIONS}
            write_arrays(predictions_file(sample, arm, kind), own)
    summary = results / "report" / "summary.json"
    write_text(sample / "report" / summary.name, summary.read_text(encoding="utf-8"))


def _row(
    arm: str, facts: dict[str, Any], summary: dict[str, Any], metrics: dict[str, Any], companion: Companion
) -> str:
    tested = summary["transfer"][arm]
    cells = [
        arm,
        f"{facts['synthetic_share']:.0%}",
        str(summary["study"]["train_images_per_class"]),
        f"{metrics['val_accuracy']:.1%}",
        *(f"{tested[domain]['accuracy']['mean']:.1%}" for domain in ("real", "synthetic")),
        f"{companion.temperature:.2f}",
        f"{companion.probe_accuracy:.1%}",
    ]
    return f"| {' | '.join(cells)} |".replace("%", " %")


if __name__ == "__main__":
    run(main)
