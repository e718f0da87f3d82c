"""Precision, recall, density and coverage: do generated images lie where real ones lie, and everywhere there?

Around every point of a set lies a ball that reaches to its k-th nearest neighbour in the same set.

- precision: share of generated images inside at least one real ball (are they plausible?)
- recall: share of real photographs inside at least one generated ball (is the variety there?)
- density: how many real balls a generated image lies in, over k (1 is expected of real photographs; more is denser)
- coverage: share of real balls with at least one generated image inside (is every sort of photograph drawn?)

Precision and recall are those of Kynkäänniemi et al. 2019 (arXiv 1904.06991), density and coverage those of
Naeem et al. 2020 (arXiv 2002.09797), whose balls are all real, so that a single far-out generated image widens none.
"""

from typing import NamedTuple

import numpy as np

from transfer_analysis.generator_quality.distances import squared_distances


class NeighbourhoodScores(NamedTuple):
    """Precision, recall and coverage in 0-1; density from 0."""

    precision: float
    recall: float
    density: float
    coverage: float


def neighbourhood_scores(real_nd: np.ndarray, generated_md: np.ndarray, k: int) -> NeighbourhoodScores:
    """Return the four scores of `generated_md` (M, D) against `real_nd` (N, D).

    They depend on N and M: compare scores of equal sizes only.

    Raises:
        ValueError: a set has no k-th neighbour, that is, k or fewer points.
    """
    for name, points in (("real", real_nd), ("generated", generated_md)):
        if len(points) <= k:
            raise ValueError(f"{len(points)} {name} images have no {k}-th nearest neighbour; it takes {k + 1}")
    across_nm = squared_distances(real_nd, generated_md)
    in_real_ball_nm = across_nm <= _squared_radii(real_nd, k)[:, None]
    in_generated_ball_nm = across_nm <= _squared_radii(generated_md, k)
    return NeighbourhoodScores(
        precision=float(in_real_ball_nm.any(axis=0).mean()),
        recall=float(in_generated_ball_nm.any(axis=1).mean()),
        density=float(in_real_ball_nm.sum() / (k * len(generated_md))),
        coverage=float(in_real_ball_nm.any(axis=1).mean()),
    )


def _squared_radii(points_nd: np.ndarray, k: int) -> np.ndarray:
    squared_nn = squared_distances(points_nd, points_nd)
    np.fill_diagonal(squared_nn, np.inf)
    return np.partition(squared_nn, k - 1, axis=1)[:, k - 1]
