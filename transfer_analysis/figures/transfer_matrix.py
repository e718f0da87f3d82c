"""Every arm on every test domain: accuracy and its interval in each cell."""

from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from transfer_analysis.figures.style import (
    FAINT_INK,
    INK,
    PAPER,
    SHADES,
    bare,
    intervals,
    looks,
    new_figure,
    put_title,
    styled,
    words,
)


@styled
def draw_transfer_matrix(summary: dict[str, Any]) -> Figure:
    """Draw the matrix; cells in which an arm meets its own domain are framed."""
    transfer, study = summary["transfer"], summary["study"]
    arms, domains = list(transfer), study["domains"]
    means = np.array([[transfer[arm][domain]["accuracy"]["mean"] for domain in domains] for arm in arms])
    figure = new_figure(2.2 + 1.75 * len(domains), 1.75 + 0.95 * len(arms))
    axes = figure.add_subplot()
    lowest = min(study["chance"], means.min())
    # The pale half of the shades only, so that dark ink stands out everywhere.
    norm = Normalize(lowest - 0.1, lowest + 1.9 * (1 - lowest))
    axes.imshow(means, cmap=SHADES, norm=norm, aspect="auto")
    style = looks(arms)
    for row, arm in enumerate(arms):
        for column, domain in enumerate(domains):
            accuracy = transfer[arm][domain]["accuracy"]
            low, high = (100 * end for end in accuracy["ci95"])
            axes.text(
                column, row - 0.1, f"{100 * accuracy['mean']:.1f} %", ha="center", va="center", size=16, color=INK
            )
            axes.text(column, row + 0.24, f"{low:.1f}–{high:.1f}", ha="center", va="center", size=11, color=INK)
            if arm == domain:
                corner = (column - 0.47, row - 0.46)
                axes.add_patch(Rectangle(corner, 0.94, 0.92, fill=False, lw=2.5, ec=INK))
    axes.set_xticks(range(len(domains)), [f"on {words(domain)}" for domain in domains])
    axes.set_yticks(range(len(arms)), [words(arm) for arm in arms])
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(len(domains) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(arms) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=PAPER, linewidth=3)
    axes.tick_params(which="both", length=0)
    for label, arm in zip(axes.get_yticklabels(), arms, strict=True):
        label.set(color=style[arm].colour, weight="bold")
    axes.set_ylabel("trained on", color=FAINT_INK)
    bare(axes)
    seeds = len(study["seeds"])
    networks = "one network" if seeds == 1 else f"mean of {seeds} networks"
    put_title(
        figure,
        "Test accuracy by training set and test set",
        f"{networks} a row, with {intervals(study)}; chance {100 * study['chance']:.0f} %;\n"
        "framed: at home, on the test set of its own name",
    )
    return figure
