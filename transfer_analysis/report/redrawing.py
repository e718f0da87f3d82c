"""Are the figures of the finished page those that its sources give? Each is drawn again and compared byte for byte."""

import tempfile
from pathlib import Path
from typing import Any

import html5lib

from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.figures import FIGURES, data_uri

# Drawn from photographs and from the course of training, which the sources do not hold.
NOT_REDRAWN = frozenset({figure.name for figure in FIGURES} - DRAWN.keys())


def find_changed_figures(page: str, sources: dict[str, Any]) -> list[str]:
    """Return what is wrong with the figures of `page`; nothing if all are what the sources give.

    Every mark, label and number of a figure is covered, for the same numbers give the same bytes (with the same version
    of Matplotlib). Figures in NOT_REDRAWN are passed over.
    """
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for image in document.iter("img"):
            name = image.get("data-figure")
            if name in NOT_REDRAWN:
                continue
            if name not in DRAWN:
                problems.append(f"an image is no figure of this report: {name}")
                continue
            save_figure(DRAWN[name](sources), Path(folder) / f"{name}.svg")
            if image.get("src") != data_uri(Path(folder), name):
                problems.append(f"figure {name}: it is not the one that the sources give")
    return problems
