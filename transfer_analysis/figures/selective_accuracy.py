"""Answering only when confident: accuracy on the most confident share of the real test photographs."""

from typing import Any

from matplotlib.figure import Figure

from transfer_analysis.figures.style import (
    FAINT_INK,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    words,
)

_MARKED_EVERY = 4


@styled
def draw_selective_accuracy(trust: dict[str, Any]) -> Figure:
    """Draw one curve an arm, with its interval."""
    figure = new_figure(8.6, 5.6)
    axes = figure.add_subplot()
    for arm, look in looks(trust["selective"]).items():
        curve = trust["selective"][arm]["curve"]
        coverage, accuracy = ([point[name] for point in curve] for name in ("coverage", "accuracy"))
        low, high = zip(*(point["ci95"] for point in curve), strict=True)
        axes.fill_between(coverage, low, high, color=look.colour, alpha=0.16, lw=0)
        axes.plot(
            *(coverage, accuracy, look.marker),
            **{"color": look.colour, "ls": "-", "lw": 2, "ms": 7, "markevery": (_MARKED_EVERY - 1, _MARKED_EVERY)},
            label=f"trained on {words(arm)}",
        )
    axes.axhline(trust["chance"], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    axes.set(xlim=(0, 1.01), ylim=(0, 1.01))
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    axes.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlabel("share of the real test photographs that is answered, the most confident first")
    axes.set_ylabel("share of the answers that is right")
    figure.legend(loc="outside lower left", ncols=3, frameon=False)
    put_title(
        figure,
        "Does confidence tell right answers from wrong ones?",
        "A network that knows when it is unsure gains by answering less: its curve falls from left to right.\n"
        f"Real test photographs, means over the networks with {intervals(trust)}; dashed: chance.",
    )
    return figure
