"""The pipeline judged by itself: stand-in generators whose worth is known, and whether the analysis finds it.

Stand-ins are made from real photographs (`photographs.stand_ins`). Each check compares what must be so with what the
same code found that judges the study's generator; a check that fails says that a number of this report cannot be
trusted, whatever the generator is.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.cells import Cell, require_paired
from transfer_analysis.crossed_bootstrap import describe_draws, draw_means, percentile_interval
from transfer_analysis.generator_quality.comparison import side_of_null
from transfer_analysis.generator_quality.near_copies import copying_verdict
from transfer_analysis.mixtures.exchange_rate import Sizes, describe_exchange_rate, may_be
from transfer_analysis.mixtures.real_equivalents import real_equivalents

# From the least spoilt to the most: what networks learn from them must fall along each.
ORDERS = {
    "wrong_labels": ("held_out", "labels_wrong_20", "labels_wrong_40", "labels_shuffled"),
    "blur": ("held_out", "blurred_1", "blurred_2"),
}

# Every check, and what it holds in words.
CHECKS = {
    "held_out_gap": "Held-out real photographs in the generator’s place: the gap’s interval holds zero",
    "held_out_rate": "Held-out real photographs: the interval of k holds one",
    "shuffled_accuracy": "Labels shuffled: accuracy is not shown to exceed chance",
    "shuffled_rate": "Labels shuffled: the interval of k reaches infinity",
    "wrong_labels_monotone": "The more labels are wrong, the less is learned",
    "blur_monotone": "The more the photographs are blurred, the less is learned",
    "copies_found": "The training photographs themselves: found to be copies",
    "held_out_no_copies": "Held-out real photographs: not taken for copies",
    "variety_missed_in_its_class": "One class without variety: coverage falls for that class",
    "variety_missed_in_no_other": "One class without variety: coverage falls for no other",
}


def describe_stand_ins(real: Mapping[int, Cell], stand_ins: Mapping[str, Cell], per_class: int) -> list[dict[str, Any]]:
    """Return each stand-in's accuracy on real test photographs, its gap to real ones in the same number, and its k.

    Args:
        real: answers of networks trained on real photographs alone, by their number a class; `per_class` among them.
        stand_ins: answers of networks trained on each stand-in, by its name.
        per_class: photographs a class in every stand-in.
    """
    sizes = sorted(real)
    cells = [*(real[size] for size in sizes), *stand_ins.values()]
    for cell in cells[1:]:
        require_paired(cells[0], cell)
    tables_psn = np.stack([cell.correct_sn for cell in cells])
    means_p, draws_bp = tables_psn.mean(axis=(1, 2)), draw_means(tables_psn, np.random.default_rng(0))
    rows = np.concatenate([means_p[None], draws_bp])
    home, chance = sizes.index(per_class), 1 / len(cells[0].classes)
    described = []
    for position, name in enumerate(stand_ins, start=len(sizes)):
        equivalents = real_equivalents(rows[:, position], rows[:, : len(sizes)], np.array(sizes), chance)
        gap_b = rows[:, home] - rows[:, position]
        described.append(
            {
                "name": name,
                "accuracy": {
                    "mean": float(means_p[position]),
                    "ci95": percentile_interval(draws_bp[:, position], 0.0, 1.0),
                },
                "gap": describe_draws(float(gap_b[0]), gap_b[1:], tables_psn.shape[2]),
                "exchange_rate": describe_exchange_rate(
                    float(equivalents[0]), equivalents[1:], Sizes(0, per_class, sizes[0], sizes[-1])
                ),
            }
        )
    return described


def judge_stand_ins(stand_ins: Sequence[Mapping[str, Any]], chance: float) -> list[dict[str, Any]]:
    """Return the checks of what networks learned from the stand-ins, each {"check", "passed"}."""
    by_name = {entry["name"]: entry for entry in stand_ins}
    held_out, shuffled = by_name["held_out"], by_name["labels_shuffled"]
    low, high = held_out["gap"]["ci95"]
    return [
        {"check": "held_out_gap", "passed": bool(low <= 0 <= high)},
        {"check": "held_out_rate", "passed": may_be(held_out["exchange_rate"]["ci95"], 1.0)},
        {"check": "shuffled_accuracy", "passed": bool(shuffled["accuracy"]["ci95"][0] <= chance)},
        {
            "check": "shuffled_rate",
            "passed": shuffled["exchange_rate"]["ci95"][1]["relation"] == "infinite",
        },
        *(
            {"check": f"{name}_monotone", "passed": _falls([by_name[step]["accuracy"] for step in order])}
            for name, order in ORDERS.items()
        ),
    ]


def judge_copies(copies: Mapping[str, Any], held_out: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return whether copies of training photographs are found, and held-out ones are not taken for such.

    Args:
        copies, held_out: `near_copies` of training photographs, in each stand-in's quality.json: by space,
            {"p_value_holm", "control", …}.
    """
    return [
        {"check": "copies_found", "passed": all(_found(entry) for entry in copies.values())},
        {"check": "held_out_no_copies", "passed": not any(_found(entry) for entry in held_out.values())},
    ]


def judge_variety(
    alike: Mapping[str, Any], held_out: Mapping[str, Any], classes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return whether coverage falls for the class (the first) that lacks its variety, and for that class alone.

    Args:
        alike, held_out: `per_class` of each stand-in's quality.json.
        classes: the class names; the first is the one without variety.
    """
    below = {
        kind: {name for name in classes if side_of_null(per_class[name]["coverage"]) == "below"}
        for kind, per_class in (("alike", alike), ("held_out", held_out))
    }
    return [
        {"check": "variety_missed_in_its_class", "passed": classes[0] in below["alike"] - below["held_out"]},
        {"check": "variety_missed_in_no_other", "passed": not (below["alike"] | below["held_out"]) - {classes[0]}},
    ]


def _falls(accuracies: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the means never rise and the last interval lies below the first."""
    means = [accuracy["mean"] for accuracy in accuracies]
    falls = all(later <= earlier for earlier, later in itertools.pairwise(means))
    return bool(falls and accuracies[-1]["ci95"][1] < accuracies[0]["ci95"][0])


def _found(entry: Mapping[str, Any]) -> bool:
    return copying_verdict(entry) == "copies"
