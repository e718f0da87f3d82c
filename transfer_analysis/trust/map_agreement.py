r"""Do two networks look at the same places? The correlation of their heat maps, with controls above and below it.

- *within an arm*: two networks that differ in nothing but the luck of training; no two arms can be expected to agree
  better than that;
- *between two arms*: networks of different seeds, so that the pair shares no more than a pair within an arm does;
- *of different photographs*: what agrees whatever is shown (looking at the middle, say).

The difference within − between has an interval over photographs and seeds. Averages over pairs of seeds are
U-statistics: the values of single seeds are spread to Sen's jackknife variance (pseudo-values, Arvesen 1969) before
they are taken for a table seeds × photographs. That takes three seeds; with two the interval holds the choice of
photographs alone, and with one there is no pair within an arm.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean


def describe_agreement(maps_of_arm: Mapping[str, np.ndarray], first: str, second: str) -> dict[str, Any]:
    """Return how far the maps of two arms agree, beside how far those of one arm do.

    Args:
        maps_of_arm: float (S, N, H, W) by arm.
        first, second: the arms to compare.

    Returns:
        "between", "within" ({arm: …}) and "other_photograph": mean correlations, each {"mean", "ci95"} over
        photographs, or None where there is none; "difference": within (mean of both arms) less between, as
        `MeanEstimate.tested` says it, or None with fewer than three seeds; "n_photographs" with a map from every
        network, of "n_asked".
    """
    stacks = {arm: _standardised(maps_of_arm[arm]) for arm in (first, second)}
    usable_n = np.all([np.isfinite(stack).all(axis=(0, 2)) for stack in stacks.values()], axis=0)
    stacks = {arm: stack[:, usable_n] for arm, stack in stacks.items()}
    n_seeds, n_photographs = next(iter(stacks.values())).shape[:2]
    asked = {"first": first, "second": second, "n_photographs": n_photographs, "n_asked": len(usable_n)}
    if n_photographs < 2:
        return {**asked, "between": None, "within": None, "other_photograph": None, "difference": None}
    between_ssn = _products(stacks[first], stacks[second])
    # They stand class after class: half the way round lies a photograph of another class, but for a few.
    other_ssn = _products(stacks[first], np.roll(stacks[first], n_photographs // 2, axis=1))
    asked |= {"between": _mean(_of_other_seeds(between_ssn).mean(axis=0))}
    if n_seeds == 1:
        return {**asked, "within": None, "other_photograph": _mean(other_ssn[0, 0]), "difference": None}
    within = {arm: _of_other_seeds(_products(stack, stack)) for arm, stack in stacks.items()}
    described = asked | {
        "within": {arm: _mean(within_sn.mean(axis=0)) for arm, within_sn in within.items()},
        "other_photograph": _mean(_of_other_seeds(other_ssn).mean(axis=0)),
    }
    if n_seeds == 2:  # both networks of an arm have the same one pair, which says nothing of the luck of training
        return {**described, "difference": None}
    # A pair between arms is met from both its seeds.
    crossed_sn = (_of_other_seeds(between_ssn) + _of_other_seeds(between_ssn.swapaxes(0, 1))) / 2
    difference_sn = (within[first] + within[second]) / 2 - crossed_sn
    estimate = estimate_mean(_pseudo_values(difference_sn))
    return {**described, "difference": estimate.tested(-2.0, 2.0)}


def _standardised(maps_snhw: np.ndarray) -> np.ndarray:
    """Return float64 (S, N, H·W) of mean 0 and length 1, so that products are correlations; NaN for a constant map."""
    maps_snp = maps_snhw.reshape(*maps_snhw.shape[:2], -1).astype(np.float64)
    centred_snp = maps_snp - maps_snp.mean(axis=2, keepdims=True)
    lengths_sn1 = np.linalg.norm(centred_snp, axis=2, keepdims=True)
    return np.divide(centred_snp, lengths_sn1, out=np.full(centred_snp.shape, np.nan), where=lengths_sn1 > 1e-6)


def _products(first_snp: np.ndarray, second_snp: np.ndarray) -> np.ndarray:
    """Return (S, S, N): the correlations of every network of the first with every one of the second."""
    return np.einsum("snp,tnp->stn", first_snp, second_snp)


def _of_other_seeds(values_ssn: np.ndarray) -> np.ndarray:
    """Return (S, N): the mean over all other seeds; with one seed, its own value."""
    n_seeds = len(values_ssn)
    if n_seeds == 1:
        return values_ssn[0]
    own_sn = np.einsum("ssn->sn", values_ssn)
    return (values_ssn.sum(axis=1) - own_sn) / (n_seeds - 1)


def _pseudo_values(values_sn: np.ndarray) -> np.ndarray:
    """Return the seeds' values about the same mean, spread so that the variance of their mean is the jackknife's."""
    n_seeds, mean_1n = len(values_sn), values_sn.mean(axis=0, keepdims=True)
    return mean_1n + 2 * (n_seeds - 1) / (n_seeds - 2) * (values_sn - mean_1n)


def _mean(values_n: np.ndarray) -> dict[str, Any]:
    estimate = estimate_mean(values_n[None])
    return estimate.described(-1.0, 1.0)
