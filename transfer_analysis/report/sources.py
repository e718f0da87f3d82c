"""The files that the report's numbers come from: summary.json, and beside it one file for each further analysis.

In the report a number's place is a JSON Pointer into all of them together: the summary's keys at the top, each further
part under its own name (`/mixtures/points/0/…` is `/points/0/…` in mixtures.json).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from photographs.atomic_files import read_json
from transfer_analysis.summary_file import read_summary

# Further parts, in the order in which the report shows them.
PARTS = (
    "mixtures",
    "representations",
    "domain_gap",
    "generator_quality",
    "trust",
    "hypotheses",
    "known_answers",
    "published_results",
)


def read_sources(summary: Path | None, parts: Iterable[Path]) -> dict[str, Any]:
    """Return the summary (if given) with the contents of `parts` (files called after PARTS) under their names.

    Raises:
        CorruptFileError: a file is not JSON, or not a summary.
        ValueError: a file is not called after a part.
    """
    sources = {} if summary is None else read_summary(summary)
    for path in parts:
        name = Path(path).stem
        if name not in PARTS:
            raise ValueError(f"{path}: the report has no part of this name; it knows {', '.join(PARTS)}")
        sources[name] = read_json(path)
    return sources
