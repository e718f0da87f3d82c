"""How accuracy grows with the number of photographs, real and generated."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from transfer_analysis.figures.mixtures import kind_in_words
from transfer_analysis.figures.style import (
    FAINT_INK,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    wrapped,
)


@styled
def draw_learning_curves(mixtures: dict[str, Any]) -> Figure:
    """Draw accuracy on real test photographs by training photographs a class, with the fitted power laws' bands."""
    figure = new_figure(8.6, 5.4)
    axes = figure.add_subplot()
    sizes = set()
    for kind, look in looks(["real", "synthetic"]).items():
        other = "synthetic" if kind == "real" else "real"
        points = sorted((p for p in mixtures["points"] if not p[other]), key=lambda point: point["total"])
        fit = mixtures["learning_curves"][kind]["fit"]
        if fit:
            curve = fit["curve"]
            axes.fill_between(curve["sizes"], curve["low"], curve["high"], color=look.colour, alpha=0.18, lw=0)
            axes.plot(curve["sizes"], curve["mean"], color=look.colour, lw=2)
        for point in points:
            sizes.add(point["total"])
            axes.plot([point["total"]] * 2, point["accuracy"]["ci95"], color=look.colour, lw=1.8)
            axes.plot(point["total"], point["accuracy"]["mean"], look.marker, color=look.colour, ms=8)
        if points:
            last = points[-1]
            axes.annotate(
                kind_in_words(kind),
                (last["total"], last["accuracy"]["mean"]),
                (12, 0),
                textcoords="offset points",
                **{"va": "center", "color": look.colour, "weight": "bold", "annotation_clip": False},
            )
    axes.axhline(mixtures["chance"], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(sorted(sizes), [f"{size:,}" for size in sorted(sizes)])
    percent_axis(axes.yaxis)
    axes.yaxis.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlabel("training photographs of each class")
    axes.set_ylabel("accuracy on real test photographs")
    put_title(
        figure,
        "How accuracy grows with the number of training photographs",
        wrapped(
            figure,
            f"Means with {intervals(mixtures)}; dashed: chance. Lines: fitted power laws with 95 % bands, where three "
            "or more sizes were trained.",
        ),
    )
    return figure
