"""A sweep: accuracy on real validation photographs by setting; lines where a setting is a number, rows where not."""

import json
import math
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from transfer_analysis.figures.style import (
    GRID,
    INK,
    Look,
    looks,
    new_figure,
    percent_axis,
    put_title,
    styled,
    words,
    wrapped,
)
from transfer_analysis.sweeps import is_worse

Point = Mapping[str, Any]
_ROW_INCHES = 0.42
_FACETS_A_ROW = 3
# Where published studies of classifiers trained on generated images found the best guidance scale.
_PUBLISHED_GUIDANCE = (1, 2)
# Around the study's own point: words beside it would lie on another series.
_RING = {"marker": "o", "ms": 17, "mfc": "none", "mec": INK, "mew": 1.2, "ls": ""}
# Series at one setting stand this share of the axis apart, so that their intervals can be told apart.
_APART = 0.012


@styled
def draw_sweep(sweep: Mapping[str, Any]) -> Figure:
    """Draw a point's accuracy against the first numeric setting, a line for each value of the last other setting.

    Settings between those two make panels of their own. Where samplers differ in what a step costs, a further panel
    shows accuracy against network evaluations. Without a numeric setting every point has a row.
    """
    sweep = {**sweep, "keys": _varied_keys(sweep)}
    axis_key = _axis_key(sweep)
    figure = _draw_rows(sweep) if axis_key is None else _draw_lines(sweep, axis_key)
    over = f"and {sweep['n_seeds']} trainings a point" if sweep["n_seeds"] > 1 else "alone, one training a point"
    how = (
        f"Networks trained on generated images alone ({sweep['train_images_per_class']} a class), measured on "
        f"{sweep['n_images']:,} real validation photographs; 95 % intervals over those {over}. "
        "Filled: the best, and what is not shown to differ from it."
    )
    *others, last = (words(key) for key in sweep["keys"])
    varied = f"{', '.join(others)} and {last}" if others else last
    put_title(figure, f"What classifiers learn, by {varied}", wrapped(figure, sweep["finding"], how))
    return figure


def _varied_keys(sweep: Mapping[str, Any]) -> list[str]:
    varied = [
        key for key in sweep["keys"] if len({json.dumps(point["settings"][key]) for point in sweep["points"]}) > 1
    ]
    return varied or list(sweep["keys"][:1])


def _axis_key(sweep: Mapping[str, Any]) -> str | None:
    for key in sweep["keys"]:
        values = [point["settings"][key] for point in sweep["points"]]
        if (
            all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            and len(set(values)) > 1
        ):
            return key
    return None


def _draw_lines(sweep: Mapping[str, Any], axis_key: str) -> Figure:
    *panel_keys, series_key = [key for key in sweep["keys"] if key != axis_key] or [None]
    by_panel = [
        (key, list(points))
        for key, points in groupby(
            sorted(sweep["points"], key=lambda point: _text(point, panel_keys)), lambda point: _text(point, panel_keys)
        )
    ]
    per_step = {point["network_evaluations"] / point["generator"]["steps"] for point in sweep["points"]}
    # Where every step costs the same, a second panel would show the first again.
    with_cost = not panel_keys and bool({"steps", "sampler"} & set(sweep["keys"])) and len(per_step) > 1
    n_panels = len(by_panel) + with_cost
    cost = f" ({min(per_step):g} network evaluations each)" if axis_key == "steps" and len(per_step) == 1 else ""
    columns = min(n_panels, _FACETS_A_ROW)
    rows = math.ceil(n_panels / columns)
    figure = new_figure(8.6 if columns == 1 else 4.6 * columns, 1.8 + 3.6 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True).ravel()
    names = list(dict.fromkeys(_text(point, [series_key]) for point in sweep["points"]))
    style = looks(names) if len(names) > 1 else {names[0]: looks(["synthetic"])["synthetic"]}
    for axes, (title, points) in zip(grid, by_panel, strict=False):
        _draw_panel(axes, points, series_key, style, lambda point: point["settings"][axis_key])
        axes.set_xlabel(words(axis_key) + cost)
        axes.set_title(title, loc="left", weight="bold")
        if axis_key == "guidance_scale":
            axes.axvspan(*_PUBLISHED_GUIDANCE, color=GRID, alpha=0.55, lw=0, zorder=0, label="published optimum")
    if with_cost:
        axes = grid[len(by_panel)]
        _draw_panel(axes, sweep["points"], series_key, style, lambda point: point["network_evaluations"])
        axes.set_xlabel("network evaluations an image")
    for axes in grid[n_panels:]:
        axes.set_visible(False)
    for axes in grid[::columns]:
        axes.set_ylabel("accuracy on real validation")
    if any(point["is_study"] for point in sweep["points"]):
        grid[0].plot([], [], **_RING, label="the study's")
    if grid[0].get_legend_handles_labels()[0]:
        title = words(series_key) if len(names) > 1 else None
        # On white, for a swatch of the published optimum may come to lie on the optimum itself.
        grid[0].legend(loc="best", title=title, alignment="left", facecolor="white", edgecolor="none", framealpha=0.9)
    return figure


def _draw_panel(axes: Axes, points: Sequence[Point], series_key: str | None, style: dict[str, Look], place) -> None:
    places = sorted({place(point) for point in points})
    logarithmic = places[0] > 0 and places[-1] >= 4 * places[0]
    scale = np.log10 if logarithmic else np.asarray
    unscale = (lambda value: 10**value) if logarithmic else (lambda value: value)
    width = float(scale(places[-1]) - scale(places[0])) or 1.0
    for position, (name, look) in enumerate(style.items()):
        line = sorted((point for point in points if _text(point, [series_key]) == name), key=place)
        if not line:
            continue
        shift = (position - (len(style) - 1) / 2) * _APART * width
        xs = [float(unscale(scale(place(point)) + shift)) for point in line]
        axes.plot(xs, [point["accuracy"]["mean"] for point in line], color=look.colour, lw=1.4, alpha=0.6)
        for x, point in zip(xs, line, strict=True):
            _draw_vertical(axes, x, point, look)
        axes.plot([], [], look.marker, color=look.colour, ls="-", label=name if len(style) > 1 else None)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(places, [f"{value:g}" for value in places])
    percent_axis(axes.yaxis)
    axes.yaxis.grid(True)
    axes.set_axisbelow(True)


def _draw_vertical(axes: Axes, x: float, point: Point, look: Look) -> None:
    accuracy = point["accuracy"]
    axes.plot([x, x], accuracy["ci95"], color=look.colour, lw=2, solid_capstyle="butt")
    face = "white" if is_worse(point) else look.colour
    axes.plot(x, accuracy["mean"], look.marker, ms=8, mfc=face, mec=look.colour, mew=1.6)
    if point["is_study"]:
        axes.plot(x, accuracy["mean"], **_RING)


def _draw_rows(sweep: Mapping[str, Any]) -> Figure:
    points = sweep["points"]
    figure = new_figure(8.6, 2.6 + _ROW_INCHES * len(points))
    axes = figure.add_subplot()
    look = looks(["synthetic"])["synthetic"]
    for height, point in enumerate(points):
        accuracy = point["accuracy"]
        axes.plot(accuracy["ci95"], [height, height], color=look.colour, lw=2.4, solid_capstyle="butt")
        face = "white" if is_worse(point) else look.colour
        axes.plot(accuracy["mean"], height, look.marker, ms=9, mfc=face, mec=look.colour, mew=1.8)
    names = [point["label"] + (" (the study's)" if point["is_study"] else "") for point in points]
    axes.set_yticks(range(len(points)), ["\n".join(textwrap.wrap(name, 40)) for name in names])
    axes.set_ylim(len(points) - 0.5, -0.5)
    axes.set_xlabel("accuracy on real validation")
    percent_axis(axes.xaxis)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure


def _text(point: Point, keys: Sequence[str | None]) -> str:
    values = {key: point["settings"][key] for key in keys if key is not None}
    written = {
        key: "the model's own" if value is None else value if isinstance(value, str) else json.dumps(value)
        for key, value in values.items()
    }
    if len(written) == 1:
        ((key, value),) = written.items()
        return value if key in ("sampler", "prompts", "resampling") else f"{words(key)} {value}"
    return ", ".join(f"{words(key)} {value}" for key, value in written.items())
