"""The photograph nearest to an image, or that one's mirror image."""

from dataclasses import dataclass

import numpy as np

from transfer_analysis.generator_quality.nearest import Nearest, find_nearest


@dataclass(frozen=True)
class NearestPhotograph:
    """For each image its nearest photograph of those searched, or that one's mirror image.

    Attributes:
        distances_n: float64 (N,).
        rows_n: int64 (N,), rows of the photographs that were searched.
        mirrored_n: bool (N,), whether the mirror image was nearer.
    """

    distances_n: np.ndarray
    rows_n: np.ndarray
    mirrored_n: np.ndarray


def nearest_photographs(queries_nd: np.ndarray, gallery_md: np.ndarray, mirrored_md: np.ndarray) -> NearestPhotograph:
    """Search photographs and their mirror images, which training shows as well.

    Args:
        queries_nd: descriptors of images, (N, D).
        gallery_md: descriptors of the photographs to be searched, (M, D).
        mirrored_md: descriptors of the same, mirrored, (M, D).
    """
    plain, mirrored = find_nearest(queries_nd, gallery_md), find_nearest(queries_nd, mirrored_md)
    is_mirrored_n = mirrored.distances_n < plain.distances_n
    nearest = Nearest(*(np.where(is_mirrored_n, *pair) for pair in zip(mirrored, plain, strict=True)))
    return NearestPhotograph(nearest.distances_n, nearest.rows_n, is_mirrored_n)
