"""How much accuracy an arm gives away (or gains) on a domain against the arm that was trained on that domain."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from transfer_analysis.cells import Cell, require_paired
from transfer_analysis.confusion_differences import describe_confusion_difference
from transfer_analysis.crossed_bootstrap import draw_means, percentile_interval
from transfer_analysis.crossed_effects import (
    estimate_difference,
    estimate_differences,
    estimate_mean,
    seed_variance,
)
from transfer_analysis.paired_answers import describe_pairs
from transfer_analysis.several_tests import SIGNIFICANCE, correct_for_number, describe_differences


def describe_gaps(cells: Mapping[tuple[str, str], Cell]) -> dict[str, dict[str, Any]]:
    """Return the summary's `gaps`: for every domain that has an arm of its name (its home), home − every other arm.

    Answers are paired image by image and seed by seed, so what both arms find hard cancels out.

    Args:
        cells: all cells by (arm, domain).
    """
    pairs = {
        f"{arm}_to_{domain}": (cells[domain, domain], cell)
        for (arm, domain), cell in cells.items()
        if arm != domain and (domain, domain) in cells
    }
    lost = {key: lost_answers(home, away) for key, (home, away) in pairs.items()}
    compared = {cell.arm for pair in pairs.values() for cell in pair}
    tested = describe_differences(lost, -1.0, 1.0, n_networks=len(compared))
    return {
        key: {**_describe(home, away, tested[key]), **_describe_further(home, away, lost[key])}
        for key, (home, away) in pairs.items()
    }


def describe_own_gain(cells: Mapping[tuple[str, str], Cell]) -> dict[str, Any] | None:
    """Return the real arm's accuracy on synthetic images less its own on real photographs, or None if unmeasured.

    Above zero it warns that the generated images lie near the prototypes of their classes: easy to recognise, which
    says nothing for their realism. Same networks, different images: paired by seed only.
    """
    if not {("real", "real"), ("real", "synthetic")} <= cells.keys():
        return None
    estimate = estimate_difference(cells["real", "synthetic"].correct_sn, cells["real", "real"].correct_sn)
    return estimate.tested(-1.0, 1.0)


def describe_gap(home: Cell, away: Cell) -> dict[str, Any]:
    """Return how much accuracy `away` lacks against `home` on the same images, and how sure that is.

    Raises:
        ValueError: the two were tested on different images.
    """
    return _describe(home, away, estimate_mean(lost_answers(home, away)).tested(-1.0, 1.0))


def lost_answers(home: Cell, away: Cell) -> np.ndarray:
    """Return what `away` lacks of `home`'s right answers, −1, 0 or 1, (S, N)."""
    require_paired(home, away)
    return home.correct_sn - away.correct_sn


def _describe(home: Cell, away: Cell, gap: dict[str, Any]) -> dict[str, Any]:
    n_seeds, n_images = home.correct_sn.shape
    return {
        "arm": away.arm,
        "home": home.arm,
        "domain": home.domain,
        **gap,
        "n_seeds": n_seeds,
        "n_images": n_images,
        "seed_variance": seed_variance(n_seeds),
    }


def _describe_further(home: Cell, away: Cell, lost_sn: np.ndarray) -> dict[str, Any]:
    """Return what the report says beyond the gap itself: effect sizes, classes, confusions."""
    per_class = _describe_classes(lost_sn, home)
    return {
        "bootstrap_ci95": percentile_interval(draw_means(lost_sn[None], np.random.default_rng(0))[:, 0], -1.0, 1.0),
        **describe_pairs(home.correct_sn, away.correct_sn),
        "per_class": per_class,
        "furthest_class": home.classes[int(np.argmax([entry["mean"] for entry in per_class.values()]))],
        "alarming_classes": [
            name
            for name, entry in per_class.items()
            if entry["excess"]["mean"] > 0 and entry["excess"]["p_value_holm"] < SIGNIFICANCE
        ],
        "confusion_difference": describe_confusion_difference(home, away),
    }


def _describe_classes(lost_sn: np.ndarray, home: Cell) -> dict[str, dict[str, Any]]:
    """Return each class's gap, and how far it exceeds that of the other classes; p-values adjusted over the classes."""
    of_class = {name: home.labels_n == label for label, name in enumerate(home.classes)}
    gaps = describe_differences({name: lost_sn[:, mask_n] for name, mask_n in of_class.items()}, -1.0, 1.0)
    apart = estimate_differences([(lost_sn[:, mask_n], lost_sn[:, ~mask_n]) for mask_n in of_class.values()])
    # From −2 to 2: one class all lost, the others all gained.
    beyond = [estimate.tested(-2.0, 2.0) for estimate in apart]
    correct_for_number(beyond)
    return {name: {**gaps[name], "excess": excess} for name, excess in zip(of_class, beyond, strict=True)}
