"""Real and generated photographs in one set, at a given share and an equal total size."""

from collections.abc import Sequence

import numpy as np

from photographs.photo_set import PhotoSet, concatenate


def mix(real: PhotoSet, synthetic: PhotoSet, synthetic_share: float, images_per_class: int) -> PhotoSet:
    """Return `images_per_class` photographs of every class, `synthetic_share` of them generated.

    Each class gives its photographs of lowest index, so that a larger set holds every smaller one of the same share,
    and all arms that use a photograph use the same ones.

    Raises:
        ValueError: the share is not within 0 and 1, or a class has too few photographs of one kind; the message says
            how many are missing of which.
    """
    if not 0 <= synthetic_share <= 1:
        raise ValueError(f"the share of generated photographs is {synthetic_share:g}; it must be from 0 to 1")
    n_synthetic = synthetic_count(synthetic_share, images_per_class)
    return concatenate(
        [
            lowest_indices(real, images_per_class - n_synthetic, "real"),
            lowest_indices(synthetic, n_synthetic, "generated"),
        ]
    )


def synthetic_count(synthetic_share: float, images_per_class: int) -> int:
    """Return how many of a class's photographs are generated."""
    return round(synthetic_share * images_per_class)


def largest_mix_size(real: PhotoSet, synthetic: PhotoSet, synthetic_share: float) -> int:
    """Return the largest `images_per_class` that `mix` can serve at this share."""
    smallest_real, smallest_synthetic = (min(class_counts(photo_set)) for photo_set in (real, synthetic))
    sizes = range(smallest_real + smallest_synthetic, 0, -1)
    for size in sizes:
        n_synthetic = synthetic_count(synthetic_share, size)
        if n_synthetic <= smallest_synthetic and size - n_synthetic <= smallest_real:
            return size
    raise ValueError("there are no photographs to mix")


def class_counts(photo_set: PhotoSet) -> list[int]:
    """Return the number of photographs of each class, in the order of `photo_set.classes`."""
    return np.bincount(photo_set.labels, minlength=len(photo_set.classes)).tolist()


def lowest_indices(photo_set: PhotoSet, per_class: int, kind: str) -> PhotoSet:
    """Return the `per_class` photographs of lowest index of every class.

    Raises:
        ValueError: a class has fewer; the message calls them `kind` photographs.
    """
    rows = []
    for label, name in enumerate(photo_set.classes):
        of_class = np.flatnonzero(photo_set.labels == label)
        if len(of_class) < per_class:
            raise ValueError(f"{per_class} {kind} photographs of {name!r} are asked for, but there are {len(of_class)}")
        rows.append(of_class[np.argsort(photo_set.indices[of_class], kind="stable")][:per_class])
    return photo_set.select(np.concatenate(rows))


def distinct_images(photo_sets: Sequence[PhotoSet]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return every image of the sets once, uint8 (N, H, W, 3), and for each set the rows of its own images among them.

    A mixture's images are those of other sets: who asks a network about all of them need not ask twice.
    """
    images_nhwc = np.concatenate([photos.images_nhwc for photos in photo_sets])
    as_bytes_n = images_nhwc.reshape(len(images_nhwc), -1).view(f"V{images_nhwc[0].size}")[:, 0]
    _, first_rows, rows_n = np.unique(as_bytes_n, return_index=True, return_inverse=True)
    return images_nhwc[first_rows], np.split(rows_n, np.cumsum([len(photos) for photos in photo_sets])[:-1])
