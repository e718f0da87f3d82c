"""mixtures.json as CSV: one row a training set, and the fitted learning curves."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.tables import csv_text


def mixture_tables(mixtures: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; fractions in 0-1, k in generated images for one real photograph."""
    return {"mixtures": csv_text(_point_rows(mixtures)), "learning_curves": csv_text(_curve_rows(mixtures))}


def _point_rows(mixtures: dict[str, Any]) -> Iterator[list]:
    gain_columns = ["gain", "gain_ci95_low", "gain_ci95_high", "gain_p_value", "gain_p_value_holm"]
    rate_columns = ["k", "k_relation", "k_ci95_low", "k_low_relation", "k_ci95_high", "k_high_relation"]
    rate_columns.append("share_of_draws_without_worth")
    yield ["real", "synthetic", "share", "accuracy", "ci95_low", "ci95_high", *gain_columns, *rate_columns]
    for point in mixtures["points"]:
        accuracy, gain, rate = point["accuracy"], point["gain"], point["exchange_rate"]
        sizes = [point["real"], point["synthetic"], point["share"], accuracy["mean"], *accuracy["ci95"]]
        gained = [gain["mean"], *gain["ci95"], gain["p_value"], gain["p_value_holm"]] if gain else [None] * 5
        ends = [rate["k"], *rate["ci95"]] if rate else []
        rates = [cell for end in ends for cell in (end["value"], end["relation"])] or [None] * 6
        yield [*sizes, *gained, *rates, rate["share_without_worth"] if rate else None]


def _curve_rows(mixtures: dict[str, Any]) -> Iterator[list]:
    yield ["trained_on", "images_per_class", "fitted_accuracy", "ci95_low", "ci95_high"]
    for kind, curve in mixtures["learning_curves"].items():
        if curve["fit"]:
            columns = (curve["fit"]["curve"][name] for name in ("sizes", "mean", "low", "high"))
            for row in zip(*columns, strict=True):
                yield [kind, *row]
