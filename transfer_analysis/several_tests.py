"""Many tests at once: adjusted so that looking often does not find by luck, and saying what could then be found."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
from scipy import stats

from transfer_analysis.crossed_effects import detectable_effect, estimate_means

Key = TypeVar("Key")
# A difference whose corrected p-value is below this is told from zero, everywhere in the study.
SIGNIFICANCE = 0.05


def holm(p_values: list[float]) -> list[float]:
    """Return Holm's step-down adjusted p-values (Scandinavian Journal of Statistics 6, 1979), in the given order."""
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, position in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = largest
    return adjusted


def describe_differences(
    differences_sn: Mapping[Key, np.ndarray], lowest: float, highest: float, n_networks: int | None = None
) -> dict[Key, dict[str, Any]]:
    """Return `MeanEstimate.tested` of several differences of one view of a study, corrected for their number.

    They share the seeds' component (`estimate_means`), without which Holm's correction of few seeds finds too often.

    Args:
        differences_sn: float (S, N) each: paired answers of S networks to N images, less those of others.
        lowest, highest: the possible values of their means.
        n_networks: of how many networks a seed they all are, if of fewer than there are differences.
    """
    estimates = estimate_means(list(differences_sn.values()), n_networks)
    found = {key: estimate.tested(lowest, highest) for key, estimate in zip(differences_sn, estimates, strict=True)}
    correct_for_number(found.values())
    return found


def correct_for_number(entries: Iterable[dict[str, Any]]) -> None:
    """Correct what `MeanEstimate.tested` says of several differences for looking at all of them.

    Adds to each entry, as "p_value_holm", its "p_value" corrected by `holm`. Its "minimum_detectable_effect", where it
    has a "standard_error" (what was drawn has none: see `describe_draws`), becomes that of Holm's first and strictest
    step, so that what is larger is found whatever the others are.
    """
    entries = list(entries)
    for entry, adjusted in zip(entries, holm([entry["p_value"] for entry in entries]), strict=True):
        entry["p_value_holm"] = adjusted
        if "standard_error" in entry:
            entry["minimum_detectable_effect"] = detectable_effect(
                entry["standard_error"], entry["degrees_of_freedom"], len(entries)
            )


def false_discovery(p_values: np.ndarray) -> np.ndarray:
    """Return Benjamini and Hochberg's adjusted p-values (Journal of the Royal Statistical Society B 57, 1995).

    Calling those below 0.05 findings holds the expected share of false ones among them to 5 %.
    """
    return stats.false_discovery_control(np.ravel(p_values)).reshape(np.shape(p_values))
