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
whose accuracies spread by up to 3 points, 92–94 % when they spread by 7. Two seeds are too few: 86–98 %. Six tables
whose seeds' variance `estimate_means` shares (2 points of spread, 3,000 images): 96–98 % with two seeds and with three;
where their spreads differ sixfold, 92–100 %. Coverage is no bound on small p-values: of six differences of nothing,
each by its own component, Holm's correction called one shown in 13–15 % of simulated studies with three seeds and in
30 % with two, and with a shared component in 4–6 %. What is corrected for its number therefore shares it: see
`several_tests.describe_differences`. Six gaps among three arms on three test sets (1,500 or 3,000 images) are of the
same networks: where a network is lucky on all three, one was called shown in 5–10 % with two seeds and in 4–8 % with
three if they are taken for six, and in 2–6 % and 1–4 % if counted as three networks a seed (`n_networks`); their
intervals then cover 97–98 %. Of two arms alone there is little to share: with two seeds one of their two gaps was
called shown in 8–9 %, with three in 3–6 %.

A mean of three or fewer deviating images tells little about its own variance (with none, the width would be zero), so
the half-width is never below −ln(0.025)/N, the exact upper limit for an event not seen in N images.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

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
        """Return `detectable_effect` of a single test."""
        return detectable_effect(self.standard_error, self.degrees_of_freedom)

    def described(self, lowest: float, highest: float) -> dict[str, Any]:
        """Return "mean" and "ci95", as every JSON of the report has them; see `interval`."""
        return {"mean": self.mean, "ci95": self.interval(lowest, highest)}

    def tested(self, lowest: float, highest: float) -> dict[str, Any]:
        """Return what is said of a difference, and what `several_tests.correct_for_number` corrects it by.

        Keys: "mean", "ci95", "p_value", "minimum_detectable_effect", "standard_error" and "degrees_of_freedom", which
        is None where infinite.
        """
        return {
            **self.described(lowest, highest),
            "p_value": self.p_value(),
            "minimum_detectable_effect": self.minimum_detectable_effect(),
            "standard_error": self.standard_error,
            "degrees_of_freedom": self.degrees_of_freedom if math.isfinite(self.degrees_of_freedom) else None,
        }


def seed_variance(n_seeds: int) -> str:
    """Say whether intervals over so many seeds hold the luck of training; a single seed cannot show it."""
    return "estimated" if n_seeds > 1 else "not estimated"


def least_half_width(n_images: int) -> float:
    """Return the half-width below which no interval falls: the exact upper limit for an event unseen in N images."""
    return -math.log(1 - _UPPER) / n_images


def detectable_effect(standard_error: float, degrees_of_freedom: float | None, n_tests: int = 1) -> float:
    """Return the true effect that a two-sided test at 5 % / `n_tests` would find with 80 % probability.

    The power is that of the noncentral t distribution. Degrees of freedom of None are infinite ones.
    """
    freedom = math.inf if degrees_of_freedom is None else degrees_of_freedom
    critical = stats.t.ppf(1 - (1 - _UPPER) / n_tests, freedom)
    if math.isinf(freedom):
        return float((critical + stats.norm.ppf(_POWER)) * standard_error)
    # Between a power of one half and so much that even few degrees of freedom leave no doubt.
    found = optimize.brentq(lambda effect: stats.nct.sf(critical, freedom, effect) - _POWER, 0.0, 4 * critical + 10)
    return float(found * standard_error)


def estimate_mean(values_sn: np.ndarray) -> MeanEstimate:
    """Estimate the mean of `values_sn` (S, N): rows are seeds, columns test images.

    One seed is allowed: the standard error then holds the choice of images alone.
    """
    return _estimate(_Parts.of([values_sn]))


def estimate_means(tables: Sequence[np.ndarray], n_networks: int | None = None) -> list[MeanEstimate]:
    """Estimate the means of several tables (S, N), each of other images or networks, for one view of a study.

    With two or three seeds a table's own component of the seeds often comes out as zero by luck, and its interval too
    narrow. Here none is taken for less than the mean of all tables' components. `n_networks` says of how many networks
    a seed the tables are, if of fewer than there are tables: asked about other images, or compared with others, the
    same networks tell little more of how much networks vary, so the mean of the components is known no better than
    from one table a network.
    """
    return _estimate_together([_Parts.of([table]) for table in tables], n_networks=n_networks)


def estimate_unlike_means(tables: Sequence[np.ndarray]) -> list[MeanEstimate]:
    """Estimate `estimate_means` of tables some of which hold rare events, and others frequent ones.

    Networks cannot differ by points in what hardly one of them does, so equal components would be too large for the
    rare and too small for the frequent. What is shared here is the component in proportion to a table's own noise.
    """
    parts = [_Parts.of([table]) for table in tables]
    return _estimate_together(parts, [part.residual * part.n_seeds * part.n_images for part in parts])


def estimate_differences(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> list[MeanEstimate]:
    """Estimate several of `estimate_difference` whose seeds' component is shared as `estimate_means` shares it."""
    return _estimate_together([_difference(*pair) for pair in pairs])


def _estimate_together(
    parts: list["_Parts"], scales: Sequence[float] | None = None, n_networks: int | None = None
) -> list[MeanEstimate]:
    """Share the seeds' component, in proportion to `scales` (equal ones if None)."""
    scales = [1.0] * len(parts) if scales is None else scales
    known = [(part, scale) for part, scale in zip(parts, scales, strict=True) if part.n_seeds > 1]
    total = sum(scale for _, scale in known)
    components = sum(part.n_seeds * (part.seeds - part.residual) for part, _ in known)
    shared = max(components / total, 0.0) if total > 0 else 0.0
    freedom = sum(part.n_seeds - 1 for part, _ in known)
    if n_networks is not None and n_networks < len(parts):
        freedom *= n_networks / len(parts)
    return [_estimate(part, shared * scale, freedom) for part, scale in zip(parts, scales, strict=True)]


def estimate_difference(first_sn: np.ndarray, second_sm: np.ndarray) -> MeanEstimate:
    """Estimate mean(first) − mean(second), of the same seeds on two separate sets of images, (S, N) and (S, M)."""
    return _estimate(_difference(first_sn, second_sm))


def _difference(first_sn: np.ndarray, second_sm: np.ndarray) -> "_Parts":
    if len(first_sn) != len(second_sm):
        raise ValueError(f"{len(first_sn)} seeds cannot be paired with {len(second_sm)}")
    return _Parts.of([first_sn, -np.asarray(second_sm, np.float64)])


@dataclass(frozen=True)
class _Parts:
    """What the variance of a mean consists of: that of the images, the noise, and the seeds (noise included)."""

    mean: float
    images: float
    residual: float
    seeds: float
    # Σ variance²/ν of the images' and the noise's mean squares, for Satterthwaite's denominator.
    weighted: float
    n_seeds: int
    n_images: int

    @classmethod
    def of(cls, tables: Sequence[np.ndarray]) -> "_Parts":
        """Take apart the sum of the means of tables that share their seeds but not their images."""
        tables = [np.asarray(table, np.float64) for table in tables]
        if any(table.ndim != 2 or table.size == 0 for table in tables):
            raise ValueError(f"not tables of seeds × images: {[table.shape for table in tables]}")
        n_seeds = len(tables[0])
        of_images, of_noise, weighted = 0.0, 0.0, 0.0
        for table in tables:
            images, noise = image_mean_squares(table)
            of_images += max(images, noise) / table.size
            of_noise += noise / table.size
            weighted += _term(images / table.size, table.shape[1] - 1)
            weighted += _term(noise / table.size, (n_seeds - 1) * (table.shape[1] - 1))
        per_seed = sum(table.mean(axis=1) for table in tables)
        of_seeds = per_seed.var(ddof=1) / n_seeds if n_seeds > 1 else 0.0
        n_images = min(table.shape[1] for table in tables)
        return cls(float(per_seed.mean()), of_images, of_noise, float(of_seeds), weighted, n_seeds, n_images)


def _estimate(parts: _Parts, shared: float = 0.0, shared_freedom: float = 0.0) -> MeanEstimate:
    """Put the parts together; `shared` is the least variance of one seed's effect, and how well that is known."""
    variance, weighted = parts.images, parts.weighted
    if parts.n_seeds > 1:
        own, least = max(parts.seeds - parts.residual, 0.0), shared / parts.n_seeds
        variance += max(own, least)
        weighted += (
            _term(parts.seeds, parts.n_seeds - 1) if own >= least else _term(least + parts.residual, shared_freedom)
        )
    standard_error = math.sqrt(variance)
    degrees_of_freedom = variance**2 / weighted if weighted > 0 else math.inf

    least = least_half_width(parts.n_images)
    if stats.t.ppf(_UPPER, degrees_of_freedom) * standard_error < least:
        standard_error, degrees_of_freedom = least / stats.norm.ppf(_UPPER), math.inf
    return MeanEstimate(parts.mean, standard_error, degrees_of_freedom, parts.n_seeds, parts.n_images)


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


def _term(share: float, degrees_of_freedom: float) -> float:
    """Return one mean square's term in the denominator of Satterthwaite's degrees of freedom."""
    return share**2 / degrees_of_freedom if degrees_of_freedom else 0.0
