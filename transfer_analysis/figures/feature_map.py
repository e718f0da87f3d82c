"""Real and generated images of every class in the features of a real-trained and of a generated-trained network."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import GRID, looks, new_figure, put_title, styled, words

_MOST_COLUMNS = 6
_PANEL_INCHES = 1.75
_LEAST_WIDTH = 9.0
_NETWORKS = {"real": "real-\ntrained\nnetwork", "synthetic": "generated-\ntrained\nnetwork"}


@styled
def draw_feature_map(representations: dict[str, Any]) -> Figure:
    """Draw a row of small maps a network, one a class, in which all other points are grey."""
    maps, classes = representations["map"], representations["classes"]
    rows = math.ceil(len(classes) / _MOST_COLUMNS)
    columns = math.ceil(len(classes) / rows)
    figure = new_figure(max(_LEAST_WIDTH, _PANEL_INCHES * columns + 1), 1.7 + _PANEL_INCHES * 2 * rows)
    panels = figure.subplots(2 * rows, columns, squeeze=False)
    kinds, names = np.array(maps["points"]["domain"]), np.array(maps["points"]["class"])
    for position, (arm, label) in enumerate(_NETWORKS.items()):
        own_rows = panels[position * rows : (position + 1) * rows]
        own_rows[0][0].set_ylabel(label, rotation=0, ha="right", va="center", weight="bold", labelpad=8)
        places = np.array([maps["networks"][arm]["x"], maps["networks"][arm]["y"]])
        for axes in own_rows.flat[len(classes) :]:
            axes.set_visible(False)
        for axes, name in zip(own_rows.flat, classes, strict=False):
            _draw_class(axes, places, kinds, names == name)
            axes.set_title(words(name), pad=4)
    style = looks(["real", "synthetic"])
    labels = {"real": "real photographs", "synthetic": "generated images"}
    handles = [
        panels[0][0].plot([], [], look.marker, **_face(kind, look.colour), ms=6, label=labels[kind])[0]
        for kind, look in style.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)
    put_title(
        figure,
        "Real and generated images of each class, as two networks see them",
        "Test images, placed (t-SNE) so that neighbours in the last features lie side by side. Grey: other classes.\n"
        "Only who lies beside whom is to be read: not distances, sizes of groups or empty space.",
    )
    return figure


def _face(kind: str, colour: str) -> dict[str, Any]:
    """Return a mark's face and edge: marks this small are told apart in grey by whether they are hollow."""
    return {"color": colour, "mew": 0, "alpha": 0.8} if kind == "real" else {"mfc": "none", "mec": colour, "mew": 0.8}


def _draw_class(axes: Axes, places_2n: np.ndarray, kinds_n: np.ndarray, of_class_n: np.ndarray) -> None:
    axes.plot(*places_2n[:, ~of_class_n], ".", color=GRID, ms=2.5, zorder=0)
    for kind, look in looks(["real", "synthetic"]).items():
        chosen = of_class_n & (kinds_n == kind)
        axes.plot(*places_2n[:, chosen], look.marker, **_face(kind, look.colour), ms=3.4)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", "datalim")
    for spine in axes.spines.values():
        spine.set(visible=True, color=GRID)
