"""What every arm loses against the arm at home on the same test images: a forest plot."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from transfer_analysis.figures.style import (
    FAINT_INK,
    GRID,
    INK,
    PAPER,
    intervals,
    looks,
    new_figure,
    put_title,
    styled,
    words,
)
from transfer_analysis.several_tests import SIGNIFICANCE
from transfer_analysis.written_numbers import signed

_ROW_INCHES = 0.46


@styled
def draw_gaps(summary: dict[str, Any]) -> Figure:
    """Draw gaps in points of accuracy with 95 % intervals, the minimum detectable effect as a band about zero.

    A gap that stays clear of zero after Holm's correction has a filled marker, any other a hollow one.
    """
    gaps, arms = summary["gaps"], list(summary["transfer"])
    domains = [name for name in summary["study"]["domains"] if any(gap["domain"] == name for gap in gaps.values())]
    ordered = sorted(gaps.values(), key=lambda gap: (domains.index(gap["domain"]), -gap["mean"]))
    style = looks(arms)
    figure = new_figure(9.6, 2.6 + _ROW_INCHES * (len(ordered) + 0.6 * len(domains)))
    axes = figure.add_subplot()
    axes.axvline(0, color=INK, lw=1.2)
    height, ticks = 0.0, []
    if not ordered:
        axes.text(0.5, 0.5, "No two arms can be compared.", transform=axes.transAxes, ha="center", va="center")
    for position, gap in enumerate(ordered):
        if position == 0 or gap["domain"] != ordered[position - 1]["domain"]:
            height += 0.6
            heading = f"tested on {words(gap['domain'])}, against the arm trained on it"
            axes.text(
                *(0, height - 0.33, heading),
                transform=axes.get_yaxis_transform(),
                color=FAINT_INK,
                va="center",
                bbox={"fc": PAPER, "ec": "none", "pad": 2},
            )
        look = style[gap["arm"]]
        mean, (low, high), detectable = 100 * gap["mean"], gap["ci95"], 100 * gap["minimum_detectable_effect"]
        axes.barh(height + 0.25, 2 * detectable, left=-detectable, height=0.62, color=GRID, zorder=0)
        axes.plot([100 * low, 100 * high], [height + 0.25] * 2, color=look.colour, lw=2.4, solid_capstyle="butt")
        filled = gap["p_value_holm"] < SIGNIFICANCE
        axes.plot(
            mean, height + 0.25, look.marker, ms=9, mfc=look.colour if filled else "white", mec=look.colour, mew=1.8
        )
        axes.annotate(
            signed(mean),
            (1, height + 0.25),
            (8, 0),
            ("axes fraction", "data"),
            "offset points",
            va="center",
            annotation_clip=False,
        )
        ticks.append((height + 0.25, words(gap["arm"]), look.colour))
        height += 1
    axes.set_yticks([tick for tick, _, _ in ticks], [name for _, name, _ in ticks])
    for label, (_, _, colour) in zip(axes.get_yticklabels(), ticks, strict=True):
        label.set(color=colour, weight="bold")
    ends = [end for gap in ordered for end in (*gap["ci95"], -gap["minimum_detectable_effect"], gap["mean"])]
    detectable = [gap["minimum_detectable_effect"] for gap in ordered]
    # With two trainings not even the largest possible gap may be large enough to be found.
    axes.set_xlim(104 * max(min([*ends, -0.01]), -1), 104 * min(max([*ends, *detectable, 0.01]), 1))
    axes.set_ylim(height - 0.15, 0)
    axes.set_xlabel("points of accuracy lost   (left of zero: gained)")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    figure.legend(
        handles=[Patch(color=GRID, label="too small to be found reliably (80 % power)")],
        loc="outside lower left",
        frameon=False,
    )
    put_title(
        figure,
        "Accuracy lost by training on other images than those of the test",
        f"Points with {intervals(summary['study'])}, paired by image and seed.\n"
        "Filled: differs from zero after correction for the number of gaps. Hollow: not shown to differ.",
    )
    return figure
