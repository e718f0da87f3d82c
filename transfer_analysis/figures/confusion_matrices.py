"""Which class is taken for which: one small matrix for every arm and test domain."""

import textwrap
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import SHADES, bare, ink_on, looks, new_figure, put_title, styled, words

_CELL_INCHES = 0.42
# Shares too small to matter stay unwritten, or the numbers that matter drown.
_LEAST_WRITTEN = 0.05
# What a bold letter of a matrix's name takes on average, and a further line of it.
_LETTER_INCHES, _LINE_INCHES = 0.115, 0.2


@styled
def draw_confusion_matrices(summary: dict[str, Any]) -> Figure:
    """Draw arms × domains matrices; each row sums to 100 %, all seeds together."""
    transfer, study = summary["transfer"], summary["study"]
    arms, domains, classes = list(transfer), study["domains"], study["classes"]
    side = max(1.9, _CELL_INCHES * len(classes))
    row_names, column_names = _wrapped("trained on", arms, side), _wrapped("tested on", domains, side)
    further = [_LINE_INCHES * max(name.count("\n") for name in names) for names in (row_names, column_names)]
    figure = new_figure(1.6 + further[0] + (side + 0.15) * len(domains), 2.0 + further[1] + (side + 0.2) * len(arms))
    grid = figure.subplots(len(arms), len(domains), squeeze=False, sharex=True, sharey=True)
    style = looks(arms)
    for row, arm in enumerate(arms):
        for column, domain in enumerate(domains):
            axes = grid[row, column]
            _draw_matrix(axes, np.array(transfer[arm][domain]["confusion_normalised"]))
            if row == 0:
                axes.set_title(column_names[column], weight="bold")
            if column == 0:
                axes.set_ylabel(row_names[row], color=style[arm].colour, weight="bold", size=12)
    names = [words(name) for name in classes]
    for axes in grid[-1]:
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    for axes in grid[:, 0]:
        axes.set_yticks(range(len(names)), names)
    put_title(
        figure,
        "What each class is taken for",
        "Rows: the true class. Columns: the network's answer. Per cent of the row;\n"
        "below 5 % left blank. Off the diagonal, darker means more often mistaken.",
    )
    return figure


def _wrapped(before: str, names: list[str], side: float) -> list[str]:
    """Return what stands beside each matrix, in lines no longer than its side of so many inches."""
    return [textwrap.fill(f"{before} {words(name)}", int(side / _LETTER_INCHES)) for name in names]


def _draw_matrix(axes: Axes, share_kk: np.ndarray) -> None:
    shade = matplotlib.colormaps[SHADES]
    axes.imshow(share_kk, cmap=shade, vmin=0, vmax=1)
    for (true, answer), share in np.ndenumerate(share_kk):
        if share >= _LEAST_WRITTEN:
            ink = ink_on(shade(share))
            weight = "bold" if true == answer else "normal"
            axes.text(answer, true, f"{100 * share:.0f}", ha="center", va="center", size=10.5, color=ink, weight=weight)
    bare(axes)
