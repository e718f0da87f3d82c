"""Where the networks look: photographs that both arms recognise, and some that only the real-trained one does."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from photographs.photo_set import PhotoSet
from transfer_analysis.figures.style import INK, bare, looks, new_figure, put_title, styled, words
from transfer_analysis.trust.answers import TrustAnswers

_GROUPS = {
    "both_right": "Recognised by both arms, real and synthetic",
    "first_only": "Recognised by the real arm, by none of the synthetic",
}
_INCHES = 0.82
_HEAT = "inferno"


@styled
def draw_saliency_sheets(trust: dict[str, Any], seeds: list[TrustAnswers], photos: PhotoSet) -> Figure:
    """Draw the photographs of trust.json's sheet, and below each the mean heat map of every arm's networks.

    Args:
        trust: trust.json.
        seeds: what it was made from, one a seed.
        photos: the real test photographs.
    """
    arms, sheet = seeds[0].arms, trust["maps"]["sheet"]
    maps_anhw = np.mean([answers.maps_anhw.astype(np.float32) for answers in seeds], axis=0)
    columns, rows = len(photos.classes), 1 + len(arms)
    figure = new_figure(1.6 + columns * _INCHES, 1.9 + len(_GROUPS) * (rows * _INCHES + 0.6))
    for part, (group, heading) in zip(figure.subfigures(len(_GROUPS), 1), _GROUPS.items(), strict=True):
        shown = {chosen["label"]: chosen["index"] for chosen in sheet[group]["shown"]}
        number = sheet[group]["n_photographs"]
        part.suptitle(f"{heading}: {number} of {trust['n_photographs']}", x=0.01, ha="left", size=11, weight="bold")
        grid = part.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0.02, "hspace": 0.02})
        for axes, name in zip(grid[0], photos.classes, strict=True):
            axes.set_title(words(name), size=11)
        for label in range(columns):
            for axes in grid[:, label]:
                axes.set(xticks=[], yticks=[])
                bare(axes)
            if label in shown:
                row = int(np.flatnonzero(_at(seeds[0].labels_n, seeds[0].indices_n, label, shown[label]))[0])
                picture = photos.images_nhwc[_at(photos.labels, photos.indices, label, shown[label])][0]
                _draw_column(grid[:, label], picture, maps_anhw[:, row])
        for axes, text, colour in _row_names(grid[:, 0], arms):
            axes.set_ylabel(text, rotation=0, ha="right", va="center", color=colour, weight="bold")
    put_title(
        figure,
        "Where do the networks look?",
        "Of each class the first photograph by number that all networks of an arm recognise\n"
        "(or miss). Bright: speaks for the true class (Grad-CAM, mean over an arm’s networks).",
    )
    return figure


def _draw_column(column: np.ndarray, picture: np.ndarray, maps_ahw: np.ndarray) -> None:
    side = picture.shape[0]
    column[0].imshow(picture, interpolation="none", extent=(0, side, side, 0))
    for axes, heat_hw in zip(column[1:], maps_ahw, strict=True):
        axes.imshow(picture.mean(axis=2), cmap="gray", interpolation="none", extent=(0, side, side, 0))
        axes.imshow(heat_hw, cmap=_HEAT, vmin=0, vmax=1, alpha=0.7, interpolation="bilinear", extent=(0, side, side, 0))


def _row_names(column: np.ndarray, arms: tuple[str, ...]) -> list[tuple[Axes, str, str]]:
    style = looks(arms)
    names = [("photograph", INK), *((words(arm), style[arm].colour) for arm in arms)]
    return [(axes, *name) for axes, name in zip(column, names, strict=True)]


def _at(labels_n: np.ndarray, indices_n: np.ndarray, label: int, index: int) -> np.ndarray:
    return (labels_n == label) & (indices_n == index)
