"""Learning curves: the error falls with the number of photographs as e + b n^(−c), and how sure that is.

Source of the form: Hestness et al., *Deep Learning Scaling is Predictable, Empirically* (2017, arXiv 1712.00409).
"""

from typing import Any

import numpy as np

FEWEST_SIZES = 3
# Exponents that are tried; 0.5 is what averaging of independent examples would give.
_EXPONENTS = np.arange(0.02, 2.001, 0.02)
_CURVE_POINTS = 25
_TAILS = [0.025, 0.975]


def describe_power_law(sizes_m: np.ndarray, accuracy_m: np.ndarray, draws_bm: np.ndarray) -> dict[str, Any] | None:
    """Fit accuracies at M sizes and at every draw; return None where fewer than three sizes leave nothing to fit.

    Returns:
        "asymptote" (accuracy with endless photographs), {"value", "ci95"}; "exponent" (c), {"value", "relation"} with
        "ci95" of two such ends, where the relation is "at_least" for the largest exponent that was tried, else
        "equal"; "determined", whether the sizes determine the two (`_is_determined`); "curve": the fitted accuracy at
        "sizes" with the band "low"-"high" that holds 95 % of the draws' fits at each size.
    """
    if len(sizes_m) < FEWEST_SIZES:
        return None
    grid = np.geomspace(sizes_m[0], sizes_m[-1], _CURVE_POINTS)
    fitted, fits = _fit(sizes_m, accuracy_m[None]), _fit(sizes_m, draws_bm)
    low, high = np.quantile(_accuracy(fits, grid / sizes_m[0]), _TAILS, axis=0)
    return {
        "asymptote": {"value": float(1 - fitted[0, 0]), "ci95": np.quantile(1 - fits[:, 0], _TAILS).tolist()},
        "exponent": {**_exponent(fitted[0, 2]), "ci95": [_exponent(end) for end in np.quantile(fits[:, 2], _TAILS)]},
        "determined": _is_determined(fitted[0], fits),
        "n_sizes": len(sizes_m),
        "curve": {
            "sizes": grid.tolist(),
            "mean": _accuracy(fitted, grid / sizes_m[0])[0].tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
        },
    }


def _fit(sizes_m: np.ndarray, accuracy_bm: np.ndarray) -> np.ndarray:
    """Return (B, 3): each row's (e, b, c) of least squares, e in 0-1, b at the smallest size and not below zero.

    For a given exponent the rest is a straight line, fitted in closed form; the exponent is the best of `_EXPONENTS`.
    """
    fits = np.stack([_fit_line((sizes_m / sizes_m[0]) ** -exponent, accuracy_bm) for exponent in _EXPONENTS])
    best_b = fits[:, :, 2].argmin(axis=0)
    chosen_b3 = fits[best_b, np.arange(len(accuracy_bm))]
    return np.column_stack([chosen_b3[:, :2], _EXPONENTS[best_b]])


def _fit_line(shrinking_m: np.ndarray, accuracy_bm: np.ndarray) -> np.ndarray:
    """Return (B, 3): e, b and the squared error of accuracy = 1 − e − b · shrinking."""
    centred_m = shrinking_m - shrinking_m.mean()
    scale_b = np.maximum(-(accuracy_bm @ centred_m) / (centred_m**2).sum(), 0.0)
    top_b = accuracy_bm.mean(axis=1) + scale_b * shrinking_m.mean()
    # Accuracy ends at 1: where the line would rise above it, the best line through 1 is taken.
    through_one_b = np.maximum((1 - accuracy_bm) @ shrinking_m / (shrinking_m**2).sum(), 0.0)
    scale_b = np.where(top_b > 1, through_one_b, scale_b)
    top_b = np.minimum(top_b, 1.0)
    error_b = ((top_b[:, None] - scale_b[:, None] * shrinking_m - accuracy_bm) ** 2).sum(axis=1)
    return np.column_stack([1 - top_b, scale_b, error_b])


def _accuracy(parameters_b3: np.ndarray, relative: np.ndarray) -> np.ndarray:
    floor_b, scale_b, exponent_b = parameters_b3.T
    return 1 - floor_b[:, None] - scale_b[:, None] * relative ** -exponent_b[:, None]


def _is_determined(fitted_3: np.ndarray, fits_b3: np.ndarray) -> bool:
    """Return whether exponent and asymptote mean anything, in the means and in all but 2.5 % of the draws.

    Where accuracy does not rise with the sizes (b = 0) any exponent fits alike. Where the best exponent is the smallest
    that was tried, a smaller one would fit better, with another asymptote. At the other end of the grid the exponent
    has a bound and the asymptote is all but reached, so both can be told.
    """
    untold_b = (fits_b3[:, 1] == 0) | (fits_b3[:, 2] <= _EXPONENTS[0])
    told = fitted_3[1] > 0 and fitted_3[2] > _EXPONENTS[0]
    return bool(told and untold_b.mean() < _TAILS[0])


def _exponent(value: float) -> dict[str, Any]:
    return {"value": float(value), "relation": "at_least" if value >= _EXPONENTS[-1] else "equal"}
