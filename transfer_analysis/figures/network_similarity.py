"""How alike real-trained and generated-trained networks are, block by block, between ceiling and floor."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.end_labels import label_ends
from transfer_analysis.figures.style import FAINT_INK, INK, new_figure, put_title, styled, words

_AXES_INCHES = 3.6
_IMAGES = {"real": "seeing real photographs", "synthetic": "seeing generated images"}
# No arm's colours: each line is about pairs of networks.
_LINES = {
    "ceiling": ("same training,\nother seed", FAINT_INK, "^", (0, (5, 2))),
    "across": ("real against\ngenerated", INK, "o", "-"),
    "floor": ("trained against\nuntrained", FAINT_INK, "v", (0, (1, 2))),
}
_APART = 0.06


@styled
def draw_network_similarity(representations: dict[str, Any]) -> Figure:
    """Draw CKA by block with 95 % intervals, a panel for each kind of images that the networks see."""
    figure = new_figure(10.6, 5.2)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (domain, blocks) in zip(panels, representations["similarity"].items(), strict=True):
        _draw_panel(axes, blocks)
        axes.set_title(_IMAGES[domain], loc="left", weight="bold")
    panels[0].set_ylabel("linear CKA (1: equal but for rotation and scale)")
    last = list(representations["similarity"].values())[-1][representations["blocks"][-1]]
    ends = {
        label: (len(representations["blocks"]) - 1 + _APART * shift, last[measure]["mean"])
        for shift, (measure, (label, *_)) in enumerate(_LINES.items(), -1)
        if last[measure]
    }
    label_ends(panels[-1], ends, {label: colour for label, colour, *_ in _LINES.values()}, _AXES_INCHES / 2)
    several = representations["n_seeds"] > 1
    put_title(
        figure,
        "How alike do networks see that learned from real and from generated images?",
        "Similarity of what two networks make of the same test images, block by block from input to output, with\n"
        "95 % intervals. "
        + (
            "The nearer the solid line is to the dashed one, the less the kind of training images matters."
            if several
            else "With one network of each kind, the luck of training is not in them."
        ),
    )
    return figure


def _draw_panel(axes: Axes, blocks: dict[str, Any]) -> None:
    for shift, (measure, (_, colour, marker, dashes)) in enumerate(_LINES.items(), -1):
        points = [(x, entry[measure]) for x, entry in enumerate(blocks.values()) if entry[measure]]
        for x, point in points:
            axes.plot([x + _APART * shift] * 2, point["ci95"], color=colour, lw=2, solid_capstyle="butt")
        xs = [x + _APART * shift for x, _ in points]
        axes.plot(xs, [point["mean"] for _, point in points], marker, ls=dashes, color=colour, lw=1.8, ms=7)
    axes.set_ylim(min(-0.05, *axes.get_ylim()), 1.05)
    block_axis(axes, list(blocks))
    axes.yaxis.grid(True)
    axes.set_axisbelow(True)


def block_axis(axes: Axes, blocks: list[str]) -> None:
    """Put a network's blocks on the horizontal axis, first to last."""
    axes.set_xticks(range(len(blocks)), [words(block) for block in blocks], rotation=25, ha="right")
    axes.set_xlim(-0.4, len(blocks) - 0.6)
