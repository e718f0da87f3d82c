"""The Fréchet distance between two sets of features, each taken for a normal distribution.

|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), the squared 2-Wasserstein distance of the two normal distributions (Dowson &
Landau 1982). Heusel et al. 2017 (arXiv 1706.08500) take it of Inception's features; the numbers here are of other
features and cannot be compared with theirs. It is biased upwards, the more the fewer the images: compare at equal
size only.
"""

import numpy as np


def frechet_distance(first_nd: np.ndarray, second_md: np.ndarray) -> float:
    """Return the squared Fréchet distance of features (N, D) and (M, D), at least 0.

    With Σᵢ = RᵢᵀRᵢ, tr((Σ₁Σ₂)^½) is the sum of the singular values of R₁R₂ᵀ: no root of a matrix is taken, and sets
    smaller than their dimension (singular covariances) are no special case.

    Raises:
        ValueError: a set has fewer than two rows, and so no covariance.
    """
    if min(len(first_nd), len(second_md)) < 2:
        raise ValueError(f"{len(first_nd)} and {len(second_md)} images: a covariance takes two of each")
    mean1_d, root1 = _mean_and_root(first_nd)
    mean2_d, root2 = _mean_and_root(second_md)
    spread = np.square(root1).sum() + np.square(root2).sum()
    shared = np.linalg.svd(root1 @ root2.T, compute_uv=False).sum()
    return float(max(0.0, np.square(mean1_d - mean2_d).sum() + spread - 2 * shared))


def _mean_and_root(features_nd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and a matrix R with RᵀR the covariance."""
    features_nd = np.asarray(features_nd, np.float64)
    mean_d = features_nd.mean(axis=0)
    scaled_nd = (features_nd - mean_d) / np.sqrt(len(features_nd) - 1)
    return mean_d, scaled_nd if len(scaled_nd) <= scaled_nd.shape[1] else np.linalg.qr(scaled_nd, mode="r")
