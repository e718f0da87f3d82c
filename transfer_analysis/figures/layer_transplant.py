"""Where the gap sits: accuracy over the frozen lower blocks of real-trained and of generated-trained networks."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.end_labels import label_ends
from transfer_analysis.figures.style import (
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

_AXES_INCHES = 3.6
_APART = 0.05


@styled
def draw_layer_transplant(representations: dict[str, Any]) -> Figure:
    """Draw accuracy by the number of frozen blocks, a line a donor, and the points lost above each depth."""
    transplant = representations["transplant"]
    depths = transplant["depths"]
    figure = new_figure(9.6, 5.6)
    axes = figure.add_subplot()
    style = looks(["real", "synthetic"])
    for (donor, look), shift in zip(style.items(), (-_APART, _APART), strict=True):
        xs = [entry["depth"] + shift for entry in depths]
        for x, entry in zip(xs, depths, strict=True):
            axes.plot([x, x], entry[donor]["ci95"], color=look.colour, lw=2.4, solid_capstyle="butt")
        means = [entry[donor]["mean"] for entry in depths]
        axes.plot(xs, means, look.marker, ls="-", color=look.colour, lw=1.6, ms=8)
    bottom, top = axes.get_ylim()
    axes.set_ylim(max(0.0, bottom), min(1.0, top) + 0.08 * (top - bottom))
    for entry in depths[1:]:
        _write_gap(axes, entry)
    labels = ["none"] + [f"to {words(entry['last_frozen'])}" for entry in depths[1:]]
    axes.set_xticks([entry["depth"] for entry in depths], labels)
    axes.set_xlim(-0.4, len(depths) - 0.6)
    axes.set_xlabel("blocks that are the donor’s and frozen; all above them learn anew from real photographs")
    axes.set_ylabel("accuracy on real test photographs")
    percent_axis(axes.yaxis)
    axes.yaxis.grid(True)
    axes.set_axisbelow(True)
    names = {"real": "real-trained\ndonor", "synthetic": "generated-\ntrained donor"}
    label_ends(
        axes,
        {
            names[donor]: (depths[-1]["depth"] + shift, depths[-1][donor]["mean"])
            for donor, shift in zip(style, (-_APART, _APART), strict=True)
        },
        {names[donor]: look.colour for donor, look in style.items()},
        _AXES_INCHES / 2,
    )
    put_title(
        figure,
        "Where does the gap sit?",
        wrapped(
            figure,
            f"Networks over the frozen lower blocks of another network, with {intervals(transplant)}. At the top: "
            "points lost where that other network learned from generated images; bold where told from zero, corrected "
            "for the depths.",
        ),
    )
    return figure


def _write_gap(axes: Axes, entry: dict[str, Any]) -> None:
    gap = entry["gap"]
    axes.annotate(
        signed(100 * gap["mean"]),
        (entry["depth"], 1),
        (0, -4),
        ("data", "axes fraction"),
        "offset points",
        ha="center",
        va="top",
        weight="bold" if gap["p_value_holm"] < SIGNIFICANCE else "normal",
    )
