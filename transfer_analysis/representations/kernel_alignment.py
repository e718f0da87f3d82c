r"""Linear CKA, the similarity of what two networks make of the same images (Kornblith et al. 2019, arXiv 1905.00414).

CKA(X, Y) = HSIC(X, Y) / √(HSIC(X, X) HSIC(Y, Y)), of the kernels K = XXᵀ and L = YYᵀ of features with a row an image.
It is 1 for features that are equal but for rotation and scale. With few images and many channels the plain estimator
of HSIC comes out near 1 for features that have nothing in common; the unbiased one (Song et al., *Feature Selection via
Dependence Maximization*, JMLR 13, 2012, equation 5), which leaves out each image's likeness to itself, comes out
near 0:

    HSIC = [tr(K̃L̃) + (1ᵀK̃1)(1ᵀL̃1) / ((n−1)(n−2)) − 2 (1ᵀK̃L̃1) / (n−2)] / (n(n−3)),  K̃: K with a diagonal of zeros

For linear kernels all of it follows from sums over images (`_Sums`), so no n × n matrix is made, and leaving out a
group of images is a subtraction.
"""

from typing import NamedTuple

import numpy as np

FEWEST_IMAGES = 8
_GROUPS = 20


class _Sums(NamedTuple):
    """Sums over images of the products of features x and y and of their squared lengths p and q, a row a set of images.

    Attributes:
        n: (B,) images.
        cross: (B, C, D), x yᵀ.
        x, y: (B, C), (B, D).
        qx, py: (B, C) of q x; (B, D) of p y.
        p, q, pq: (B,).
    """

    n: np.ndarray
    cross: np.ndarray
    x: np.ndarray
    y: np.ndarray
    qx: np.ndarray
    py: np.ndarray
    p: np.ndarray
    q: np.ndarray
    pq: np.ndarray


def image_groups(n_images: int) -> np.ndarray:
    """Return int (n_images,): the group of each image, dealt out in turn so that every group has all classes."""
    return np.arange(n_images) % min(_GROUPS, n_images)


def alignment(first_nc: np.ndarray, second_nd: np.ndarray, groups_n: np.ndarray | None = None) -> np.ndarray:
    """Return float64 (1 + G,): CKA over all images, then without each of the G groups of images.

    A network that answers every image alike, or with nothing but noise, has an HSIC with itself of zero or below: its
    CKA is given as 0.

    Args:
        first_nc: (N, C), one network's features of N images, N at least 8.
        second_nd: (N, D), the other's of the same images.
        groups_n: int (N,), each image's group from 0; None: no groups.

    Raises:
        ValueError: the numbers of images differ, or are too few.
    """
    if len(first_nc) != len(second_nd) or len(first_nc) < FEWEST_IMAGES:
        raise ValueError(
            f"{len(first_nc)} and {len(second_nd)} images: CKA compares the same ones, {FEWEST_IMAGES} at least"
        )
    groups_n = np.zeros(len(first_nc), int) if groups_n is None else groups_n
    # HSIC does not change with the features' mean or scale; sums of centred and scaled ones are exact enough.
    first_nc, second_nd = (_normalised(features) for features in (first_nc, second_nd))
    of_both = _hsic(_sums(first_nc, second_nd, groups_n))
    of_each = _hsic(_sums(first_nc, first_nc, groups_n)), _hsic(_sums(second_nd, second_nd, groups_n))
    known = (of_each[0] > 0) & (of_each[1] > 0)
    return np.divide(of_both, np.sqrt(np.abs(of_each[0] * of_each[1])), out=np.zeros_like(of_both), where=known)


def _normalised(features: np.ndarray) -> np.ndarray:
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    return centred / (np.sqrt((centred**2).sum(axis=1).mean()) or 1.0)


def _sums(x_nc: np.ndarray, y_nd: np.ndarray, groups_n: np.ndarray) -> _Sums:
    """Return the sums over all images, and, where there are several groups, without each of them."""
    of_groups = [_sums_of(x_nc[groups_n == group], y_nd[groups_n == group]) for group in range(groups_n.max() + 1)]
    parts = [np.stack(part) for part in zip(*of_groups, strict=True)]
    totals = [part.sum(axis=0, keepdims=True) for part in parts]
    if len(of_groups) == 1:
        return _Sums(*totals)
    return _Sums(*(np.concatenate([total, total - part]) for total, part in zip(totals, parts, strict=True)))


def _sums_of(x_nc: np.ndarray, y_nd: np.ndarray) -> _Sums:
    p_n, q_n = (x_nc**2).sum(axis=1), (y_nd**2).sum(axis=1)
    sums = (x_nc.T @ y_nd, x_nc.sum(axis=0), y_nd.sum(axis=0), q_n @ x_nc, p_n @ y_nd)
    return _Sums(np.float64(len(x_nc)), *sums, p_n.sum(), q_n.sum(), p_n @ q_n)


def _hsic(sums: _Sums) -> np.ndarray:
    n = sums.n
    trace = (sums.cross**2).sum(axis=(1, 2)) - sums.pq
    of_x, of_y = (sums.x**2).sum(axis=1) - sums.p, (sums.y**2).sum(axis=1) - sums.q
    mixed = np.einsum("bc,bcd,bd->b", sums.x, sums.cross, sums.y) + sums.pq
    mixed -= (sums.qx * sums.x).sum(axis=1) + (sums.py * sums.y).sum(axis=1)
    return (trace + of_x * of_y / ((n - 1) * (n - 2)) - 2 * mixed / (n - 2)) / (n * (n - 3))
