"""How good generated images are, by class: each measure beside what real photographs score against real ones."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import FAINT_INK, GRID, looks, new_figure, percent_axis, put_title, styled, words

_PANELS = {
    "recognised": "recognised as their class",
    "precision": "precision: plausible",
    "recall": "recall: variety reached",
    "density": "density: how crowded",
    "coverage": "coverage: variety drawn",
    "frechet_distance": "Fréchet distance: how far off",
}
_SHARES = {"recognised", "precision", "recall", "coverage"}


@styled
def draw_generator_quality(quality: dict[str, Any]) -> Figure:
    """Draw one panel a measure and one row a class, all classes together on top.

    Args:
        quality: what quality.json holds.
    """
    groups = ["overall", *quality["classes"]]
    figure = new_figure(10.4, 2.0 + 2 * (0.9 + 0.34 * len(groups)))
    grid = figure.subplots(2, 3, sharey=True).ravel()
    for axes, (name, title) in zip(grid, _PANELS.items(), strict=True):
        _draw_panel(axes, [_marks(quality, group, name) for group in groups])
        axes.set_title(title, weight="bold", loc="left")
        axes.set_yticks(range(len(groups)), ["all classes", *(words(name) for name in quality["classes"])])
        axes.set_ylim(len(groups) - 0.5, -0.5)
        axes.axhline(0.5, color=GRID, lw=0.8, zorder=0)
        if name in _SHARES:
            axes.set_xlim(-0.03, 1.03)
            percent_axis(axes.xaxis)
        else:
            axes.set_xlim(left=0)
    put_title(
        figure,
        "Generated images beside real photographs, as a classifier of real ones sees them",
        f"Square: generated images, with 95 % interval. Circle and bar: real photographs against real ones, and where\n"
        f"95 % of draws lie (recognised: interval). {quality['method']['images_per_class_and_half']} images a class on "
        f"each side, k = {quality['method']['k']}.",
    )
    return figure


def _marks(quality: dict[str, Any], group: str, name: str) -> dict[str, Any]:
    """Return {"value", "ci95", "null", "null95"} of any measure."""
    if name != "recognised":
        return (quality["overall"] if group == "overall" else quality["per_class"][group])[name]
    shares = quality["recognised"]["overall"] if group == "overall" else quality["recognised"]["per_class"][group]
    made, real = shares["generated"], shares["real"]
    return {"value": made["mean"], "ci95": made["ci95"], "null": real["mean"], "null95": real["ci95"]}


def _draw_panel(axes: Axes, marks: list[dict[str, Any]]) -> None:
    style = looks(["real", "synthetic"])
    for height, mark in enumerate(marks):
        axes.plot(
            mark["null95"],
            [height - 0.14] * 2,
            color=style["real"].colour,
            lw=7,
            alpha=0.35,
            solid_capstyle="butt",
            zorder=1,
        )
        axes.plot(mark["null"], height - 0.14, style["real"].marker, color=style["real"].colour, ms=5.5)
        axes.plot(mark["ci95"], [height + 0.14] * 2, color=style["synthetic"].colour, lw=1.8)
        axes.plot(mark["value"], height + 0.14, style["synthetic"].marker, color=style["synthetic"].colour, ms=5.5)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", colors=FAINT_INK)
    axes.spines["left"].set_visible(False)
