"""What each template of the prompts is worth: measured by leaving it out, and estimated without retraining."""

import textwrap
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import GRID, INK, looks, new_figure, put_title, styled, wrapped
from transfer_analysis.several_tests import SIGNIFICANCE

_ROW_INCHES = 0.5


@styled
def draw_template_worth(worth: Mapping[str, Any]) -> Figure:
    """Draw a row a template, the most useful first: points of accuracy left, Shapley values right, each with 95 %."""
    values = sorted(worth["values"], key=lambda value: -value["worth"]["mean"])
    figure = new_figure(10.4, 2.9 + _ROW_INCHES * len(values))
    measured, estimated = figure.subplots(1, 2, sharey=True)
    is_shown = [value["worth"]["p_value_holm"] < SIGNIFICANCE for value in values]
    _draw_side(measured, [value["worth"] for value in values], looks(["synthetic"])["synthetic"].colour, is_shown)
    measured.set_title("by training without it", loc="left", weight="bold")
    # Of the estimates nothing is tested: they have one face.
    _draw_side(estimated, [value["estimate"] for value in values], INK, [True] * len(values))
    estimated.set_title("estimated without retraining", loc="left", weight="bold")
    for height, value in enumerate(values):
        detectable = 100 * value["worth"]["minimum_detectable_effect"]
        measured.barh(height, 2 * detectable, left=-detectable, height=0.6, color=GRID, zorder=0)
    measured.set_yticks(range(len(values)), ["\n".join(textwrap.wrap(value["name"], 34)) for value in values])
    measured.set_ylim(len(values) - 0.5, -0.5)
    measured.set_xlabel("points of accuracy")
    estimated.set_xlabel("points of a nearest-neighbour\nclassifier's accuracy")
    over = f"and {worth['n_seeds']} trainings" if worth["n_seeds"] > 1 else "alone, one training each"
    how = (
        f"Above zero: training on it helps classify {worth['n_images']:,} real validation photographs more than as "
        f"many other images do. 95 % intervals over these {over}; grey: too small to be found reliably "
        "(80 % power). Left, hollow: not shown to differ from zero after correction for their number."
    )
    put_title(figure, f"What each {worth['by']} of the prompts is worth", wrapped(figure, worth["finding"], how))
    return figure


def _draw_side(axes: Axes, entries: list[Mapping[str, Any]], colour: str, is_filled: list[bool]) -> None:
    axes.axvline(0, color=INK, lw=1.2)
    for height, (entry, filled) in enumerate(zip(entries, is_filled, strict=True)):
        low, high = (100 * end for end in entry["ci95"])
        axes.plot([low, high], [height, height], color=colour, lw=2.4, solid_capstyle="butt")
        face = colour if filled else "white"
        axes.plot(100 * entry["mean"], height, "s", ms=8, mfc=face, mec=colour, mew=1.8)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
