"""What tells generated images from photographs: probes by what they see, as they are and with the grain matched."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.domain_gap.reading import grain_was_seen_to_differ
from transfer_analysis.figures.style import FAINT_INK, GRID, Look, looks, new_figure, percent_axis, put_title, styled

VIEWS = {
    "features": "features of a real-trained network",
    "low_level": "all low-level numbers",
    "spectrum": "· power spectrum (grain)",
    "colour": "· colour statistics",
    "jpeg": "· behaviour under JPEG",
}
_APART = 0.16


@styled
def draw_real_or_generated(gap: dict[str, Any]) -> Figure:
    """Draw a row for each view; left generated images and the null, right with the grain matched.

    Args:
        gap: what domain_gap.json holds.
    """
    real, generated = (looks(["real", "synthetic"])[arm] for arm in ("real", "synthetic"))
    filtered = looks(["mixture"])["mixture"]
    panels = (
        (
            "as they are",
            (
                ("generated", "generated images from photographs", generated),
                ("null", "photographs from photographs (null)", real),
            ),
        ),
        (
            "with the grain made alike, not equal"
            if grain_was_seen_to_differ(gap["separability"])
            else "with the grain made equal",
            (
                ("beyond_kernel", "generated images from filtered photographs", generated),
                ("kernel", "filtered photographs from photographs", filtered),
            ),
        ),
    )
    pairs = gap["separability"]["pairs"]
    figure = new_figure(10.4, 5.0)
    grid = figure.subplots(1, 2, sharey=True, sharex=True)
    for axes, (title, marks) in zip(grid, panels, strict=True):
        axes.set_title(title, weight="bold", loc="left")
        for side, (pair, label, look) in zip((-1, 1), marks, strict=True):
            _draw_marks(axes, [pairs[pair][view]["accuracy"] for view in VIEWS], side * _APART, look)
            axes.plot([], [], look.marker, color=look.colour, ms=8, label=label)
        axes.axvline(0.5, color=FAINT_INK, lw=1.2, ls=(0, (4, 3)), zorder=0)
        axes.axhline(0.5, color=GRID, lw=0.8, zorder=0)
        axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.16), frameon=False, fontsize=10.5)
        axes.set_xlabel("told apart, held-out images   (dashed: guessing)")
        percent_axis(axes.xaxis)
        axes.xaxis.grid(True)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    grid[0].set_yticks(range(len(VIEWS)), list(VIEWS.values()))
    grid[0].set_ylim(len(VIEWS) - 0.5, -0.5)
    grid[0].set_xlim(right=1.02)
    put_title(
        figure,
        "What tells generated images from photographs?",
        "Accuracy of linear probes on test images, both kinds counted alike, by what they see; 95 % intervals.",
    )
    return figure


def _draw_marks(axes: Axes, entries: list[dict[str, Any]], shift: float, look: Look) -> None:
    for row, entry in enumerate(entries):
        axes.plot(entry["ci95"], [row + shift] * 2, color=look.colour, lw=2.4, solid_capstyle="butt")
        axes.plot(entry["mean"], row + shift, look.marker, color=look.colour, ms=7)
