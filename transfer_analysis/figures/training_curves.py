"""How training went: validation accuracy by step.

The learning rate ends at zero, so every curve levels off, however short the training was.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from transfer_analysis.figures.end_labels import label_ends
from transfer_analysis.figures.style import FAINT_INK, looks, new_figure, percent_axis, put_title, styled, words
from transfer_analysis.training_metrics import Course

_AXES_INCHES = 3.4


@styled
def draw_training_curves(summary: dict[str, Any], courses: dict[str, list[Course]]) -> Figure:
    """Draw a thin line a seed and a thick one for their mean (where they share their steps), named at its end."""
    figure = new_figure(8.6, 5.2)
    axes = figure.add_subplot()
    ends = {}
    for arm, look in looks(courses).items():
        for course in courses[arm]:
            axes.plot(course.steps, course.val_accuracy, color=look.colour, lw=0.9, alpha=0.55)
        steps, means = _mean_course(courses[arm])
        axes.plot(steps, means, look.marker, color=look.colour, ls="-", lw=2.4, ms=6, markevery=[-1])
        ends[arm] = (steps[-1], means[-1])
    axes.axhline(summary["study"]["chance"], color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, max(step for step, _ in ends.values()))
    percent_axis(axes.yaxis)
    axes.yaxis.grid(True)
    axes.set_axisbelow(True)
    axes.set_xlabel("training step")
    axes.set_ylabel("validation accuracy")
    style = looks(courses)
    label_ends(
        axes,
        {words(arm): end for arm, end in ends.items()},
        {words(arm): style[arm].colour for arm in courses},
        _AXES_INCHES,
    )
    several = len(summary["study"]["seeds"]) > 1
    put_title(
        figure,
        "Validation accuracy during training",
        ("Thin: one network each; thick: their mean; " if several else "")
        + "dashed: chance.\n"
        + "Every curve levels off, for the learning rate ends at zero: level does not mean trained out.",
    )
    return figure


def _mean_course(courses: list[Course]) -> tuple[list[int], list[float]]:
    """Average over seeds at the steps they all have; if they share none, take the first seed's course."""
    shared = sorted(set.intersection(*(set(course.steps) for course in courses)))
    if not shared:
        return courses[0].steps, courses[0].val_accuracy
    by_seed = [dict(zip(course.steps, course.val_accuracy, strict=True)) for course in courses]
    return shared, [float(np.mean([accuracy[step] for accuracy in by_seed])) for step in shared]
