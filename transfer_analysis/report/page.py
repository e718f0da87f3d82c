"""Fills the report's template from a summary and a folder of figures."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2

from transfer_analysis.figures.known_answers import stand_in_in_words
from transfer_analysis.known_answers import CHECKS
from transfer_analysis.report.answer import images, verdict, write_answer, write_headline
from transfer_analysis.report.domain_gap_answer import VIEWS_IN_WORDS, write_domain_gap_answer
from transfer_analysis.report.figures import FIGURES, data_uri
from transfer_analysis.report.generator_quality_answer import write_quality_answer
from transfer_analysis.report.learning_curve_answer import write_learning_curves
from transfer_analysis.report.mixture_answer import write_mixture_answer
from transfer_analysis.report.numbers import Numbers, literal
from transfer_analysis.report.open_findings import seems_shown
from transfer_analysis.report.representation_answer import write_representation_answer
from transfer_analysis.report.sources import PARTS
from transfer_analysis.report.tables import csv_uri, report_tables
from transfer_analysis.report.trust_answer import write_trust_answer

_TEMPLATES = Path(__file__).parent / "templates"
_CONTENTS = '<nav class="contents" aria-label="Contents">\n'
_SECTION = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>')


def render_page(summary: dict[str, Any], figures: Path) -> str:
    """Return the report as one HTML page that loads nothing from elsewhere; absent figures are left out.

    Args:
        summary: the summary and whatever further parts there are (`sources.read_sources`).
        figures: folder of the SVG figures.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pictures = {figure.name: data_uri(figures, figure.name) for figure in FIGURES}
    page = environment.get_template("report.html.j2").render(
        summary=summary,
        css=(_TEMPLATES / "report.css").read_text(encoding="utf-8"),
        figures=[(figure, pictures[figure.name]) for figure in FIGURES if pictures[figure.name]],
        n=Numbers(summary),
        literal=literal,
        images=images,
        verdict=verdict,
        seems_shown=seems_shown,
        headline=write_headline(summary),
        answer=write_answer(summary),
        mixture_answer=write_mixture_answer(summary),
        learning_curve_answer=write_learning_curves(summary),
        representation_answer=write_representation_answer(summary),
        domain_gap_answer=write_domain_gap_answer(summary),
        domain_gap_views=VIEWS_IN_WORDS,
        quality_answer=write_quality_answer(summary),
        trust_answer=write_trust_answer(summary),
        known_answer_words=CHECKS,
        stand_in_in_words=stand_in_in_words,
        parts=[part for part in PARTS if part in summary],
        downloads={name: csv_uri(text) for name, text in report_tables(summary).items()},
        generator_kind=generator_kind(summary["study"]["generator"]),
        mixture_is_at_home=_mixture_is_at_home(summary["study"]),
        rows=lambda *place: list(_rows(_at(summary, place), place)),
    )
    return _with_contents(page)


def _with_contents(page: str) -> str:
    """Return the page with a link to every section in its list of contents; sections need not announce themselves."""
    links = "".join(f'<li><a href="#{name}">{words}</a></li>\n' for name, words in _SECTION.findall(page))
    return page.replace(_CONTENTS, f"{_CONTENTS}<ol>\n{links}</ol>\n", 1)


def generator_kind(generator: dict[str, Any]) -> str:
    """Return "embedded", "folder" (images that were generated elsewhere) or "pipeline"."""
    if generator["is_embedded"]:
        return "embedded"
    return "pipeline" if generator.get("pipeline_class") else "folder"


def _mixture_is_at_home(study: dict[str, Any]) -> bool:
    """Return whether the mixture is tested on images of the share that it learned from."""
    arm = study["arms"].get("mixture")
    return arm is None or arm["synthetic_share"] == study["mixture_test_share"]


def _at(summary: Any, place: tuple) -> Any:
    for key in place:
        summary = summary[key]
    return summary


def _rows(value: Any, place: tuple) -> Iterator[tuple[tuple, list[tuple]]]:
    """Yield the place of every value below `value`, and the places of what it holds: itself, or a list's items.

    Of words that stand several times in a list, the first.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _rows(item, (*place, key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for position, item in enumerate(value):
            yield from _rows(item, (*place, position))
    elif isinstance(value, list):
        if value:
            are_words = all(isinstance(item, str) for item in value)
            positions = map(value.index, dict.fromkeys(value)) if are_words else range(len(value))
            yield place, [(*place, position) for position in positions]
    else:
        yield place, [place]
