"""What a sweep over generator settings found: accuracy at every point, paired against the best and the study's own.

Every point's networks answered the same real validation photographs, and seeds are paired, so what all points find
hard cancels out of their differences. The best point is the best of many noisy ones: its own accuracy is flattered by
that, which is why a choice between settings counts what cannot be told apart from it as equal.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import detectable_effect, estimate_mean, estimate_means
from transfer_analysis.gaps import describe_gap, lost_answers
from transfer_analysis.several_tests import SIGNIFICANCE
from transfer_analysis.tables import csv_text

_MOST_NAMED = 5
_ONE_TRAINING = " There is one training of each point, so the luck of training is not in this."


class _Compared(NamedTuple):
    """The points among which one is chosen: how many there are, how many tie, and what they may cost at most."""

    n: int
    n_tied: int
    most_evaluations: int | None


def describe_sweep(plan: Mapping[str, Any], cells: Mapping[str, Cell], digests: Mapping[str, str]) -> dict[str, Any]:
    """Return all that is said of a sweep.

    Args:
        plan: what `prepare_sweep` wrote: the sweep's name, its keys, and its points in order.
        cells: each point's answers on the validation photographs, by the point's name.
        digests: each point's digest of its training images, by the point's name.
    """
    accuracies = {name: estimate_mean(cell.correct_sn) for name, cell in cells.items()}
    best = max(cells, key=lambda name: accuracies[name].mean)
    own = next((point["name"] for point in plan["points"] if point["is_study"]), None)
    behind_best = _behind_best(cells, best)
    points = []
    for point in plan["points"]:
        name = point["name"]
        cell, accuracy = cells[name], accuracies[name]
        twin = next(other for other in cells if digests[other] == digests[name])
        points.append(
            {
                **point,
                "accuracy": {
                    **accuracy.described(0.0, 1.0),
                    "per_seed": cell.correct_sn.mean(axis=1).tolist(),
                },
                "behind_best": behind_best.get(name),
                "behind_study": None if own in (None, name) else _difference(cells[own], cell),
                "same_images_as": None if twin == name else twin,
            }
        )
    n_seeds, n_images = next(iter(cells.values())).predicted_sn.shape
    described = {
        "sweep": plan["sweep"],
        "keys": plan["keys"],
        "classes": plan["classes"],
        "train_images_per_class": plan["train_images_per_class"],
        "training_steps": plan["training_steps"],
        "n_seeds": n_seeds,
        "n_images": n_images,
        "chance": 1 / len(plan["classes"]),
        "best": best,
        "study": own,
        "points": points,
    }
    return {**described, "finding": finding(described)}


def finding(sweep: Mapping[str, Any]) -> str:
    """Return what the sweep found in one sentence that claims no difference that does not outlive the correction."""
    points = {point["name"]: point for point in sweep["points"]}
    best = points[sweep["best"]]
    others = [point for point in points.values() if point["behind_best"] is not None]
    if not others:
        return f"{_percent(best['accuracy'])} with {best['label']}, the only point." + _warn_of_one_training(sweep)
    tied = [point for point in others if not is_worse(point)]
    worse = [point for point in others if is_worse(point)]
    parts = [f"Accuracy was highest with {best['label']} ({_percent(best['accuracy'])})"]
    if tied:
        parts.append(f"not shown to differ from it: {_names(tied)}")
    if worse:
        losses = sorted(100 * point["behind_best"]["mean"] for point in worse)
        by = f"{losses[0]:.1f}" if len(losses) == 1 else f"{losses[0]:.1f} to {losses[-1]:.1f}"
        which = _names(worse) if tied else "every other setting"
        parts.append(f"lower by {by} points: {which}")
    return " – ".join(parts) + "." + _warn_of_one_training(sweep)


def _warn_of_one_training(sweep: Mapping[str, Any]) -> str:
    return _ONE_TRAINING if sweep["n_seeds"] == 1 else ""


def _names(points: Sequence[Mapping[str, Any]]) -> str:
    if len(points) > _MOST_NAMED:
        return f"{len(points)} other points"
    return "; ".join(point["label"] for point in points)


def is_worse(point: Mapping[str, Any]) -> bool:
    """Return whether the point was shown to lie behind the best, corrected for the number of pairs."""
    behind = point["behind_best"]
    return behind is not None and behind["mean"] > 0 and behind["p_value_of_pairs"] < SIGNIFICANCE


def choose_point(
    plan: Mapping[str, Any], cells: Mapping[str, Cell], digests: Mapping[str, str], most_evaluations: int | None
) -> dict[str, Any]:
    """Return the point to use, by a rule: the most accurate within the speed limit, or the cheapest that ties with it.

    A point ties with the most accurate one if it was not shown to lie behind it (`is_worse`). Of equally cheap
    ones the more accurate is taken.

    Args:
        plan, cells, digests: as for `describe_sweep`.
        most_evaluations: network evaluations that an image may cost; None: any number.
    """
    limit = "" if most_evaluations is None else f" among points of at most {most_evaluations} network evaluations"
    rule = f"highest accuracy on real validation photographs{limit}; of those that tie with it, the cheapest"
    affordable = [
        point
        for point in plan["points"]
        if most_evaluations is None or point["network_evaluations"] <= most_evaluations
    ]
    if not affordable:
        cheapest = min(point["network_evaluations"] for point in plan["points"])
        reason = (
            f"No point costs at most {most_evaluations} network evaluations an image; the cheapest costs {cheapest}."
        )
        return {"rule": rule, "chosen": None, "settings": None, "network_evaluations": None, "reason": reason}
    sweep = describe_sweep({**plan, "points": affordable}, {p["name"]: cells[p["name"]] for p in affordable}, digests)
    best = next(point for point in sweep["points"] if point["name"] == sweep["best"])
    tied = [point for point in sweep["points"] if not is_worse(point)]
    chosen = min(tied, key=lambda point: (point["network_evaluations"], -point["accuracy"]["mean"]))
    return {
        "rule": rule,
        "chosen": chosen["name"],
        "settings": chosen["settings"],
        "network_evaluations": chosen["network_evaluations"],
        "reason": _reason(best, chosen, _Compared(len(affordable), len(tied), most_evaluations))
        + _warn_of_one_training(sweep),
    }


def _reason(best: Mapping[str, Any], chosen: Mapping[str, Any], points: _Compared) -> str:
    within, others = "", "every other point"
    if points.most_evaluations is not None:
        within = f"Of the points of at most {points.most_evaluations} network evaluations an image, "
        others = "every other of them"
    if points.n == 1:
        return f"{within}{best['label']} is the only one ({_percent(best['accuracy'])})."
    top = f"{within}{best['label']} is the most accurate ({_percent(best['accuracy'])})"
    if chosen is best:
        if points.n_tied == 1:
            return f"{top}, and {others} is shown to be less so."
        return f"{top}, and no point that ties with it is cheaper."
    behind = chosen["behind_best"]
    low, high = (100 * end for end in behind["ci95"])
    detectable = 100 * behind["minimum_detectable_effect"]
    return (
        f"{top}; {chosen['label']} is {100 * behind['mean']:.1f} points behind it ({low:.1f} to {high:.1f}), not shown "
        f"to differ ({_correction(behind, points.n)}a true difference of {detectable:.1f} would have been found four "
        f"times in five), and of the {points.n_tied} points that tie it costs least: "
        f"{chosen['network_evaluations']} network evaluations an image against {best['network_evaluations']}."
    )


def _correction(behind: Mapping[str, Any], n_points: int) -> str:
    """Explain an interval that leaves out zero though its point is not shown to differ; nothing for others."""
    low, high = behind["ci95"]
    if low <= 0 <= high:
        return ""
    n_pairs = n_points * (n_points - 1) // 2
    return f"the interval leaves out zero, but that does not outlive the correction for {n_pairs} pairs of points; "


def sweep_table(sweep: Mapping[str, Any]) -> str:
    """Return a sweep's points as CSV; fractions in 0-1, differences to the best above zero where the point is worse."""
    columns = ["point", *sweep["keys"], "network_evaluations", "is_study", "accuracy", "ci95_low", "ci95_high"]
    differences = ["mean", "ci95_low", "ci95_high", "p_value", "minimum_detectable_effect"]
    kinds = ("behind_best", "behind_study")
    rows = [[*columns, *(f"{kind}_{column}" for kind in kinds for column in differences), "same_images_as"]]
    for point in sweep["points"]:
        settings = [point["settings"][key] for key in sweep["keys"]]
        values = [value if isinstance(value, str) else json.dumps(value) for value in settings]
        accuracy = [point["accuracy"]["mean"], *point["accuracy"]["ci95"]]
        compared = [cell for kind in kinds for cell in _difference_cells(point[kind])]
        cost = [point["network_evaluations"], point["is_study"]]
        rows.append([point["name"], *values, *cost, *accuracy, *compared, point["same_images_as"]])
    return csv_text(rows)


def _behind_best(cells: Mapping[str, Cell], best: str) -> dict[str, dict[str, Any]]:
    """Return every other point's difference to the best; the same answers chose the best, so any two points count.

    "p_value_of_pairs" is Bonferroni's over all pairs of points: with all equal, some point of seven was called worse in
    45 % of simulated sweeps by its own interval, and in 7 % so.
    """
    others = [name for name in cells if name != best]
    n_pairs = len(cells) * len(others) // 2
    estimates = estimate_means([lost_answers(cells[best], cells[name]) for name in others])
    return {
        name: {
            **estimate.described(-1.0, 1.0),
            "p_value": estimate.p_value(),
            "p_value_of_pairs": min(1.0, n_pairs * estimate.p_value()),
            "minimum_detectable_effect": detectable_effect(
                estimate.standard_error, estimate.degrees_of_freedom, n_pairs
            ),
        }
        for name, estimate in zip(others, estimates, strict=True)
    }


def _difference(first: Cell, second: Cell) -> dict[str, Any]:
    gap = describe_gap(first, second)
    return {name: gap[name] for name in ("mean", "ci95", "p_value", "minimum_detectable_effect")}


def _difference_cells(difference: Mapping[str, Any] | None) -> list[float | None]:
    if difference is None:
        return [None] * 5
    return [difference["mean"], *difference["ci95"], difference["p_value"], difference["minimum_detectable_effect"]]


def _percent(accuracy: Mapping[str, Any]) -> str:
    low, high = (f"{100 * end:.1f}" for end in accuracy["ci95"])
    return f"{100 * accuracy['mean']:.1f} %, {low} to {high}"
