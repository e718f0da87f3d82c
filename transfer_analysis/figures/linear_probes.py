"""What a linear probe finds in each block of real-trained, generated-trained and untrained networks."""

from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.end_labels import label_ends
from transfer_analysis.figures.network_similarity import block_axis
from transfer_analysis.figures.style import (
    FAINT_INK,
    Look,
    intervals,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    wrapped,
)

_AXES_INCHES = 3.6
_APART = 0.06
_IMAGES = {"real": "tested on real photographs", "synthetic": "tested on generated images"}


class _Line(NamedTuple):
    network: str
    fitted: str
    label: str
    look: Look
    is_carried: bool


@styled
def draw_linear_probes(representations: dict[str, Any]) -> Figure:
    """Draw the probes' accuracy by block with 95 % intervals, a panel for each kind of test images."""
    probes, blocks = representations["probes"], representations["blocks"]
    figure = new_figure(12.4, 5.4)
    panels = figure.subplots(1, 2, sharey=True)
    chance = 1 / len(representations["classes"])
    for axes, tested in zip(panels, probes["n_images"], strict=True):
        ends, colours = {}, {}
        axes.axhline(chance, color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
        for shift, line in enumerate(_lines(tested), -2):
            by_block = probes["accuracy"][line.network]
            _draw_line(axes, [by_block[block][line.fitted][tested] for block in blocks], _APART * shift, line)
            ends[line.label] = (len(blocks) - 1 + _APART * shift, by_block[blocks[-1]][line.fitted][tested]["mean"])
            colours[line.label] = line.look.colour
        axes.set_ylim(0, 1.02)
        percent_axis(axes.yaxis)
        block_axis(axes, blocks)
        axes.yaxis.grid(True)
        axes.set_axisbelow(True)
        axes.set_title(_IMAGES[tested], loc="left", weight="bold")
        label_ends(axes, ends, colours, _AXES_INCHES / 2)
    panels[0].set_ylabel("accuracy of a linear probe")
    put_title(
        figure,
        "What a linear probe finds in each block",
        wrapped(
            figure,
            f"Accuracy with {intervals(representations)}, by what the network learned from. Filled: the probe was "
            "fitted on images like those of the test; hollow, dotted: on images of the other kind. Dashed, grey: "
            "chance.",
        ),
    )
    return figure


def _lines(tested: str) -> list[_Line]:
    other = "synthetic" if tested == "real" else "real"
    style, adjective = looks(["real", "synthetic"]), {"real": "real", "synthetic": "generated"}
    lines = [
        _Line(network, tested, f"{adjective[network]}-\ntrained", style[network], False)
        for network in ("real", "synthetic")
    ]
    lines.append(_Line("untrained", tested, "untrained", Look(FAINT_INK, "v"), False))
    lines.append(_Line(other, other, f"{adjective[other]}-trained,\n{adjective[other]} probe", style[other], True))
    return lines


def _draw_line(axes: Axes, points: list[dict[str, Any]], shift: float, line: _Line) -> None:
    xs = [x + shift for x in range(len(points))]
    for x, point in zip(xs, points, strict=True):
        axes.plot([x, x], point["ci95"], color=line.look.colour, lw=2, solid_capstyle="butt")
    axes.plot(
        xs,
        [point["mean"] for point in points],
        line.look.marker,
        ls=(0, (1, 2)) if line.is_carried else "-",
        color=line.look.colour,
        lw=1.8,
        ms=7,
        mfc="white" if line.is_carried else line.look.colour,
        mew=1.6,
    )
