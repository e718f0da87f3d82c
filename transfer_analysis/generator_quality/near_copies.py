"""Are generated images nearer to certain photographs (training or test) than unseen real photographs are?

Real photographs of the same source resemble each other, some closely. So "too near" is what held-out real photographs
say it is: the threshold is the r-th smallest of their distances to the nearest of these photographs, r/N their stated
quantile. If generated images had the same distances, the number of theirs up to the threshold would follow a
beta-binomial law (the threshold's rank among them is that of an order statistic): exact, whatever the distances are.

Being nearer than photographs is not yet copying: images that crowd are. `unseen_control` tells the two apart.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy import stats

from transfer_analysis.several_tests import SIGNIFICANCE

QUANTILE = 0.01


def judge_near_copies(real_n: np.ndarray, generated_m: np.ndarray, quantile: float = QUANTILE) -> dict[str, Any]:
    """Compare the distances of held-out real photographs and of generated images to the nearest searched photograph.

    Returns:
        "threshold" and "quantile" (of the real distances); "real_share" (at most the quantile, by construction) and
        "generated_share" at or below it, with "ci95" (Wilson's interval, for this threshold) and "n_generated",
        "n_real"; "null95", the range in which the share of images with real photographs' distances lies with 95 %
        probability; "p_value" (one-sided) of as many near-copies as there are or more.

    Raises:
        ValueError: too few real photographs for the quantile.
    """
    rank = int(quantile * len(real_n))
    if rank < 1:
        raise ValueError(
            f"{len(real_n)} held-out photographs have no {quantile:.0%} quantile; it takes {int(np.ceil(1 / quantile))}"
        )
    threshold = np.partition(real_n, rank - 1)[rank - 1]
    n_generated = len(generated_m)
    count = int((generated_m <= threshold).sum())
    probabilities = stats.betabinom.pmf(np.arange(n_generated + 1), n_generated, rank, len(real_n) - rank + 1)
    null_range = np.searchsorted(probabilities.cumsum(), [0.025, 0.975])
    interval = stats.binomtest(count, n_generated).proportion_ci(0.95, method="wilson")
    return {
        "threshold": float(threshold),
        "quantile": quantile,
        "real_share": float((real_n <= threshold).mean()),
        "generated_share": count / n_generated,
        "ci95": [float(interval.low), float(interval.high)],
        "null95": [float(end / n_generated) for end in null_range],
        "p_value": float(min(1.0, probabilities[count:].sum())),
        "n_generated": n_generated,
        "n_real": len(real_n),
    }


def copying_verdict(entry: Mapping[str, Any]) -> Literal["copies", "close", "not shown"]:
    """Return what one search, with its control, shows.

    "copies": more near images than among real photographs, and more near to searched photographs than to unseen ones;
    "close": only the former; "not shown": neither (nearness to the searched ones alone is no near-copy).

    Args:
        entry: {"p_value_holm", "control": {"p_value_holm", …}, …}.
    """
    if entry["p_value_holm"] >= SIGNIFICANCE:
        return "not shown"
    return "copies" if entry["control"]["p_value_holm"] < SIGNIFICANCE else "close"
