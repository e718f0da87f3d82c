"""Write the default study's numbers into the README, between its two marks, and draw the figures that it shows.

Both come from the JSON files that a study wrote (results/report/*.json), of which docs/default_study holds a copy.
"""

from pathlib import Path
from typing import Any

from photographs.atomic_files import write_text
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import intervals, save_figure
from transfer_analysis.report.answer import write_headline
from transfer_analysis.report.page import generator_kind
from transfer_analysis.report.sources import read_sources
from workflow_scripts.command import parser, run

_ROOT = Path(__file__).resolve().parent.parent
README = _ROOT / "README.md"
STUDY = _ROOT / "docs" / "default_study"
SHOWN = {
    "gaps": "Points of accuracy lost by training on other images than those of the test, with intervals",
    "exchange_rate": "How many generated images one real photograph is worth, by what a network learned from",
}
_START, _END = "<!-- results -->\n", "<!-- end of results -->"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--study", type=Path, default=STUDY, help="folder with the JSON files; figures go there")
    arguments.add_argument("--readme", type=Path, default=README)
    options = arguments.parse_args()
    sources = sources_of(options.study)
    write_text(options.readme, with_results(options.readme.read_text(encoding="utf-8"), sources))
    for name in SHOWN:
        save_figure(DRAWN[name](sources), options.study / f"{name}.svg")


def sources_of(study: Path) -> dict[str, Any]:
    """Return the report's sources in the folder `study`."""
    summary = study / "summary.json"
    return read_sources(summary, [path for path in sorted(study.glob("*.json")) if path != summary])


def with_results(readme: str, summary: dict[str, Any]) -> str:
    """Return the README with the results of `summary` between its marks."""
    before, rest = readme.split(_START)
    after = rest.split(_END)[1]
    return before + _START + results_text(summary) + _END + after


def results_text(summary: dict[str, Any]) -> str:
    """Return what the study found, as Markdown: the transfer matrix and the report's headline."""
    study = summary["study"]
    arms, domains = summary["transfer"].items(), ("real", "synthetic", "mixture")
    rows = [
        "| trained on ↓ tested on → | " + " | ".join(domains) + " |",
        "|---|" + "---|" * len(domains),
        *(f"| {arm} | " + " | ".join(_cell(cells[domain]) for domain in domains) + " |" for arm, cells in arms),
    ]
    trainings = f"{study['n_seeds']} training{'s' if study['n_seeds'] > 1 else ''} each"
    return (
        f"The default study: networks trained on {study['train_images_per_class']} images of each of "
        f"{len(study['classes'])} classes, real, generated (*synthetic*) or mixed: the study's *arms*; {trainings}; "
        f"{_generator(summary)}. Accuracy on test images in per cent, with "
        f"{intervals(study)}; chance is {100 * study['chance']:.1f}:\n\n"
        + "\n".join(rows)
        + f"\n\n**{write_headline(summary).striptags()}**{_could_find(summary)} These numbers stand in "
        "[`docs/default_study`](docs/default_study), files of `results/report` as the workflow wrote them.\n\n"
        + "\n".join(f"![{words}](docs/default_study/{name}.svg)" for name, words in SHOWN.items())
        + "\n"
    )


def _could_find(summary: dict[str, Any]) -> str:
    effect = summary["gaps"]["synthetic_to_real"]["minimum_detectable_effect"]
    # Beyond the whole scale no difference could have been found at all.
    if effect is None or effect >= 1:
        return ""
    gaps = len(summary["gaps"])
    return (
        f" A true difference of {100 * effect:.1f} points would have been found with 80 % probability"
        f"{f', after the correction for {gaps} gaps' if gaps > 1 else ''}."
    )


def _generator(summary: dict[str, Any]) -> str:
    """Return what made the images, and what these owe to real photographs."""
    study, rejected = summary["study"], summary["provenance"]["generated_images"]["rejected"]
    kind, model = generator_kind(study["generator"]), study["generator"]["model"]
    name = {"embedded": "the embedded generator", "folder": f"images of the folder `{model}`"}.get(kind, f"`{model}`")
    owed = []
    if counted_among := study["generator"].get("settings", {}).get("prompts", {}).get("counted_among"):
        owed.append(f"whose prompts' words were counted among {counted_among}")
    if rejected:
        drawn = rejected + len(study["classes"]) * sum(study["images_per_class"]["synthetic"].values())
        owed.append(f"{100 * rejected / drawn:.0f} % of whose images a classifier refused")
    return ", ".join([name, " and ".join(owed)] if owed else [name])


def _cell(cell: dict[str, Any]) -> str:
    accuracy = cell["accuracy"]
    low, high = (f"{100 * value:.1f}" for value in accuracy["ci95"])
    return f"{100 * accuracy['mean']:.1f} ({low}–{high})"


if __name__ == "__main__":
    run(main)
