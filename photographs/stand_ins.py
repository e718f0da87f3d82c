"""Stand-ins for a generator, made from real photographs, whose worth as training data is known beforehand."""

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from photographs.mixing import class_counts, lowest_indices
from photographs.photo_set import PhotoSet

# Distinct photographs that are left of the class whose variety is taken away: one in this many.
ALIKE = 20


def training_photographs(real: PhotoSet, per_class: int) -> PhotoSet:
    """Return the photographs that the study's real arm learns from: of each class, those of lowest index."""
    return lowest_indices(real, per_class, "real")


def held_out_photographs(real: PhotoSet, used_per_class: int, per_class: int) -> PhotoSet:
    """Return `per_class` photographs of each class, those of lowest index after the first `used_per_class`.

    Raises:
        ValueError: a class has too few.
    """
    used = training_photographs(real, used_per_class)
    taken = set(zip(used.labels.tolist(), used.indices.tolist(), strict=True))
    left = np.array([key not in taken for key in zip(real.labels.tolist(), real.indices.tolist(), strict=True)])
    return lowest_indices(real.select(left), per_class, "held-out real")


def with_wrong_labels(photos: PhotoSet, share: float, rng: np.random.Generator) -> PhotoSet:
    """Return the photographs with `share` of each class called another class, all classes keeping their number.

    The labels of the chosen photographs are passed on from class to class, so none keeps its own.
    """
    k = len(photos.classes)
    labels_n = photos.labels.copy()
    number = round(share * min(class_counts(photos)))
    chosen = [rng.permutation(np.flatnonzero(photos.labels == label))[:number] for label in range(k)]
    for label, rows in enumerate(chosen):
        # Spread over all other classes in turn: every class gives and takes the same number of each.
        steps = 1 + np.arange(len(rows)) % (k - 1)
        labels_n[rows] = (label + steps) % k
    return _with(photos, labels=labels_n)


def with_shuffled_labels(photos: PhotoSet, rng: np.random.Generator) -> PhotoSet:
    """Return the photographs under labels that say nothing of them."""
    return _with(photos, labels=rng.permutation(photos.labels))


def blurred(photos: PhotoSet, pixels: float) -> PhotoSet:
    """Return the photographs blurred by a Gaussian of this standard deviation."""
    smooth = ndimage.gaussian_filter(photos.images_nhwc.astype(np.float32), (0, pixels, pixels, 0), mode="reflect")
    return _with(photos, images_nhwc=np.rint(smooth).astype(np.uint8))


def with_one_class_alike(photos: PhotoSet) -> PhotoSet:
    """Return the photographs with those of the first class replaced by copies of one in `ALIKE` of them."""
    rows = np.flatnonzero(photos.labels == 0)
    kept = rows[: max(1, len(rows) // ALIKE)]
    images_nhwc = photos.images_nhwc.copy()
    images_nhwc[rows] = photos.images_nhwc[np.resize(kept, len(rows))]
    return _with(photos, images_nhwc=images_nhwc)


def _with(photos: PhotoSet, *, images_nhwc: np.ndarray | None = None, labels: np.ndarray | None = None) -> PhotoSet:
    return PhotoSet(
        photos.images_nhwc if images_nhwc is None else images_nhwc,
        photos.labels if labels is None else labels,
        photos.indices,
        photos.classes,
    )


# What takes held-out photographs to each stand-in that networks are trained on.
SPOILT: dict[str, Callable[[PhotoSet, np.random.Generator], PhotoSet]] = {
    "held_out": lambda photos, rng: photos,
    "labels_wrong_20": lambda photos, rng: with_wrong_labels(photos, 0.2, rng),
    "labels_wrong_40": lambda photos, rng: with_wrong_labels(photos, 0.4, rng),
    "labels_shuffled": with_shuffled_labels,
    "blurred_1": lambda photos, rng: blurred(photos, 1.0),
    "blurred_2": lambda photos, rng: blurred(photos, 2.0),
}
