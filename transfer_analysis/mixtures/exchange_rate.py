r"""k, how many generated images one real photograph is worth: k = s / (R − r).

A network that learned from r real and s generated photographs a class reaches an accuracy; R is how many real ones
alone reach it (`real_equivalents`). The s generated ones then did the work of R − r real ones. Where they did none,
k is infinite. What is resampled is the worth of one generated image, w = (R − r) / s = 1/k, which stays finite; the
ends of its interval are turned into those of k. docs/exchange-rate.md has the reasons.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

Relation = Literal["equal", "more", "less", "infinite"]


class Sizes(NamedTuple):
    """Photographs a class: the mixture's own, and the smallest and largest real training set of the curve."""

    real: int
    synthetic: int
    smallest: int
    largest: int


def measurable(points: Sequence[Mapping[str, Any]], chance: float) -> bool:
    """Return whether real photographs alone beat chance in any number: else nothing can be measured in them.

    Args:
        points: "points" of mixtures.json, each with "synthetic" and "accuracy".
    """
    return any(point["accuracy"]["ci95"][0] > chance for point in points if not point["synthetic"])


def describe_exchange_rate(equivalent: float, equivalents_b: np.ndarray, sizes: Sizes) -> dict[str, Any]:
    """Return k and its 95 % interval; `equivalents_b` are bootstrap draws of `equivalent`, in photographs a class.

    Every end is {"value", "relation"}: "equal"; "more" or "less" than the value, where the accuracy lies below the
    smallest or above the largest real training set that was measured; or "infinite", with no value.
    """
    low, high = (float(end) for end in np.quantile(equivalents_b, [0.975, 0.025]))
    return {
        "equivalent_real": equivalent,
        "equivalent_real_ci95": [high, low],
        "k": rate(equivalent, sizes),
        "ci95": [rate(low, sizes), rate(high, sizes)],
        "share_without_worth": float((equivalents_b <= sizes.real).mean()),
    }


def may_be(ends: Sequence[Mapping[str, Any]], k: float) -> bool:
    """Return whether an interval of rates, its ends as above, holds `k`; an end that is a bound is open beyond it."""
    low, high = ends
    return _begins_by(low, k) and _goes_on_to(high, k)


def _begins_by(low: Mapping[str, Any], k: float) -> bool:
    if low["value"] is None:
        return False
    return low["relation"] == "less" or low["value"] < k or (low["relation"] == "equal" and low["value"] == k)


def _goes_on_to(high: Mapping[str, Any], k: float) -> bool:
    if high["value"] is None:
        return True
    return high["relation"] == "more" or high["value"] > k or (high["relation"] == "equal" and high["value"] == k)


def rate(equivalent: float, sizes: Sizes) -> dict[str, Any]:
    """Return k of one equivalent, with how far it can be trusted."""
    if equivalent <= sizes.real:
        return {"value": None, "relation": "infinite"}
    if equivalent >= sizes.largest:
        return {"value": sizes.synthetic / (sizes.largest - sizes.real), "relation": "less"}
    if equivalent < sizes.smallest:
        return {"value": sizes.synthetic / (sizes.smallest - sizes.real), "relation": "more"}
    return {"value": sizes.synthetic / (equivalent - sizes.real), "relation": "equal"}
