"""Whether generated images earn their keep: each mixture beside the same real photographs alone."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import (
    FAINT_INK,
    INK,
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
from transfer_analysis.several_tests import SIGNIFICANCE
from transfer_analysis.written_numbers import signed

_ROW_INCHES = 0.62
_APART = 0.17


@styled
def draw_mixtures(mixtures: dict[str, Any]) -> Figure:
    """Draw a row a mixture: accuracy with its generated images, and without; the gain in points at the right."""
    points = {point["name"]: point for point in mixtures["points"]}
    rows = sorted(
        (point for point in points.values() if point["control"]), key=lambda point: (-point["real"], point["synthetic"])
    )
    figure = new_figure(9.6, 2.5 + _ROW_INCHES * max(1, len(rows)))
    axes = figure.add_subplot()
    style = looks(["real", "mixture"])
    if rows:
        axes.axvline(mixtures["chance"], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    else:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "No mixture was trained.", transform=axes.transAxes, ha="center", va="center")
    for height, point in enumerate(rows):
        control = points[point["control"]]
        _draw_point(axes, control["accuracy"], height - _APART, style["real"])
        _draw_point(axes, point["accuracy"], height + _APART, style["mixture"])
        gain = point["gain"]
        axes.annotate(
            signed(100 * gain["mean"]),
            *((1, height), (8, 0), ("axes fraction", "data"), "offset points"),
            **{"va": "center", "annotation_clip": False},
            weight="bold" if gain["p_value_holm"] < SIGNIFICANCE else "normal",
        )
    axes.set_yticks(
        range(len(rows)), [f"{point['real']} real, {point['synthetic']} generated" for point in rows], color=INK
    )
    axes.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    percent_axis(axes.xaxis)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("accuracy on real test photographs   (dashed: chance)")
    handles = [
        axes.plot([], [], look.marker, color=look.colour, ms=8, label=label)[0]
        for look, label in (
            (style["real"], "the real photographs alone"),
            (style["mixture"], "with the generated ones added"),
        )
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)
    put_title(
        figure,
        "Do generated images earn their keep?",
        wrapped(
            figure,
            f"Training photographs of each class, with {intervals(mixtures)}. At the right: points gained by adding "
            "the generated ones to the same real ones; bold where that is told from zero after correction for the "
            "number of mixtures.",
        ),
    )
    return figure


def _draw_point(axes: Axes, accuracy: dict[str, Any], height: float, look: Look) -> None:
    axes.plot(accuracy["ci95"], [height] * 2, color=look.colour, lw=2.4, solid_capstyle="butt")
    axes.plot(accuracy["mean"], height, look.marker, color=look.colour, ms=8)


def kind_in_words(kind: str) -> str:
    """Return how the photographs of a learning curve are called in a figure."""
    return {"real": "real photographs", "synthetic": "generated images"}.get(kind, words(kind))
