"""Two sets of networks on the same images: whose answers are right where the other's are wrong, and is it chance?"""

import math
from typing import Any

import numpy as np
from scipy import signal, stats


def describe_pairs(home_sn: np.ndarray, away_sn: np.ndarray) -> dict[str, Any]:
    """Return effect sizes and the permutation test's p-value of right and wrong answers, float (S, N) each.

    Returns:
        "home_only" and "away_only": the shares of answers that only the one or only the other has right;
        "odds_ratio": the first over the second (None where the second is zero);
        "cohens_h": the difference of the two accuracies on the arcsine scale (Cohen, *Statistical Power Analysis*,
        1988, chapter 6: 0.2 small, 0.5 medium, 0.8 large);
        "p_value_permutation": see `permutation_p_value`.
    """
    lost_sn = home_sn - away_sn
    home_only, away_only = float((lost_sn > 0).mean()), float((lost_sn < 0).mean())
    angles = [2 * math.asin(math.sqrt(float(table_sn.mean()))) for table_sn in (home_sn, away_sn)]
    return {
        "home_only": home_only,
        "away_only": away_only,
        "odds_ratio": home_only / away_only if away_only else None,
        "cohens_h": angles[0] - angles[1],
        "p_value_permutation": permutation_p_value(lost_sn),
    }


def permutation_p_value(lost_sn: np.ndarray) -> float:
    """Return the exact two-sided p-value of swapping, image by image, which arm the answers of all seeds came from.

    It asks whether *these very networks* differ on images of this kind; unlike the interval it knows nothing of the
    luck of training. With one seed it is McNemar's exact test. An image whose answers differ by v (of S) adds ±v with
    equal probability, so the sum's distribution is a convolution of binomial ones, one for each v.

    Args:
        lost_sn: (S, N), 1 where the home arm alone is right, −1 where the other alone is, else 0.
    """
    differences_n = np.rint(lost_sn.sum(axis=0)).astype(int)
    reach = 0
    probabilities = np.ones(1)
    for value in range(1, len(lost_sn) + 1):
        number = int((np.abs(differences_n) == value).sum())
        if not number:
            continue
        steps = np.zeros(2 * value * number + 1)
        steps[:: 2 * value] = stats.binom.pmf(np.arange(number + 1), number, 0.5)
        probabilities = np.maximum(signal.convolve(probabilities, steps), 0.0)
        reach += value * number
    distances = np.abs(np.arange(-reach, reach + 1))
    return float(min(1.0, probabilities[distances >= abs(differences_n.sum())].sum()))
