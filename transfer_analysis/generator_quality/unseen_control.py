"""Are generated images nearer to photographs that could have been copied than to as many that were not seen?

A generator that crowds round the commonest photographs lies near to those it learned from and near to others alike; one
that memorised lies nearer to those it learned from. So an image within the distance of either set is counted for the
set that holds its nearest photograph.

Many images can lie near one photograph, so images are not independent and McNemar's test over them would be too bold:
of simulated generators with tight classes and no copies it called a third copying at 5 %. What is exchangeable without
copying are the photographs: each was as likely to be of the one set as of the other. So the test flips photographs,
each with all images that it is nearest to (3–5 % of the same generators; exact but for the classes' equal numbers,
which make it a little cautious). A single photograph copied over and over is beyond it: one coin is no evidence.
"""

from typing import Any

import numpy as np

from transfer_analysis.class_rows import draw_of_each_class
from transfer_analysis.generator_quality.nearest_photograph import NearestPhotograph


def equal_parts(
    searched_n: np.ndarray, unseen_m: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of either set, equally many of every class: as many as its rarest class in either has.

    Args:
        searched_n, unseen_m: class labels, int (N,) and (M,), of the same classes.
        rng: where the draws come from.
    """
    n_classes = 1 + max(searched_n.max(), unseen_m.max())
    size = min(np.bincount(labels, minlength=n_classes).min() for labels in (searched_n, unseen_m))
    return draw_of_each_class(searched_n, size, rng), draw_of_each_class(unseen_m, size, rng)


def judge_against_unseen(searched: NearestPhotograph, unseen: NearestPhotograph, threshold: float) -> dict[str, Any]:
    """Compare how many images are nearest to a searched photograph and how many to an unseen one.

    Args:
        searched, unseen: of the same images, in galleries of equal size.
        threshold: the distance up to which an image counts as near.

    Returns:
        "searched_share" and "unseen_share": of all images, those within the threshold whose nearest photograph of both
        galleries is of the one and of the other (images equally near to both count for neither); "p_value"
        (one-sided) of as many for the searched ones or more, if photographs of both are alike to the generator.
    """
    nearer_n = (searched.distances_n <= threshold) & (searched.distances_n < unseen.distances_n)
    farther_n = (unseen.distances_n <= threshold) & (unseen.distances_n < searched.distances_n)
    images_by_photograph = [np.bincount(searched.rows_n[nearer_n]), np.bincount(unseen.rows_n[farther_n])]
    weights = np.concatenate(images_by_photograph)
    return {
        "searched_share": float(nearer_n.mean()),
        "unseen_share": float(farther_n.mean()),
        "p_value": _chance_of_as_many(weights[weights > 0], int(nearer_n.sum())),
    }


def _chance_of_as_many(weights: np.ndarray, count: int) -> float:
    """Return the probability that fair coins, worth `weights` each, bring `count` or more."""
    chances = np.zeros(weights.sum() + 1)
    chances[0] = 1.0
    for weight in weights:
        moved = chances[:-weight] / 2
        chances /= 2
        chances[weight:] += moved
    return float(min(1.0, chances[count:].sum()))
