"""How much accuracy an arm gives away (or gains) on a domain against the arm that was trained on that domain."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from transfer_analysis.cells import Cell, require_paired
from transfer_analysis.crossed_effects import MeanEstimate, estimate_difference, estimate_mean


def describe_gaps(cells: Mapping[tuple[str, str], Cell]) -> dict[str, dict[str, Any]]:
    """Return the summary's `gaps`: for every domain that has an arm of its name (its home), home − every other arm.

    Answers are paired image by image and seed by seed, so what both arms find hard cancels out.

    Args:
        cells: all cells by (arm, domain).
    """
    gaps = {
        f"{arm}_to_{domain}": describe_gap(cells[domain, domain], cell)
        for (arm, domain), cell in cells.items()
        if arm != domain and (domain, domain) in cells
    }
    adjusted = holm([gap["p_value"] for gap in gaps.values()])
    for gap, p_value in zip(gaps.values(), adjusted, strict=True):
        gap["p_value_holm"] = p_value
    return gaps


def describe_own_gain(cells: Mapping[tuple[str, str], Cell]) -> dict[str, Any] | None:
    """Return the real arm's accuracy on synthetic images less its own on real photographs, or None if unmeasured.

    Above zero it warns that the generated images lie near the prototypes of their classes: easy to recognise, which
    says nothing for their realism. Same networks, different images: paired by seed only.
    """
    if not {("real", "real"), ("real", "synthetic")} <= cells.keys():
        return None
    estimate = estimate_difference(cells["real", "synthetic"].correct_sn, cells["real", "real"].correct_sn)
    return {**_estimate_entry(estimate), "p_value": estimate.p_value()}


def holm(p_values: list[float]) -> list[float]:
    """Return Holm's step-down adjusted p-values (Scandinavian Journal of Statistics 6, 1979), in the given order."""
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, position in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = largest
    return adjusted


def describe_gap(home: Cell, away: Cell) -> dict[str, Any]:
    """Return how much accuracy `away` lacks against `home` on the same images, with its interval, overall and by class.

    Raises:
        ValueError: the two were tested on different images.
    """
    require_paired(home, away)
    lost_sn = home.correct_sn - away.correct_sn
    gap = estimate_mean(lost_sn)
    per_class = {
        name: _estimate_entry(estimate_mean(lost_sn[:, home.labels_n == label]))
        for label, name in enumerate(home.classes)
    }
    return {
        "arm": away.arm,
        "home": home.arm,
        "domain": home.domain,
        **_estimate_entry(gap),
        "standard_error": gap.standard_error,
        "degrees_of_freedom": gap.degrees_of_freedom if math.isfinite(gap.degrees_of_freedom) else None,
        "p_value": gap.p_value(),
        "minimum_detectable_effect": gap.minimum_detectable_effect(),
        "n_seeds": gap.n_seeds,
        "n_images": gap.n_images,
        "seed_variance": gap.seed_variance,
        "per_class": per_class,
        "furthest_class": home.classes[int(np.argmax([entry["mean"] for entry in per_class.values()]))],
    }


def _estimate_entry(estimate: MeanEstimate) -> dict[str, Any]:
    return {"mean": estimate.mean, "ci95": estimate.interval(-1.0, 1.0)}
