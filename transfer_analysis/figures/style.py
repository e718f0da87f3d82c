"""What all figures share: one colour and marker an arm, type sizes, words for names, and how a figure reaches the disk.

Colours are Okabe and Ito's (2008), told apart by the colour-blind; markers tell arms apart in grey.
"""

import functools
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from photographs.atomic_files import write_atomically

INK, FAINT_INK, GRID, PAPER = "#1a1a1a", "#595959", "#d9d9d9", "#ffffff"
SHADES = "Blues"


class Look(NamedTuple):
    """How an arm is drawn."""

    colour: str
    marker: str


_KNOWN = {"real": Look("#0072b2", "o"), "synthetic": Look("#d55e00", "s"), "mixture": Look("#009e73", "D")}
_FURTHER_COLOURS = ("#b0568f", "#8a6d00", "#3b9cd6", "#4d4d4d", "#7a3b00")
_FURTHER_MARKERS = ("^", "v", "P", "X", "*", "<", ">", "p", "d", "h")

# Paths instead of text: the same picture on machines without the font. No date, salted ids: the same bytes every time.
_SETTINGS = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT_INK,
    "axes.labelsize": 11,
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": FAINT_INK,
    "ytick.color": FAINT_INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "path",
    "svg.hashsalt": "fauxtograph",
}
# Only the fonts that Matplotlib brings: a system's release of the same font numbers its glyphs otherwise, and SVGs name
# outlines by these numbers.
font_manager.fontManager.ttflist = [
    font for font in font_manager.fontManager.ttflist if Path(font.fname).is_relative_to(matplotlib.get_data_path())
]
_TITLE_SIZE = 14
# Of a subtitle, on average.
_LETTERS_PER_INCH = 11.4
_LEAST_WIDTH = 7.4


def looks(arms: Iterable[str]) -> dict[str, Look]:
    """Return each arm's colour and marker; arms beyond the three usual ones take further ones in the order given."""
    arms = list(arms)
    others = [arm for arm in arms if arm not in _KNOWN]
    return {arm: _KNOWN.get(arm) or _further_look(others.index(arm)) for arm in arms}


def _further_look(number: int) -> Look:
    """Return the look of a further arm: markers do not repeat before the eleventh, nor pairs before the 51st."""
    # There are two markers to a colour; from ten on each round moves the markers on by one.
    marker = number + number // len(_FURTHER_MARKERS)
    return Look(
        _FURTHER_COLOURS[number % len(_FURTHER_COLOURS)],
        _FURTHER_MARKERS[marker % len(_FURTHER_MARKERS)],
    )


def words(name: str) -> str:
    """Return an arm's, domain's or class's name as it is written in a figure."""
    return name.replace("_", " ")


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make the house's settings hold while `draw` runs, whatever the user's own Matplotlib settings are."""

    @functools.wraps(draw)
    def draw_in_style(*arguments, **named) -> Figure:
        with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
            return draw(*arguments, **named)

    return draw_in_style


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of this many inches (wider for the title's sake), whose parts make room for each other."""
    return Figure(figsize=(max(width, _LEAST_WIDTH), height), layout="constrained")


def ink_on(background: tuple[float, float, float, float]) -> str:
    """Return the ink, dark or white, that stands out more from an RGBA background (WCAG 2 contrast ratio)."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in background[:3]
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return PAPER if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.06 else INK


def put_title(figure: Figure, title: str, subtitle: str) -> None:
    """Write what the figure shows, and below, smaller, how to read it; both above everything, from the left edge."""
    height = figure.get_figheight()
    lines = subtitle.count("\n") + 1
    band = 0.42 + 0.2 * lines
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - band / height), w_pad=0.1, h_pad=0.08)
    figure.text(0.1 / figure.get_figwidth(), 1 - 0.1 / height, title, size=_TITLE_SIZE, weight="bold", va="top")
    figure.text(
        0.1 / figure.get_figwidth(), 1 - 0.38 / height, subtitle, size=11, color=FAINT_INK, va="top", linespacing=1.25
    )


def wrapped(figure: Figure, *texts: str) -> str:
    """Return the texts of a subtitle, each begun on a line of its own, in lines that the figure's width holds."""
    letters = int(_LETTERS_PER_INCH * figure.get_figwidth())
    return "\n".join(textwrap.fill(text, letters) for text in texts)


def intervals(study: dict[str, Any]) -> str:
    """Name the intervals of a study's accuracies; those of a single network an arm hold nothing of its training."""
    return "95 % intervals" if study["n_seeds"] > 1 else "95 % intervals over test images alone"


def percent_axis(axis) -> None:
    """Label the fractions of a Matplotlib axis as per cent."""
    axis.set_major_formatter(lambda value, _: f"{100 * value:.4g} %".replace("-", "−"))


def bare(axes: Axes) -> None:
    """Take away the frame and the tick marks, leaving labels."""
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def save_figure(figure: Figure, path: Path) -> None:
    """Write `figure` atomically as SVG (or PNG, by the ending of `path`), the same bytes every time."""
    kind = Path(path).suffix.removeprefix(".")
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        write_atomically(path, lambda stream: figure.savefig(stream, format=kind, dpi=144, metadata=metadata))
