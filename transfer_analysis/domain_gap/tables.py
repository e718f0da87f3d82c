"""domain_gap.json as CSV: every probe, every step of the removal, and the distances to prototypes."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.domain_gap.separability import PAIRS
from transfer_analysis.domain_gap.terms import KINDS, RANDOM, TELLING
from transfer_analysis.tables import csv_text

_ENDS = ("ci95_low", "ci95_high")


def domain_gap_tables(gap: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; fractions in 0-1."""
    return {
        "real_or_generated": csv_text(_probe_rows(gap)),
        "directions_removed": csv_text(_removal_rows(gap)),
        "prototypes": csv_text(_prototype_rows(gap)),
    }


def _probe_rows(gap: dict[str, Any]) -> Iterator[list]:
    measures = ("accuracy", "auc")
    columns = [column for name in measures for column in (name, *(f"{name}_{end}" for end in _ENDS))]
    yield ["pair", "first_kind", "second_kind", "seen_as", *columns]
    for pair, by_view in gap["separability"]["pairs"].items():
        for view, entry in by_view.items():
            yield [pair, *PAIRS[pair], view, *(cell for name in measures for cell in _cells(entry[name]))]


def _removal_rows(gap: dict[str, Any]) -> Iterator[list]:
    yield ["directions", "removed", "measure", "fitted_to", "tested_on", "value", *_ENDS]
    for step in gap["removal"]["steps"]:
        for which in (TELLING, RANDOM):
            if which not in step:
                continue
            entry, start = step[which], [step["directions"], which]
            for name in ("accuracy", "auc"):
                yield [*start, f"real_or_generated_{name}", None, None, *_cells(entry["domain"][name])]
            for tested in KINDS:
                for fitted in KINDS:
                    yield [*start, "class_accuracy", fitted, tested, *_cells(entry["class_accuracy"][fitted][tested])]
                yield [*start, "gap", None, tested, *_cells(entry["gap"][tested])]


def _prototype_rows(gap: dict[str, Any]) -> Iterator[list]:
    yield ["distance", "generated_over_real", *_ENDS, "difference", *(f"difference_{end}" for end in _ENDS)]
    for name in ("to_mean", "to_neighbour"):
        entry = gap["prototypes"][name]
        yield [name, *_cells(entry["generated"]), *_cells(entry["difference"])]


def _cells(entry: dict[str, Any]) -> list[float]:
    return [entry["mean"], *entry["ci95"]]
