"""What the networks saw: real and generated test images of every class, side by side, pixel for pixel."""

import numpy as np
from matplotlib.figure import Figure

from photographs.photo_set import PhotoSet
from transfer_analysis.figures.style import PAPER, bare, looks, new_figure, put_title, styled, words

_PER_CLASS = 10
_SHOWN_PIXELS = 96
_INCHES = 0.44


@styled
def draw_sample_sheets(real: PhotoSet, synthetic: PhotoSet) -> Figure:
    """Draw the first ten images (by index) of each class of both sets; a class with fewer leaves blanks.

    Raises:
        ValueError: the sets are of different classes.
    """
    if real.classes != synthetic.classes:
        raise ValueError(
            f"the real photographs' classes {real.classes} are not the generated ones' {synthetic.classes}"
        )
    kinds = {"real": real, "synthetic": synthetic}
    columns = min(_PER_CLASS, max(int(np.bincount(kind.labels).max(initial=1)) for kind in kinds.values()))
    figure = new_figure(1.3 + 2 * columns * _INCHES, 1.4 + _INCHES * len(real.classes))
    grid = figure.subplots(1, 2, sharey=True)
    style = looks(kinds)
    for axes, (name, photos) in zip(grid, kinds.items(), strict=True):
        axes.imshow(_sheet(photos, columns), interpolation="none", extent=(0, columns, len(photos.classes), 0))
        axes.set_title(
            {"real": "real photographs", "synthetic": "generated images"}[name],
            color=style[name].colour,
            weight="bold",
            loc="left",
        )
        axes.set_xticks([])
        axes.set_yticks(np.arange(len(photos.classes)) + 0.5, [words(label) for label in photos.classes])
        axes.vlines(range(columns + 1), 0, len(photos.classes), color=PAPER, lw=1.5)
        axes.hlines(range(len(photos.classes) + 1), 0, columns, color=PAPER, lw=1.5)
        bare(axes)
    side = " × ".join(str(pixels) for pixels in real.images_nhwc.shape[2:0:-1])
    put_title(
        figure,
        "The first test images of each class, real and generated",
        f"Not picked for this sheet: the first by number, as the networks see them ({side} pixels).",
    )
    return figure


def _sheet(photos: PhotoSet, columns: int) -> np.ndarray:
    """Return one uint8 picture: a row of images a class, each enlarged by whole pixels."""
    _, height, width, channels = photos.images_nhwc.shape
    rows = []
    for label in range(len(photos.classes)):
        of_class = np.flatnonzero(photos.labels == label)
        chosen = of_class[np.argsort(photos.indices[of_class], kind="stable")][:columns]
        blank = np.full((columns - len(chosen), height, width, channels), 255, np.uint8)
        rows.append(np.concatenate([*np.concatenate([photos.images_nhwc[chosen], blank])], axis=1))
    scale = max(1, _SHOWN_PIXELS // height)
    return np.concatenate(rows).repeat(scale, axis=0).repeat(scale, axis=1)
