"""Which classes carry over: recall of each class, arms side by side, on real and on generated test images."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import (
    FAINT_INK,
    GRID,
    Look,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    words,
)

_ARM_INCHES = 0.2


@styled
def draw_per_class_recall(summary: dict[str, Any]) -> Figure:
    """Draw one panel for the real and one for the synthetic test images (or for whichever were tested)."""
    transfer, study = summary["transfer"], summary["study"]
    arms = list(transfer)
    panels = [domain for domain in ("real", "synthetic") if domain in study["domains"]] or study["domains"][:2]
    row = _ARM_INCHES * len(arms) + 0.22
    figure = new_figure(4.9 * len(panels) + 1.0, 1.9 + row * len(study["classes"]))
    grid = figure.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)[0]
    for axes, domain in zip(grid, panels, strict=True):
        for position, (arm, look) in enumerate(looks(arms).items()):
            offset = (position - (len(arms) - 1) / 2) * _ARM_INCHES / row
            recalls = [transfer[arm][domain]["per_class_recall"][name] for name in study["classes"]]
            _draw_arm(axes, recalls, offset, look, words(arm))
        axes.set_title(f"tested on {words(domain)}", weight="bold", loc="left")
        axes.axvline(study["chance"], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
        axes.set_xlim(-0.02, 1.02)
        percent_axis(axes.xaxis)
        axes.xaxis.grid(True)
        axes.set_axisbelow(True)
        axes.set_yticks(range(len(study["classes"])), [words(name) for name in study["classes"]])
        axes.set_ylim(len(study["classes"]) - 0.5, -0.5)
        for boundary in range(1, len(study["classes"])):
            axes.axhline(boundary - 0.5, color=GRID, lw=0.8, zorder=0)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("recall: share of the class that is recognised")
    put_title(
        figure,
        "Recall of each class, by what the network was trained on",
        f"Points with {intervals(study)}; the dashed line is chance.",
    )
    return figure


def _draw_arm(axes: Axes, recalls: list[dict[str, Any]], offset: float, look: Look, name: str) -> None:
    """Draw one arm's recalls, and name the arm beside its point in the first class."""
    means = [recall["mean"] for recall in recalls]
    heights = [position + offset for position in range(len(recalls))]
    errors = [
        [max(0.0, recall["mean"] - recall["ci95"][0]) for recall in recalls],
        [max(0.0, recall["ci95"][1] - recall["mean"]) for recall in recalls],
    ]
    axes.errorbar(
        means, heights, xerr=errors, fmt=look.marker, color=look.colour, ms=6, elinewidth=1.8, capsize=0, lw=0
    )
    low, high = recalls[0]["ci95"]
    at_left = low > 1 - high
    axes.annotate(
        name,
        (low if at_left else high, heights[0]),
        xytext=(-6 if at_left else 6, 0),
        textcoords="offset points",
        ha="right" if at_left else "left",
        va="center",
        color=look.colour,
        size=10.5,
        weight="bold",
    )
