"""What each part of the prompts is worth to a classifier, measured by leaving it out, and a cheaper estimate of it.

The measure: accuracy on real validation photographs when training on images of all templates, less the accuracy when
one template's images are replaced by the same number of others'. Above zero, the template earns its place.

The cheaper estimate needs the first of those networks alone: in its features, the Shapley values of the template's
images for a nearest-neighbour classifier of the same validation photographs (`neighbour_shapley`), less those of as
many other images. Whether it ranks templates as the measure does is itself measured, and said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.gaps import lost_answers
from transfer_analysis.several_tests import SIGNIFICANCE, describe_differences
from transfer_analysis.tables import csv_text

_RESAMPLES = 2000
# What is said of a template's worth.
_TESTED = ("mean", "ci95", "p_value", "p_value_holm", "minimum_detectable_effect")
# Below this many, chance alone gives perfect rankings often (one in six of three).
_FEWEST_TO_RANK = 4


def describe_worth(
    by: str, names: Sequence[str], everything: Cell, without: Sequence[Cell], estimates_smg: np.ndarray
) -> dict[str, Any]:
    """Return what each template is worth, by measure and by estimate, and how the two rankings agree.

    Args:
        by: what the names are: template or domain.
        names: the G templates.
        everything: answers of the networks trained on all templates.
        without: answers of those trained without each, in the order of `names`.
        estimates_smg: float (S, M, G), `neighbour_shapley.replacement_values` in the features of each of the first.
    """
    measured_gsm = np.stack([lost_answers(everything, cell) for cell in without])
    measured = describe_differences(dict(zip(names, measured_gsm, strict=True)), -1.0, 1.0)
    estimated_gsm = np.moveaxis(np.asarray(estimates_smg, np.float64), 2, 0)
    agreement = _agreement(measured_gsm, estimated_gsm)
    accuracy = estimate_mean(everything.correct_sn)
    described = {
        "by": by,
        "accuracy_with_all": accuracy.described(0.0, 1.0),
        "n_seeds": measured_gsm.shape[1],
        "n_images": measured_gsm.shape[2],
        "values": [
            {
                "name": name,
                "worth": {key: measured[name][key] for key in _TESTED},
                "estimate": estimate_mean(table_sm).described(-1.0, 1.0),
            }
            for name, table_sm in zip(names, estimated_gsm, strict=True)
        ],
        "rank_correlation": agreement,
    }
    return {**described, "finding": _finding(described)}


def worth_table(worth: Mapping[str, Any]) -> str:
    """Return the worths as CSV; fractions in 0-1."""
    numbers = ["worth", "ci95_low", "ci95_high", "p_value", "p_value_holm", "minimum_detectable_effect"]
    rows: list[list] = [[worth["by"], *numbers, "estimate", "estimate_ci95_low", "estimate_ci95_high"]]
    for value in worth["values"]:
        measured, estimate = value["worth"], value["estimate"]
        reference = [measured["mean"], *measured["ci95"], *(measured[key] for key in _TESTED[2:])]
        rows.append([value["name"], *reference, estimate["mean"], *estimate["ci95"]])
    return csv_text(rows)


def _agreement(measured_gsm: np.ndarray, estimated_gsm: np.ndarray) -> dict[str, Any]:
    """Return Spearman's rank correlation over groups, and how sure it is in two ways.

    Its percentile interval, from resampled seeds and images, says how well the correlation of these groups is known.
    The "p_value", how often groups paired at random would agree as well, says whether so few could do so by luck.
    """
    _, n_seeds, n_images = measured_gsm.shape
    rng = np.random.default_rng(0)
    seeds_bs = rng.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), _RESAMPLES) / n_seeds
    images_bm = rng.multinomial(n_images, np.full(n_images, 1 / n_images), _RESAMPLES) / n_images
    resampled = [
        np.stack([((images_bm @ table_sm.T) * seeds_bs).sum(axis=1) for table_sm in tables], axis=1)
        for tables in (measured_gsm, estimated_gsm)
    ]
    observed = [tables.mean(axis=(1, 2))[None] for tables in (measured_gsm, estimated_gsm)]
    return {
        "mean": float(_spearman(*observed)[0]),
        "ci95": [float(end) for end in np.quantile(_spearman(*resampled), [0.025, 0.975])],
        "p_value": float(
            stats.permutation_test(
                (observed[0][0],),
                lambda means_g: _spearman(means_g[None], observed[1])[0],
                permutation_type="pairings",
                alternative="greater",
                vectorized=False,
                n_resamples=_RESAMPLES,
                rng=0,
            ).pvalue
        ),
        "n_values": len(measured_gsm),
    }


def _spearman(first_bg: np.ndarray, second_bg: np.ndarray) -> np.ndarray:
    """Return each row's rank correlation; zero where one side is all ties, for there is no ranking to agree with."""
    centred = [stats.rankdata(side, axis=1) - (side.shape[1] + 1) / 2 for side in (first_bg, second_bg)]
    norms = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    return (centred[0] * centred[1]).sum(axis=1) / np.maximum(norms, np.finfo(float).tiny)


def _finding(worth: Mapping[str, Any]) -> str:
    values, agreement = worth["values"], worth["rank_correlation"]
    shown = [value for value in values if value["worth"]["p_value_holm"] < SIGNIFICANCE]
    useful = [value["name"] for value in shown if value["worth"]["mean"] > 0]
    harmful = [value["name"] for value in shown if value["worth"]["mean"] < 0]
    parts = []
    if useful:
        parts.append(f"leaving out costs accuracy: {'; '.join(useful)}")
    if harmful:
        parts.append(f"leaving out gains accuracy: {'; '.join(harmful)}")
    if len(useful) + len(harmful) < len(values):
        parts.append("every other is not shown to matter" if parts else f"no {worth['by']} is shown to matter")
    low, high = agreement["ci95"]
    correlation = (
        f"rank correlation {agreement['mean']:.2f} ({low:.2f} to {high:.2f}) over {len(values)}, "
        f"p = {agreement['p_value']:.2g} of a permutation test"
    )
    if len(values) < _FEWEST_TO_RANK:
        verdict = f"too few to tell whether the cheaper estimate ranks as retraining does: {correlation}"
    elif low > 0 and agreement["p_value"] < SIGNIFICANCE:
        verdict = f"the cheaper estimate ranks them as retraining does, within its interval: {correlation}"
    else:
        verdict = f"the cheaper estimate is not shown to rank them as retraining does, do not rely on it: {correlation}"
    text = ", ".join(parts)
    luck = (
        " There is one training of each kind, so the luck of training is not in this." if worth["n_seeds"] == 1 else ""
    )
    return f"{text[0].upper()}{text[1:]}; {verdict}.{luck}"
