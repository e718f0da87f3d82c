"""What training on other images confuses that training at home does not: the difference of two confusion matrices."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from transfer_analysis.figures.style import bare, ink_on, looks, new_figure, put_title, styled, words
from transfer_analysis.written_numbers import signed

_CELL_INCHES = 0.62
# Orange and purple: told apart by the colour-blind; in grey the sign that every number carries tells them apart.
_SHADES = "PuOr_r"
_LEAST_WRITTEN = 0.005
_SHOWN = ("synthetic_to_real", "real_to_synthetic")


@styled
def draw_confusion_differences(summary: dict[str, Any]) -> Figure:
    """Draw one matrix a gap between real and synthetic (or the first gap, if neither is there)."""
    gaps, classes = summary["gaps"], [words(name) for name in summary["study"]["classes"]]
    shown = [gaps[key] for key in _SHOWN if key in gaps] or list(gaps.values())[:1]
    side = max(2.6, _CELL_INCHES * len(classes))
    figure = new_figure(1.4 + (side + 0.5) * max(1, len(shown)), 2.7 + side)
    panels = figure.subplots(1, max(1, len(shown)), squeeze=False, sharey=True)[0]
    if not shown:
        bare(panels[0])
        panels[0].text(0.5, 0.5, "No two arms can be compared.", ha="center", va="center")
    widest = max([0.01, *(np.abs(gap["confusion_difference"]["difference"]).max() for gap in shown)])
    for axes, gap in zip(panels, shown, strict=False):
        _draw_matrix(axes, gap["confusion_difference"], widest)
        axes.set_title(
            f"trained on {words(gap['arm'])}, less on {words(gap['home'])}\n(tested on {words(gap['domain'])})",
            **{"weight": "bold", "loc": "left", "color": looks(summary["transfer"])[gap["arm"]].colour},
        )
        axes.set_xlabel("answer")
        axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right", rotation_mode="anchor")
    is_told = all(gap["confusion_difference"]["differs"] for gap in shown)
    if shown:
        panels[0].set_yticks(range(len(classes)), classes)
        panels[0].set_ylabel("true class")
    put_title(
        figure,
        "What training on other images confuses that training at home does not",
        "Points of the row’s class; each row sums to zero. On the diagonal, minus is recall lost.\n"
        + (
            "Bold: told from zero, at a false discovery rate of 5 % over the matrix."
            if is_told
            else "With fewer than three networks an arm no number can be told from zero."
        ),
    )
    return figure


def _draw_matrix(axes: Axes, confusion: dict[str, Any], widest: float) -> None:
    shade, norm = matplotlib.colormaps[_SHADES], TwoSlopeNorm(0, -widest, widest)
    difference_kk = np.array(confusion["difference"])
    axes.imshow(difference_kk, cmap=shade, norm=norm)
    for (true, answer), share in np.ndenumerate(difference_kk):
        if abs(share) >= _LEAST_WRITTEN:
            differs = confusion["differs"] and confusion["differs"][true][answer]
            axes.text(
                *(answer, true, signed(100 * share, 0)),
                **{"ha": "center", "va": "center", "size": 11, "weight": "bold" if differs else "normal"},
                color=ink_on(shade(norm(share))),
            )
    bare(axes)
