"""Many tests at once: p-values adjusted so that looking often does not find by luck."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import stats


def holm(p_values: list[float]) -> list[float]:
    """Return Holm's step-down adjusted p-values (Scandinavian Journal of Statistics 6, 1979), in the given order."""
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, position in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = largest
    return adjusted


def correct_for_number(entries: Iterable[dict[str, Any]]) -> None:
    """Add to each entry, as "p_value_holm", its "p_value" corrected by `holm` for looking at all of them."""
    entries = list(entries)
    for entry, adjusted in zip(entries, holm([entry["p_value"] for entry in entries]), strict=True):
        entry["p_value_holm"] = adjusted


def false_discovery(p_values: np.ndarray) -> np.ndarray:
    """Return Benjamini and Hochberg's adjusted p-values (Journal of the Royal Statistical Society B 57, 1995).

    Calling those below 0.05 findings holds the expected share of false ones among them to 5 %.
    """
    return stats.false_discovery_control(np.ravel(p_values)).reshape(np.shape(p_values))
