"""Whether what tells the kinds apart also costs accuracy: the probe and the gap, direction by direction."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from transfer_analysis.domain_gap.terms import KINDS, RANDOM, TELLING
from transfer_analysis.figures.style import FAINT_INK, Look, looks, new_figure, percent_axis, put_title, styled

_IN_WORDS = {"real": "on photographs", "generated": "on generated images"}


@styled
def draw_directions_removed(gap: dict[str, Any]) -> Figure:
    """Draw the probe's accuracy at the left, the gap on either kind of test image at the right.

    Args:
        gap: what domain_gap.json holds.
    """
    steps = gap["removal"]["steps"]
    style = looks(["real", "synthetic"])
    by_kind = dict(zip(KINDS, (style["real"], style["synthetic"]), strict=True))
    figure = new_figure(10.4, 5.0)
    left, right = figure.subplots(1, 2)
    _draw_courses(left, steps, lambda entry: entry["domain"]["accuracy"], Look(FAINT_INK, "o"), 0.0)
    left.set_title("real or generated: told apart", weight="bold", loc="left")
    left.axhline(0.5, color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    for number, (kind, look) in enumerate(by_kind.items()):
        _draw_courses(right, steps, lambda entry, kind=kind: entry["gap"][kind], look, 0.12 * (number - 0.5))
        right.plot([], [], f"{look.marker}-", color=look.colour, label=_IN_WORDS[kind])
    right.set_title("class probes: gap to probes at home", weight="bold", loc="left")
    right.axhline(0, color=FAINT_INK, lw=1.2, zorder=0)
    for axes in (left, right):
        axes.set_xticks(range(len(steps)), [str(step["directions"]) for step in steps])
        axes.set_xlim(-0.4, len(steps) - 0.6)
        axes.set_xlabel("directions taken out of the features")
        axes.yaxis.grid(True)
        axes.set_axisbelow(True)
    percent_axis(left.yaxis)
    right.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.4g}".replace("-", "−"))
    for axes in (left, right):
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    right.set_ylabel("points of accuracy")
    left.plot([], [], "o-", color=FAINT_INK, label="directions that tell")
    left.plot([], [], "o:", color=FAINT_INK, mfc="white", label="as many random ones")
    for axes in (left, right):
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)
    put_title(
        figure,
        "Does what tells them apart cost accuracy?",
        "Features of networks trained on photographs, before and after directions are taken out: those that tell real\n"
        "from generated (solid) or random ones (dotted). 95 % intervals; dashed: guessing.",
    )
    return figure


def _draw_courses(axes: Axes, steps: list[dict[str, Any]], entry_of, look: Look, shift: float) -> None:
    """Draw the solid course of the directions that tell and the dotted one of the random ones, from a common start."""
    for which, line, face, further in ((RANDOM, ":", "white", 0.05), (TELLING, "-", look.colour, 0.0)):
        drawn = [(place, entry_of(step.get(which, step[TELLING]))) for place, step in enumerate(steps)]
        places = [place + (shift + further if place else shift) for place, _ in drawn]
        means = [entry["mean"] for _, entry in drawn]
        axes.plot(places, means, look.marker, ls=line, color=look.colour, mfc=face, ms=6, lw=1.8)
        for place, (_, entry) in zip(places, drawn, strict=True):
            axes.plot([place] * 2, entry["ci95"], color=look.colour, lw=1.4 if which == TELLING else 0.8)
