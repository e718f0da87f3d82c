"""Where the networks look: photographs that both arms recognise, and some that only the real-trained one does."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from photographs.photo_set import PhotoSet
from transfer_analysis.figures.style import FAINT_INK, PAPER, bare, looks, new_figure, put_title, styled, words
from transfer_analysis.trust.answers import TrustAnswers

_GROUPS = {
    "both_right": "Recognised by real and by synthetic",
    "first_only": "Recognised by real, missed by synthetic",
}
_INCHES = 0.82
_PIXELS = 64
_HEAT, _COVER = "inferno", 0.7


@styled
def draw_saliency_sheets(trust: dict[str, Any], seeds: list[TrustAnswers], photos: PhotoSet) -> Figure:
    """Draw the photographs of trust.json's sheet, and below each the mean heat map of every arm's networks.

    Args:
        trust: trust.json.
        seeds: what it was made from, one a seed.
        photos: the real test photographs.
    """
    arms, classes = seeds[0].arms, photos.classes
    maps_anhw = np.mean([answers.maps_anhw.astype(np.float32) for answers in seeds], axis=0)
    figure = new_figure(1.6 + len(classes) * _INCHES, 1.7 + len(_GROUPS) * ((1 + len(arms)) * _INCHES + 0.7))
    for axes, (group, heading) in zip(figure.subplots(len(_GROUPS), 1), _GROUPS.items(), strict=True):
        blank_hwc = np.ones(((1 + len(arms)) * _PIXELS, _PIXELS, 3))
        columns = {}
        for chosen in trust["maps"]["sheet"][group]["shown"]:
            place = (chosen["label"], chosen["index"])
            picture_hwc = photos.images_nhwc[_row_of(photos.labels, photos.indices, *place)]
            row = _row_of(seeds[0].labels_n, seeds[0].indices_n, *place)
            columns[chosen["label"]] = _column(picture_hwc, maps_anhw[:, row])
        sheet_hwc = np.concatenate([columns.get(label, blank_hwc) for label in range(len(classes))], axis=1)
        axes.imshow(sheet_hwc, interpolation="none", extent=(0, len(classes), 1 + len(arms), 0))
        for label in sorted(set(range(len(classes))) - columns.keys()):
            axes.text(label + 0.5, 0.5, "none", ha="center", va="center", color=FAINT_INK)
        axes.set_title(heading, loc="left", weight="bold")
        _name_rows_and_columns(axes, arms, classes)
    put_title(
        figure,
        "Where do the networks look?",
        "Of each class the first photograph by number that all networks of an arm recognise\n"
        "(or miss). Bright: speaks for the true class (Grad-CAM, mean over an arm’s networks).",
    )
    return figure


def _column(picture_hwc: np.ndarray, maps_ahw: np.ndarray) -> np.ndarray:
    """Return the photograph, and below it itself in grey under each heat map: float (rows × 64, 64, 3) in 0-1."""
    shades = matplotlib.colormaps[_HEAT]
    photograph = np.asarray(Image.fromarray(picture_hwc).resize((_PIXELS, _PIXELS), Image.Resampling.NEAREST)) / 255
    grey_hw1 = photograph.mean(axis=2, keepdims=True)
    heats = [
        np.asarray(Image.fromarray(heat).resize((_PIXELS, _PIXELS), Image.Resampling.BILINEAR)) for heat in maps_ahw
    ]
    return np.concatenate([photograph, *((1 - _COVER) * grey_hw1 + _COVER * shades(heat)[..., :3] for heat in heats)])


def _name_rows_and_columns(axes: Axes, arms: tuple[str, ...], classes: tuple[str, ...]) -> None:
    axes.set_xticks(np.arange(len(classes)) + 0.5, [words(name) for name in classes])
    axes.set_yticks(np.arange(1 + len(arms)) + 0.5, ["photograph", *(words(arm) for arm in arms)])
    for label, look in zip(axes.get_yticklabels()[1:], looks(arms).values(), strict=True):
        label.set(color=look.colour, weight="bold")
    axes.vlines(range(len(classes) + 1), 0, 1 + len(arms), color=PAPER, lw=3)
    axes.hlines(range(2 + len(arms)), 0, len(classes), color=PAPER, lw=3)
    bare(axes)


def _row_of(labels_n: np.ndarray, indices_n: np.ndarray, label: int, index: int) -> int:
    return int(np.flatnonzero((labels_n == label) & (indices_n == index))[0])
