"""mixtures.json: accuracy on real test photographs of every mixture, against the same real ones alone, and k."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transfer_analysis.cells import Cell, require_paired
from transfer_analysis.crossed_bootstrap import DRAWS, describe_draws, draw_means, percentile_interval
from transfer_analysis.mixtures.exchange_rate import Sizes, describe_exchange_rate, measurable
from transfer_analysis.mixtures.power_law import describe_power_law
from transfer_analysis.mixtures.real_equivalents import real_equivalents
from transfer_analysis.several_tests import correct_for_number


@dataclass(frozen=True)
class TrainedPoint:
    """Networks trained on `real` and `synthetic` photographs a class, and their answers about the same test images."""

    name: str
    real: int
    synthetic: int
    cell: Cell

    @property
    def is_mixture(self) -> bool:
        """Whether photographs of both kinds were learned from."""
        return bool(self.real and self.synthetic)


def describe_mixtures(points: Sequence[TrainedPoint], *, draws: int = DRAWS, fit: bool = True) -> dict[str, Any]:
    """Return all that is said of the mixtures, points in the order given; `fit` learning curves, or do without.

    Raises:
        ValueError: a mixture's real part alone is not among the points, or two points saw different test images.
    """
    for point in points[1:]:
        require_paired(points[0].cell, point.cell)
    tables_psn = np.stack([point.cell.correct_sn for point in points])
    means_p = tables_psn.mean(axis=(1, 2))
    draws_bp = draw_means(tables_psn, np.random.default_rng(0), draws)
    chance = 1 / len(points[0].cell.classes)
    n_tests = sum(point.is_mixture for point in points)
    described = [
        {
            "name": point.name,
            "real": point.real,
            "synthetic": point.synthetic,
            "total": point.real + point.synthetic,
            "share": point.synthetic / (point.real + point.synthetic),
            "accuracy": _accuracy(position, tables_psn, draws_bp),
            **_against_control(position, points, means_p, draws_bp, n_tests),
        }
        for position, point in enumerate(points)
    ]
    correct_for_number(entry["gain"] for entry in described if entry["gain"] is not None)
    alone = sorted((p for p in range(len(points)) if not points[p].synthetic), key=lambda p: points[p].real)
    rates = measurable(described, chance)
    for position, entry in enumerate(described):
        entry["exchange_rate"] = _exchange_rate(position, points, alone, means_p, draws_bp, chance) if rates else None
    return {
        "domain": points[0].cell.domain,
        "chance": chance,
        "n_seeds": tables_psn.shape[1],
        "n_images": tables_psn.shape[2],
        "draws": len(draws_bp),
        "points": described,
        "learning_curves": {
            "real": _learning_curve([point.real if not point.synthetic else 0 for point in points], means_p, draws_bp),
            "synthetic": _learning_curve(
                [point.synthetic if not point.real else 0 for point in points], means_p, draws_bp
            ),
        }
        if fit
        else {},
    }


def _accuracy(position: int, tables_psn: np.ndarray, draws_bp: np.ndarray) -> dict[str, Any]:
    return {
        "mean": float(tables_psn[position].mean()),
        "ci95": percentile_interval(draws_bp[:, position], 0.0, 1.0),
        "per_seed": tables_psn[position].mean(axis=1).tolist(),
    }


def _against_control(
    position: int, points: Sequence[TrainedPoint], means_p: np.ndarray, draws_bp: np.ndarray, n_tests: int
) -> dict[str, Any]:
    """Return the point's control and what its generated images add to it, above zero where they help.

    `n_tests` gains are tested in all.
    """
    point = points[position]
    if not point.is_mixture:
        return {"control": None, "gain": None}
    sizes = [(other.real, other.synthetic) for other in points]
    if (point.real, 0) not in sizes:
        raise ValueError(f"{point.name}: its control, {point.real} real photographs alone, was not trained")
    control = sizes.index((point.real, 0))
    gain_b = draws_bp[:, position] - draws_bp[:, control]
    gain = describe_draws(float(means_p[position] - means_p[control]), gain_b, len(point.cell.labels_n), n_tests)
    return {"control": points[control].name, "gain": gain}


def _exchange_rate(
    position: int,
    points: Sequence[TrainedPoint],
    alone: list[int],
    means_p: np.ndarray,
    draws_bp: np.ndarray,
    chance: float,
) -> dict[str, Any] | None:
    """Return k of one point; None without generated images, or without a larger real training set to compare with."""
    point, sizes_m = points[position], np.array([points[p].real for p in alone])
    if not point.synthetic or point.real >= sizes_m[-1]:
        return None
    sizes = Sizes(point.real, point.synthetic, int(sizes_m[0]), int(sizes_m[-1]))
    rows = np.concatenate([means_p[None], draws_bp])
    control = int(np.flatnonzero(sizes_m == point.real)[0]) if point.real else None
    equivalents = real_equivalents(rows[:, position], rows[:, alone], sizes_m, chance, control)
    return describe_exchange_rate(float(equivalents[0]), equivalents[1:], sizes)


def _learning_curve(sizes_p: list[int], means_p: np.ndarray, draws_bp: np.ndarray) -> dict[str, Any]:
    """Return the fit over the points of one kind alone, whose sizes are above zero."""
    positions = sorted((position for position, size in enumerate(sizes_p) if size), key=sizes_p.__getitem__)
    sizes_m = np.array([sizes_p[position] for position in positions], float)
    fit = describe_power_law(sizes_m, means_p[positions], draws_bp[:, positions])
    return {"n_sizes": len(positions), "fit": fit}
