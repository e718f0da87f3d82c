r"""The mean of a table seeds × images and how uncertain it is, when both seeds and images are samples.

Every trained network (seed s) judges every test image n, so a table of right and wrong answers has two crossed
random effects, y_sn = μ + a_s + b_n + e_sn, and the mean over the table has variance σ²_a/S + σ²_b/N + σ²_e/(SN).
Taking the S·N answers for independent, or the spread over seeds alone, makes intervals too narrow.

The components come from the mean squares of the two-way analysis of variance without replication:
E(MS_seeds) = σ²_e + Nσ²_a, E(MS_images) = σ²_e + Sσ²_b, E(MS_residual) = σ²_e. Hence
Var(mean) = (MS_seeds + MS_images − MS_residual) / (S·N), where a component that would come out negative is taken as
zero; so the variance never falls below that of either factor alone. The degrees of freedom are Satterthwaite's.
Sources: Searle, Casella & McCulloch, *Variance Components* (1992), chapter 4; Brennan, *Generalizability Theory*
(2001), section 5.3 (the universe-score error of a p × i design); Satterthwaite, Biometrics Bulletin 2 (1946).

Simulated coverage of the nominal 95 % interval (300 images, logit-normal effects): 94–97 % with three to five seeds
whose accuracies spread by up to 3 points, 92–94 % when they spread by 7. Two seeds are too few: 88–98 %.

A mean of three or fewer deviating images tells little about its own variance (with none, the width would be zero), so
the half-width is never below −ln(0.025)/N, the exact upper limit for an event not seen in N images.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

_LEVEL = 0.95
_UPPER = (1 + _LEVEL) / 2
_POWER = 0.80


@dataclass(frozen=True)
class MeanEstimate:
    """A mean over seeds and images, its standard error, and the degrees of freedom that error is known with."""

    mean: float
    standard_error: float
    degrees_of_freedom: float
    n_seeds: int
    n_images: int

    def interval(self, lowest: float, highest: float) -> list[float]:
        """Return the 95 % t interval, clipped to the possible values `lowest`-`highest`."""
        half = stats.t.ppf(_UPPER, self.degrees_of_freedom) * self.standard_error
        return [float(max(lowest, self.mean - half)), float(min(highest, self.mean + half))]

    def p_value(self) -> float:
        """Return the two-sided p-value of a t test of mean = 0."""
        return float(2 * stats.t.sf(abs(self.mean) / self.standard_error, self.degrees_of_freedom))

    def minimum_detectable_effect(self) -> float:
        """Return the true effect that a two-sided test at 5 % would find with 80 % probability: (t.975 + t.80) · SE."""
        quantiles = stats.t.ppf([_UPPER, _POWER], self.degrees_of_freedom)
        return float(quantiles.sum() * self.standard_error)

    def described(self, lowest: float, highest: float) -> dict[str, Any]:
        """Return "mean" and "ci95", as every JSON of the report has them; see `interval`."""
        return {"mean": self.mean, "ci95": self.interval(lowest, highest)}

    def tested(self, lowest: float, highest: float) -> dict[str, Any]:
        """Return "mean", "ci95", "p_value" and "minimum_detectable_effect" of a difference."""
        return {
            **self.described(lowest, highest),
            "p_value": self.p_value(),
            "minimum_detectable_effect": self.minimum_detectable_effect(),
        }

    @property
    def seed_variance(self) -> str:
        """Say whether the interval holds the luck of training; a single seed cannot show it."""
        return "estimated" if self.n_seeds > 1 else "not estimated"


def estimate_mean(values_sn: np.ndarray) -> MeanEstimate:
    """Estimate the mean of `values_sn` (S, N): rows are seeds, columns test images.

    One seed is allowed: the standard error then holds the choice of images alone.
    """
    return _estimate([np.asarray(values_sn, np.float64)])


def estimate_difference(first_sn: np.ndarray, second_sm: np.ndarray) -> MeanEstimate:
    """Estimate mean(first) − mean(second), of the same seeds on two separate sets of images, (S, N) and (S, M)."""
    if len(first_sn) != len(second_sm):
        raise ValueError(f"{len(first_sn)} seeds cannot be paired with {len(second_sm)}")
    return _estimate([np.asarray(first_sn, np.float64), -np.asarray(second_sm, np.float64)])


def _estimate(tables: list[np.ndarray]) -> MeanEstimate:
    """Estimate the sum of the means of tables that share their seeds but not their images."""
    if any(table.ndim != 2 or table.size == 0 for table in tables):
        raise ValueError(f"not tables of seeds × images: {[table.shape for table in tables]}")
    n_seeds = len(tables[0])
    per_seed = sum(table.mean(axis=1) for table in tables)
    variance, residual, weighted = 0.0, 0.0, 0.0
    for table in tables:
        images, noise = image_mean_squares(table)
        variance += max(images, noise) / table.size
        residual += noise / table.size
        weighted += _term(images / table.size, table.shape[1] - 1)
        weighted += _term(noise / table.size, (n_seeds - 1) * (table.shape[1] - 1))
    if n_seeds > 1:
        seeds = per_seed.var(ddof=1) / n_seeds
        variance += max(seeds - residual, 0.0)
        weighted += _term(seeds, n_seeds - 1)
    standard_error = math.sqrt(variance)
    degrees_of_freedom = variance**2 / weighted if weighted > 0 else math.inf

    n_images = min(table.shape[1] for table in tables)
    least_half_width = -math.log(1 - _UPPER) / n_images
    if stats.t.ppf(_UPPER, degrees_of_freedom) * standard_error < least_half_width:
        standard_error, degrees_of_freedom = least_half_width / stats.norm.ppf(_UPPER), math.inf
    return MeanEstimate(float(per_seed.mean()), standard_error, degrees_of_freedom, n_seeds, n_images)


def image_mean_squares(table_sn: np.ndarray) -> tuple[float, float]:
    """Return MS_images and MS_residual; with one seed the two cannot be told apart, and the residual counts as none."""
    n_seeds, n_images = table_sn.shape
    if n_images == 1:
        return 0.0, 0.0
    per_image = table_sn.mean(axis=0)
    images = n_seeds * per_image.var(ddof=1)
    if n_seeds == 1:
        return float(images), 0.0
    residuals = table_sn - table_sn.mean(axis=1, keepdims=True) - per_image + table_sn.mean()
    return float(images), float((residuals**2).sum() / ((n_seeds - 1) * (n_images - 1)))


def _term(share: float, degrees_of_freedom: int) -> float:
    """Return one mean square's term in the denominator of Satterthwaite's degrees of freedom."""
    return share**2 / degrees_of_freedom if degrees_of_freedom else 0.0
