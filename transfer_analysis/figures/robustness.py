"""What part of its accuracy beyond guessing each arm loses when photographs are spoilt."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from transfer_analysis.figures.style import (
    FAINT_INK,
    INK,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    words,
    wrapped,
)

_ROW_INCHES = 0.56
_SPREAD = 0.46


@styled
def draw_robustness(trust: dict[str, Any]) -> Figure:
    """Draw a row a corruption, the mean of all on top: each measurable arm's relative loss with its interval."""
    arms = trust["robustness"]
    names = sorted(arms["real"]["corruptions"], key=lambda name: -_loss_of_real(arms, name))
    figure = new_figure(8.6, 2.6 + _ROW_INCHES * (1 + len(names)))
    axes = figure.add_subplot()
    offsets = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(arms)) if len(arms) > 1 else [0.0]
    for (arm, look), offset in zip(looks(arms).items(), offsets, strict=True):
        rows = [arms[arm]["overall"], *(arms[arm]["corruptions"][name] for name in names)]
        for height, entry in enumerate(rows):
            if entry["loss"] is not None:
                axes.plot(entry["loss"]["ci95"], [height + offset] * 2, color=look.colour, lw=2, solid_capstyle="butt")
                axes.plot(entry["loss"]["mean"], height + offset, look.marker, color=look.colour, ms=7)
    axes.axvline(0, color=FAINT_INK, lw=1.2, zorder=0)
    axes.axhline(0.5, color=FAINT_INK, lw=0.8)
    axes.set_yticks(range(1 + len(names)), ["all corruptions", *(_in_words(name) for name in names)], color=INK)
    axes.get_yticklabels()[0].set_weight("bold")
    axes.set_ylim(len(names) + 0.5, -0.5)
    percent_axis(axes.xaxis)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("part lost of the accuracy beyond guessing on the same photographs")
    handles = [
        axes.plot([], [], look.marker, color=look.colour, ms=8, label=_label(arm, arms[arm]))[0]
        for arm, look in looks(arms).items()
    ]
    columns = 3 if all(entry["overall"]["loss"] for entry in arms.values()) else 1
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, frameon=False)
    put_title(
        figure,
        "What is lost when real photographs are spoilt?",
        wrapped(
            figure,
            f"{_severities(trust['severities'])} (of one to five, as in CIFAR-10-C, made here), with "
            f"{intervals(trust)}.",
            "Relative to each arm’s own accuracy beyond guessing: at 100 % nothing but guessing is left.",
        ),
    )
    return figure


def _loss_of_real(arms: dict[str, Any], name: str) -> float:
    loss = arms["real"]["corruptions"][name]["loss"]
    return 0.0 if loss is None else loss["mean"]


def _label(arm: str, entry: dict[str, Any]) -> str:
    """Name an arm, and say so if it has no loss to be drawn."""
    return f"trained on {words(arm)}" + ("" if entry["overall"]["loss"] else " (not shown to beat guessing)")


def _severities(severities: list[int]) -> str:
    if len(severities) == 1:
        return f"Severity {severities[0]}"
    return f"Mean over severities {', '.join(map(str, severities))}"


def _in_words(name: str) -> str:
    return {"jpeg": "JPEG"}.get(name) or words(name)
