"""k, how many generated images one real photograph is worth, for every mixture."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from transfer_analysis.figures.style import INK, intervals, looks, new_figure, put_title, styled, wrapped
from transfer_analysis.report.numbers import FORMATS

_ROW_INCHES = 0.5
# An infinite end is drawn this many times beyond the largest finite one, and an open left end this much before the
# smallest.
_BEYOND = 3.0
_BEFORE = 0.6
_ROOM = 0.8


@styled
def draw_exchange_rate(mixtures: dict[str, Any]) -> Figure:
    """Draw a row a mixture, ordered by real budget and generated share; open ends run to the edges."""
    rows = sorted(
        (point for point in mixtures["points"] if point["exchange_rate"]),
        key=lambda point: (point["real"], point["share"], point["total"]),
    )
    figure = new_figure(9.6, 2.5 + _ROW_INCHES * max(1, len(rows)))
    axes = figure.add_subplot()
    if rows:
        axes.axvline(1, color=INK, lw=1.2)
    else:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "No mixture allows a rate.", transform=axes.transAxes, ha="center", va="center")
    ends = [end for row in rows for end in (row["exchange_rate"]["k"], *row["exchange_rate"]["ci95"])]
    finite = [end["value"] for end in ends if end["value"] is not None]
    edge = _BEYOND * max([1.0, *finite])
    start = (_BEFORE if any(_is_open_to_the_left(row) for row in rows) else _ROOM) * min([1.0, *finite])
    for height, row in enumerate(rows):
        _draw_row(axes, row, height, start, edge)
    axes.set_xscale("log")
    axes.set_xlim(start, edge)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if edge < 200 else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.set_yticks(
        range(len(rows)),
        [f"{100 * row['share']:.0f} % generated: {row['real']} real, {row['synthetic']} generated" for row in rows],
    )
    axes.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, pad=10)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("k: generated images that one real photograph is worth   (left of 1: better than real)")
    put_title(
        figure,
        "How many generated images one real photograph is worth",
        wrapped(
            figure,
            f"By what the network learned from, a class; {intervals(mixtures)}. Arrow: the end is infinite (right: "
            "generated images may be worth nothing) or was not reached. Hollow: a bound, outside the real sets "
            "measured.",
        ),
    )
    return figure


def _is_open_to_the_left(row: dict[str, Any]) -> bool:
    return row["exchange_rate"]["ci95"][0]["relation"] == "less"


def _draw_row(axes: Axes, row: dict[str, Any], height: float, start: float, edge: float) -> None:
    look = looks(["synthetic", "mixture"])["mixture" if row["real"] else "synthetic"]
    rate = row["exchange_rate"]
    open_end = rate["ci95"][1]["relation"] in ("infinite", "more")
    low, high = (edge if end["value"] is None else end["value"] for end in rate["ci95"])
    high = edge if open_end else high
    low = start if _is_open_to_the_left(row) else low
    axes.plot([low, high], [height] * 2, color=look.colour, lw=2.4, solid_capstyle="butt")
    if open_end:
        axes.plot(edge / 1.04, height, ">", color=look.colour, ms=9, clip_on=False)
    if _is_open_to_the_left(row):
        axes.plot(start * 1.04, height, "<", color=look.colour, ms=9, clip_on=False)
    if rate["k"]["value"] is not None:
        face = look.colour if rate["k"]["relation"] == "equal" else "white"
        axes.plot(rate["k"]["value"], height, look.marker, mfc=face, mec=look.colour, mew=1.8, ms=9)
    text = f"{FORMATS['rate'](rate['k'])}  ({FORMATS['rate_range'](rate['ci95'])})"
    axes.annotate(
        text, *((1, height), (12, 0), ("axes fraction", "data"), "offset points"), va="center", annotation_clip=False
    )
