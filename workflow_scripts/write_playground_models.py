"""Copy a study's classifiers into models/classifiers, where the playground finds them before any study has run.

One training of each arm, with its companion (`prepare_playground`) and a card that says what it was trained on and how
far it can be trusted. Run `make playground-models`, which makes the companions first.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from flax_cnn.classifier import load_classifier
from photographs.atomic_files import write_text
from webserver.companion import Companion, read_companion
from workflow_scripts.command import parser, run

_CARD = Path(__file__).resolve().parent.parent / "webserver" / "classifier_card.md"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--results", type=Path, default=Path("results"), help="the study (default: results)")
    arguments.add_argument(
        "--output", type=Path, default=Path("models/classifiers"), help="default: models/classifiers"
    )
    options = arguments.parse_args()
    summary = json.loads((options.results / "report" / "summary.json").read_text())
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
    study = summary["study"]
    card = _CARD.read_text(encoding="utf-8").format(
        classes=", ".join(study["classes"]),
        config_sha256=study["config_sha256"],
        n_seeds=study["n_seeds"],
        rows="\n".join(rows),
    )
    write_text(options.output / "README.md", card)
    print(f"{options.output}: {len(rows)} classifiers")


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
