"""The directions of feature space that tell two kinds of image apart, and features without them.

Iterative nullspace projection (Ravfogel et al. 2020, arXiv 2004.07667): fit a linear probe, take its direction out of
the features, fit another one to what is left, and so on.
"""

import numpy as np

from transfer_analysis.domain_gap.probe import linear_probe

# A probe whose weights are shorter tells nothing but rounding.
_LEAST_LENGTH = 1e-9


def telling_directions(first_nd: np.ndarray, second_nd: np.ndarray, count: int) -> np.ndarray:
    """Return orthonormal directions (count, D) or fewer, in the order in which probes found them.

    Fewer where nothing is left that tells the kinds apart. Features should be standardised: the probes' regularisation
    depends on their scale.

    Args:
        first_nd, second_nd: features (N, D) and (M, D) of the two kinds.
        count: how many directions are wanted.
    """
    features_nd = np.concatenate([first_nd, second_nd]).astype(np.float64)
    is_second_n = np.repeat([0, 1], [len(first_nd), len(second_nd)])
    found = np.empty((0, features_nd.shape[1]))
    while len(found) < min(count, features_nd.shape[1]):
        scaler, regression = linear_probe().fit(without(features_nd, found), is_second_n)
        direction = without(regression.coef_ / scaler.scale_, found)[0]
        if not np.linalg.norm(direction) > _LEAST_LENGTH:
            break
        found = np.vstack([found, direction / np.linalg.norm(direction)])
    return found


def random_directions(count: int, dimensions: int, rng: np.random.Generator) -> np.ndarray:
    """Return `count` (at most `dimensions`) orthonormal directions (count, dimensions), uniformly at random."""
    drawn = rng.normal(size=(dimensions, min(count, dimensions)))
    return np.linalg.qr(drawn)[0].T


def without(features_nd: np.ndarray, directions_kd: np.ndarray) -> np.ndarray:
    """Return the features projected onto the complement of orthonormal directions."""
    return features_nd - (features_nd @ directions_kd.T) @ directions_kd
