"""Write the default study's numbers into the README, between its two marks, from a summary.json that a study wrote."""

import json
from pathlib import Path
from typing import Any

from photographs.atomic_files import write_text
from workflow_scripts.command import parser, run

_ROOT = Path(__file__).resolve().parent.parent
README = _ROOT / "README.md"
SUMMARY = _ROOT / "docs" / "default_study" / "summary.json"
_START, _END = "<!-- results -->\n", "<!-- end of results -->"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--summary", type=Path, default=SUMMARY)
    arguments.add_argument("--readme", type=Path, default=README)
    options = arguments.parse_args()
    summary = json.loads(options.summary.read_text())
    write_text(options.readme, with_results(options.readme.read_text(), summary))


def with_results(readme: str, summary: dict[str, Any]) -> str:
    """Return the README with the results of `summary` between its marks."""
    before, rest = readme.split(_START)
    after = rest.split(_END)[1]
    return before + _START + results_text(summary) + _END + after


def results_text(summary: dict[str, Any]) -> str:
    """Return what the study found, as Markdown: the transfer matrix and the gap that the project is about."""
    study = summary["study"]
    arms, domains = summary["transfer"].items(), ("real", "synthetic", "mixture")
    rows = [
        "| trained on ↓ tested on → | " + " | ".join(domains) + " |",
        "|---|" + "---|" * len(domains),
        *(f"| {arm} | " + " | ".join(_cell(cells[domain]) for domain in domains) + " |" for arm, cells in arms),
    ]
    gap = summary["gaps"]["synthetic_to_real"]
    low, high = (f"{100 * value:.1f}" for value in gap["ci95"])
    return (
        f"The default study ({study['train_images_per_class']} photographs of each of {len(study['classes'])} animals "
        f"an arm, {study['n_seeds']} trainings each, the embedded generator; accuracy on test photographs in per "
        f"cent, with 95 % intervals; chance is {100 * study['chance']:.1f}):\n\n"
        + "\n".join(rows)
        + f"\n\nOn real photographs, training on generated ones costs **{100 * gap['mean']:.1f} points** "
        f"({low} to {high}); the study could have found {100 * gap['minimum_detectable_effect']:.1f}. These numbers "
        "stand in [`docs/default_study/summary.json`](docs/default_study/summary.json), which `make run` wrote as "
        "`results/report/summary.json`.\n"
    )


def _cell(cell: dict[str, Any]) -> str:
    accuracy = cell["accuracy"]
    low, high = (f"{100 * value:.1f}" for value in accuracy["ci95"])
    return f"{100 * accuracy['mean']:.1f} ({low}–{high})"


if __name__ == "__main__":
    run(main)
