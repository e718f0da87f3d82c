r"""Draws of several accuracies at once, over new networks and new images: for what no formula gives an interval of.

A hierarchical bootstrap of P tables seeds × images about the same N images (P training sets, say):

- *Images* are resampled with replacement, the same ones for all tables, so that what all find hard cancels out of
  whatever is computed from them. Only how often each pattern of answers occurs matters, so the counts of the distinct
  patterns are drawn (multinomial), which is the same distribution and takes no loop over images.
- *Seeds* are too few to resample (of three, one draw in nine would hold a single one, and their spread would come out
  a third too small on average). Their effects are drawn from a normal distribution instead, whose variance is the
  seeds' component of the two-way tables, σ²_a = (MS_seeds − MS_residual) / N, pooled over the P tables; its
  degrees of freedom are Satterthwaite's, and each draw divides by its own χ²/ν, so few seeds give the wide tails of
  Student's t.

Images of which three or fewer deviate (with none, the draws would all be equal) tell little about how many would: their
part of a table's draws is never narrower than −ln(0.025)/N, as in `crossed_effects`. The same holds of a difference of
tables: two networks that answer all images alike, right or wrong, deviate in none (`describe_draws`).

For a single table of few seeds that is cautious: its intervals come out up to 2.6 times as wide as those of
`crossed_effects` at three seeds, and as wide from about twenty on. With one seed the draws hold the choice of images
alone. Sources: Davison & Hinkley, *Bootstrap Methods and their
Application* (1997), section 3.8 (hierarchical data); Owen, Annals of Applied Statistics 1 (2007) on crossed tables.
Simulated coverage of the nominal 95 % interval of a mean: tests/transfer_analysis/test_crossed_bootstrap.py.
"""

from typing import Any

import numpy as np
from scipy import stats

from transfer_analysis.crossed_effects import detectable_effect, image_mean_squares, least_half_width

DRAWS = 2000


def draw_means(tables_psn: np.ndarray, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    """Return float64 (draws, P): means of the P tables, drawn as above.

    Args:
        tables_psn: float (P, S, N), P tables of S seeds on the same N images.
        rng: where the draws come from.
        draws: how many.
    """
    tables_psn = np.asarray(tables_psn, np.float64)
    n_tables, n_seeds, n_images = tables_psn.shape
    patterns_cp, counts_c = np.unique(tables_psn.mean(axis=1).T, axis=0, return_counts=True)
    means_bp = rng.multinomial(n_images, counts_c / n_images, draws) @ patterns_cp / n_images
    least = least_half_width(n_images) / stats.norm.ppf(0.975)
    lacking_p = np.sqrt(np.maximum(least**2 - tables_psn.mean(axis=1).var(axis=1) / n_images, 0.0))
    if lacking_p.any():
        means_bp = means_bp + lacking_p * rng.normal(size=means_bp.shape)
    if n_seeds == 1:
        return means_bp
    of_seeds = tables_psn.mean(axis=2).var(axis=1, ddof=1) / n_seeds
    of_noise = [image_mean_squares(table_sn)[1] / table_sn.size for table_sn in tables_psn]
    component = float(np.mean(of_seeds) - np.mean(of_noise))
    if component <= 0:
        return means_bp
    # Satterthwaite's, for the part that is left of the seeds' mean square; that of the noise is all but exact.
    freedom = max(1.0, n_tables * (n_seeds - 1) * (component / float(np.mean(of_seeds))) ** 2)
    scale = np.sqrt(component)
    tails_b1 = np.sqrt(freedom / rng.chisquare(freedom, (draws, 1)))
    return means_bp + scale * tails_b1 * rng.normal(size=(draws, n_tables))


def describe_draws(mean: float, draws_b: np.ndarray, n_images: int, n_tests: int = 1) -> dict[str, Any]:
    """Return what is said of a difference: "mean", "ci95", two-sided "p_value", "minimum_detectable_effect".

    The p-value is twice the share of draws on the smaller side of zero, and never below 2 / (draws + 1). The effect is
    what a test at 5 % finds with 80 % probability: the half-width of the draws' 95 % and 0.84 standard errors more. Of
    `n_tests` tests corrected by Holm each is held to 5 % / `n_tests`, the strictest step, and the draws' half-width is
    that of the corresponding wider interval. Draws narrower than `n_images` images allow (see above) are not believed:
    a normal distribution of that width takes their place.
    """
    low, high = percentile_interval(draws_b, -1.0, 1.0)
    least = least_half_width(n_images)
    if (high - low) / 2 < least:
        return _describe_least(mean, least, n_tests)
    beyond = min((draws_b <= 0).sum(), (draws_b >= 0).sum())
    standard_error = (high - low) / 2 / stats.norm.ppf(0.975)
    found_from = float(np.diff(np.quantile(draws_b, [0.025 / n_tests, 1 - 0.025 / n_tests]))[0]) / 2
    return {
        "mean": mean,
        "ci95": [low, high],
        "p_value": float(min(1.0, 2 * (beyond + 1) / (len(draws_b) + 1))),
        "minimum_detectable_effect": float(found_from + stats.norm.ppf(0.8) * standard_error),
    }


def _describe_least(mean: float, half_width: float, n_tests: int) -> dict[str, Any]:
    standard_error = half_width / stats.norm.ppf(0.975)
    return {
        "mean": mean,
        "ci95": [max(-1.0, mean - half_width), min(1.0, mean + half_width)],
        "p_value": float(2 * stats.norm.sf(abs(mean) / standard_error)),
        "minimum_detectable_effect": detectable_effect(standard_error, None, n_tests),
    }


def percentile_interval(draws_b: np.ndarray, lowest: float, highest: float) -> list[float]:
    """Return the central 95 % of `draws_b`, clipped to the possible values `lowest`-`highest`."""
    return [float(np.clip(end, lowest, highest)) for end in np.quantile(draws_b, [0.025, 0.975])]
