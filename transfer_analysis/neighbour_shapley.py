r"""What a training image is worth to a nearest-neighbour classifier: its Shapley value, exactly and without retraining.

The Shapley value is the one way of sharing out a classifier's accuracy among its training images that is fair in the
sense of Shapley (1953). For k nearest neighbours, with the share of right labels among the k as the accuracy, it has a
closed form (Jia et al. 2019, PVLDB 12(11), theorem 1): order the N training images by their distance to a test image,
let m_i say whether the i-th has its label; then

    s_N = m_N · min(k, N) / (k N),     s_i = s_{i+1} + (m_i − m_{i+1}) / k · min(k, i) / i,

and the values average over test images. They add up, so a group's value is the sum of its members'.
"""

import numpy as np

_CHUNK = 256


def group_values(
    train_features_nf: np.ndarray,
    train_labels_n: np.ndarray,
    groups_n: np.ndarray,
    n_groups: int,
    test_features_mf: np.ndarray,
    test_labels_m: np.ndarray,
    neighbours: int,
) -> np.ndarray:
    """Return float64 (M, G): the summed value of each group's images to the classification of each test image.

    Args:
        train_features_nf, test_features_mf: float (N, F) and (M, F); distances are Euclidean, ties go to the first.
        train_labels_n, test_labels_m: int (N,) and (M,).
        groups_n: int (N,), each training image's group, 0 to G - 1.
        n_groups: G.
        neighbours: k.
    """
    train = np.asarray(train_features_nf, np.float64)
    squares_n = (train**2).sum(axis=1)
    member_ng = np.eye(n_groups)[groups_n]
    values = []
    for start in range(0, len(test_features_mf), _CHUNK):
        test = np.asarray(test_features_mf[start : start + _CHUNK], np.float64)
        # The test image's own square is the same for all and does not change the order.
        order_mn = np.argsort(squares_n - 2 * test @ train.T, axis=1, kind="stable")
        right_mn = train_labels_n[order_mn] == test_labels_m[start : start + _CHUNK, None]
        values_mn = np.empty_like(order_mn, dtype=np.float64)
        np.put_along_axis(values_mn, order_mn, _by_rank(right_mn.astype(np.float64), neighbours), axis=1)
        values.append(values_mn @ member_ng)
    return np.concatenate(values)


def replacement_values(totals_mg: np.ndarray, counts_g: np.ndarray) -> np.ndarray:
    """Return (M, G): each group's summed value less that of as many average images of the other groups.

    Args:
        totals_mg: every group's summed value to each test image.
        counts_g: images in each group.
    """
    others_mg = (totals_mg.sum(axis=1, keepdims=True) - totals_mg) / (counts_g.sum() - counts_g)
    return totals_mg - counts_g * others_mg


def _by_rank(right_mn: np.ndarray, neighbours: int) -> np.ndarray:
    n = right_mn.shape[1]
    ranks = np.arange(1, n + 1)
    weights = np.minimum(neighbours, ranks) / (neighbours * ranks)
    steps = np.append(right_mn[:, :-1] - right_mn[:, 1:], right_mn[:, -1:], axis=1) * weights
    return steps[:, ::-1].cumsum(axis=1)[:, ::-1]
