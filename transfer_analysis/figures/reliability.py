"""Is confidence earned? Accuracy by confidence, as trained and after each arm's own temperature."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import (
    FAINT_INK,
    Look,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    words,
    wrapped,
)

_SCALINGS = {"raw": "as trained", "own": "after the temperature of its own kind"}
_KINDS = {"real": "tested on real photographs", "synthetic": "tested on generated images"}
# Bins with less than this share of the answers are in the table alone.
_LEAST_SHARE = 0.01


@styled
def draw_reliability(trust: dict[str, Any]) -> Figure:
    """Draw a panel for each kind of test images and each scaling, all arms in each."""
    figure = new_figure(8.6, 9.6)
    grid = figure.subplots(len(_SCALINGS), len(_KINDS), sharex=True, sharey=True)
    style = looks(trust["calibration"])
    for row, (scaling, scaling_words) in zip(grid, _SCALINGS.items(), strict=True):
        for axes, (kind, kind_words) in zip(row, _KINDS.items(), strict=True):
            axes.plot([0, 1], [0, 1], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
            for arm, look in style.items():
                _draw_arm(axes, trust["calibration"][arm][kind]["reliability"][scaling], look)
            axes.set_title(f"{kind_words}\n{scaling_words}", loc="left")
            axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
            axes.grid(True)
            axes.set_axisbelow(True)
            percent_axis(axes.xaxis)
            percent_axis(axes.yaxis)
        row[0].set_ylabel("share that is right")
    for axes in grid[-1]:
        axes.set_xlabel("confidence in the answer")
    handles = [
        grid[0, 0].plot([], [], look.marker, color=look.colour, ms=8, label=f"trained on {words(arm)}")[0]
        for arm, look in style.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False)
    put_title(
        figure,
        "Is the networks’ confidence earned?",
        wrapped(
            figure,
            "Below the dashed line a network is less often right than it is confident, above it more often.",
            f"Answers in fifteen bins of confidence, with {intervals(trust)}; bins with under 1 % of them left out.",
        ),
    )
    return figure


def _draw_arm(axes: Axes, bins: list[dict[str, Any]], look: Look) -> None:
    shown = [each for each in bins if each["share"] >= _LEAST_SHARE]
    confidence = [each["confidence"] for each in shown]
    lows, highs = ([each["ci95"][end] for each in shown] for end in (0, 1))
    axes.vlines(confidence, lows, highs, color=look.colour, lw=1.6)
    axes.plot(confidence, [each["accuracy"] for each in shown], look.marker, color=look.colour, ms=6, ls="-", lw=1.4)
