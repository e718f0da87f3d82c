"""representations.json as CSV: similarity, probes, transplants, the map's points."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.tables import csv_text

_MEASURES = ("across", "ceiling", "within_real", "within_synthetic", "floor", "shortfall", "position")


def representation_tables(representations: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; accuracies as fractions in 0-1."""
    rows = {
        "network_similarity": _similarity_rows,
        "linear_probes": _probe_rows,
        "feature_gaps": _feature_gap_rows,
        "layer_transplant": _transplant_rows,
        "feature_map": _map_rows,
    }
    return {name: csv_text(rows_of(representations)) for name, rows_of in rows.items()}


def _similarity_rows(representations: dict[str, Any]) -> Iterator[list]:
    yield ["domain", "block", "measure", "cka", "ci95_low", "ci95_high", "p_value", "p_value_holm"]
    for domain, blocks in representations["similarity"].items():
        for block, entry in blocks.items():
            for measure in _MEASURES:
                if stated := entry[measure]:
                    tests = [stated.get("p_value"), stated.get("p_value_holm")]
                    yield [domain, block, measure, stated["mean"], *stated["ci95"], *tests]


def _probe_rows(representations: dict[str, Any]) -> Iterator[list]:
    yield ["network", "block", "fitted_on", "tested_on", "accuracy", "ci95_low", "ci95_high"]
    for network, blocks in representations["probes"]["accuracy"].items():
        for block, by_fitted in blocks.items():
            for fitted, by_tested in by_fitted.items():
                for tested, accuracy in by_tested.items():
                    yield [network, block, fitted, tested, accuracy["mean"], *accuracy["ci95"]]


def _feature_gap_rows(representations: dict[str, Any]) -> Iterator[list]:
    numbers = ("p_value", "p_value_holm", "minimum_detectable_effect")
    yield ["tested_on", "block", "lost", "ci95_low", "ci95_high", *numbers]
    for tested, blocks in representations["probes"]["feature_gaps"].items():
        for block, gap in blocks.items():
            yield [tested, block, gap["mean"], *gap["ci95"], *(gap[number] for number in numbers)]


def _transplant_rows(representations: dict[str, Any]) -> Iterator[list]:
    numbers = ["mean", "ci95_low", "ci95_high", "p_value_holm"]
    names = ("gap", "share", "gain_real", "gain_synthetic")
    accuracies = [f"{donor}_{number}" for donor in ("real", "synthetic") for number in ("accuracy", *numbers[1:3])]
    yield ["frozen_blocks", "last_frozen", *accuracies, *(f"{name}_{number}" for name in names for number in numbers)]
    for entry in (representations["transplant"] or {"depths": []})["depths"]:
        row = [entry["depth"], entry["last_frozen"]]
        for donor in ("real", "synthetic"):
            row += [entry[donor]["mean"], *entry[donor]["ci95"]]
        if entry["depth"]:
            for part in (entry["gap"], entry["share"], entry["gain"]["real"], entry["gain"]["synthetic"]):
                row += [part["mean"], *part["ci95"], part["p_value_holm"]]
        yield row


def _map_rows(representations: dict[str, Any]) -> Iterator[list]:
    points, networks = representations["map"]["points"], representations["map"]["networks"]
    yield ["class", "domain", *(f"{arm}_trained_{axis}" for arm in networks for axis in "xy")]
    coordinates = [network[axis] for network in networks.values() for axis in "xy"]
    yield from (list(row) for row in zip(points["class"], points["domain"], *coordinates, strict=True))
