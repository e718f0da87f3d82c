"""The closest pairs: generated images above the photographs nearest to them, and held-out real ones likewise."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from photographs.photo_set import PhotoSet
from transfer_analysis.figures.style import FAINT_INK, INK, PAPER, bare, looks, new_figure, put_title, styled
from transfer_analysis.generator_quality.copy_search import Photographs
from transfer_analysis.generator_quality.pixel_descriptors import mirror
from transfer_analysis.generator_quality.tables import Pair

_COLUMNS = 12
_SHOWN_PIXELS = 96
_INCHES = 0.72
_KINDS = {"generated": ("generated images", "synthetic"), "real": ("held-out real photographs", "real")}


@styled
def draw_near_copies(pairs: list[Pair], photographs: Photographs, copies: dict[str, Any]) -> Figure:
    """Draw a strip of the twelve closest pairs for each searched set, space and kind; mirrored ones shown mirrored.

    Held-out real photographs are shown beside training photographs only: they are the measure of both.

    Args:
        pairs: closest first within each space and kind.
        photographs: the sets that the pairs' indices point into.
        copies: quality.json's "near_copies".

    Raises:
        ValueError: a pair points to an image that is not there.
    """
    strips = [
        (searched, space, kind)
        for searched, by_space in copies.items()
        for kind in (_KINDS if searched == "training" else ("generated",))
        for space in by_space
    ]
    figure = new_figure(1.9 + _COLUMNS * _INCHES, 1.3 + len(strips) * (2 * _INCHES + 0.62))
    sets = {"generated": photographs.generated, "real": photographs.reference}
    for axes, (searched, space, kind) in zip(figure.subplots(len(strips), 1), strips, strict=True):
        shown = [pair for pair in pairs if (pair.searched, pair.space, pair.kind) == (searched, space, kind)][:_COLUMNS]
        entry = copies[searched][space]
        _draw_strip(axes, shown, sets[kind], photographs.searched[searched], searched, entry["threshold"])
        name, arm = _KINDS[kind]
        share = entry["generated_share" if kind == "generated" else "real_share"]
        axes.set_title(
            f"{name} over {searched} photographs, by {space}: {100 * share:.2f} % within {entry['threshold']:.3g}",
            size=11,
            color=looks([arm])[arm].colour,
            weight="bold",
            loc="left",
        )
    put_title(
        figure,
        "The closest pairs: each image above, the photograph nearest to it below",
        "The closest of all, not a sample. Below each pair its distance, in bold if within the threshold: that of the\n"
        f"nearest {100 * entry['quantile']:g} % of held-out real photographs. ≷: shown mirrored.",
    )
    return figure


def _draw_strip(
    axes: Axes, pairs: list[Pair], photos: PhotoSet, gallery: PhotoSet, name: str, threshold: float
) -> None:
    above = [_find(photos, pair.image_class, pair.image_index) for pair in pairs]
    below = [_find(gallery, pair.photo_class, pair.photo_index) for pair in pairs]
    below = [mirror(image[None])[0] if pair.mirrored else image for image, pair in zip(below, pairs, strict=True)]
    sheet = np.concatenate([np.concatenate(above, axis=1), np.concatenate(below, axis=1)])
    scale = max(1, _SHOWN_PIXELS // photos.images_nhwc.shape[1])
    axes.imshow(sheet.repeat(scale, axis=0).repeat(scale, axis=1), interpolation="none", extent=(0, len(pairs), 2, 0))
    axes.set_xlim(0, _COLUMNS)
    axes.vlines(range(len(pairs) + 1), 0, 2, color=PAPER, lw=3)
    axes.hlines([1], 0, len(pairs), color=PAPER, lw=1.5)
    axes.set_yticks([0.5, 1.5], ["image", name])
    axes.set_xticks(np.arange(len(pairs)) + 0.5, [f"{p.distance:.3g}{' ≷' if p.mirrored else ''}" for p in pairs])
    for label, pair in zip(axes.get_xticklabels(), pairs, strict=True):
        near = pair.distance <= threshold
        label.set(weight="bold" if near else "normal", color=INK if near else FAINT_INK, size=9)
    bare(axes)


def _find(photos: PhotoSet, class_name: str, index: int) -> np.ndarray:
    rows = np.flatnonzero((photos.labels == photos.classes.index(class_name)) & (photos.indices == index))
    if len(rows) != 1:
        raise ValueError(f"there are {len(rows)} images of {class_name} with index {index}; the pairs take one")
    return photos.images_nhwc[rows[0]]
