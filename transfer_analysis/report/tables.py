"""Every table behind the report, as CSV, from the same sources as the page."""

import base64
from typing import Any

from transfer_analysis.domain_gap.tables import domain_gap_tables
from transfer_analysis.generator_quality.tables import quality_tables
from transfer_analysis.known_answers_tables import known_answer_tables
from transfer_analysis.mixtures.tables import mixture_tables
from transfer_analysis.representations.tables import representation_tables
from transfer_analysis.tables import csv_text, summary_tables
from transfer_analysis.trust.tables import trust_tables


def published_tables(published: dict[str, Any]) -> dict[str, str]:
    """Return the published results as CSV."""
    columns = list(published["results"][0])
    rows = ([result[column] for column in columns] for result in published["results"])
    return {"published_results": csv_text([columns, *rows])}


_TABLES_OF_PART = {
    "mixtures": mixture_tables,
    "representations": representation_tables,
    "generator_quality": quality_tables,
    "domain_gap": domain_gap_tables,
    "trust": trust_tables,
    "known_answers": known_answer_tables,
    "published_results": published_tables,
}


def report_tables(sources: dict[str, Any]) -> dict[str, str]:
    """Return all tables by name, as CSV."""
    tables = summary_tables(sources)
    for part, tables_of in _TABLES_OF_PART.items():
        if part in sources:
            tables |= tables_of(sources[part])
    return tables


def csv_uri(text: str) -> str:
    """Return a table as the data URI that the page's link downloads."""
    return "data:text/csv;base64," + base64.b64encode(text.encode()).decode("ascii")
