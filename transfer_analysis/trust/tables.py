"""trust.json as CSV, for whoever goes on computing with it."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.tables import csv_text

_TESTED = ("mean", "ci95_low", "ci95_high", "p_value", "p_value_holm")


def trust_tables(trust: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; shares, accuracies and losses are fractions."""
    rows = {
        "calibration": _calibration_rows,
        "reliability": _reliability_rows,
        "selective_accuracy": _selective_rows,
        "selective_areas": _area_rows,
        "robustness": _robustness_rows,
        "map_agreement": _agreement_rows,
    }
    return {name: csv_text(rows_of(trust)) for name, rows_of in rows.items()}


def _calibration_rows(trust: dict[str, Any]) -> Iterator[list]:
    scalings = ("raw", "own", "of_test")
    columns = [f"ece_{scaling}{end}" for scaling in scalings for end in ("", "_low", "_high", "_if_calibrated")]
    temperatures = ["temperature_own", "temperature_of_test"]
    over, change = ([f"{name}_{column}" for column in _TESTED] for name in ("overconfidence", "ece_change"))
    yield ["arm", "domain", "n_images", "accuracy", "confidence", *over, *temperatures, *columns, *change]
    for arm, by_kind in trust["calibration"].items():
        for kind, cell in by_kind.items():
            errors = [cell["ece"][scaling] for scaling in scalings]
            ece = [value for error in errors for value in (error["mean"], *error["ci95"], error["if_calibrated"])]
            sizes = [arm, kind, cell["n_images"], cell["accuracy"], cell["confidence"]]
            scales = [trust["temperature"][arm][fitted_on]["mean"] for fitted_on in ("own", kind)]
            yield [*sizes, *_tested(cell["overconfidence"]), *scales, *ece, *_tested(cell["ece_change"])]


def _reliability_rows(trust: dict[str, Any]) -> Iterator[list]:
    yield [
        "arm",
        "domain",
        "scaling",
        "bin_low",
        "bin_high",
        "share",
        "confidence",
        "accuracy",
        "ci95_low",
        "ci95_high",
    ]
    for arm, by_kind in trust["calibration"].items():
        for kind, cell in by_kind.items():
            for scaling, bins in cell["reliability"].items():
                for each in bins:
                    ends = [each["low"], each["high"], each["share"], each["confidence"]]
                    yield [arm, kind, scaling, *ends, each["accuracy"], *each["ci95"]]


def _selective_rows(trust: dict[str, Any]) -> Iterator[list]:
    yield ["arm", "coverage", "accuracy", "ci95_low", "ci95_high"]
    for arm, entry in trust["selective"].items():
        for point in entry["curve"]:
            yield [arm, point["coverage"], point["accuracy"], *point["ci95"]]


def _area_rows(trust: dict[str, Any]) -> Iterator[list]:
    columns = ["area", "ci95_low", "ci95_high", "best_area", "above_the_best"]
    yield ["arm", *columns, *(f"more_than_real_{column}" for column in _TESTED)]
    for arm, entry in trust["selective"].items():
        area = entry["aurc"]
        yield [arm, *_ends(area), area["best"], area["excess"], *_tested(entry["aurc_difference"])]


def _robustness_rows(trust: dict[str, Any]) -> Iterator[list]:
    ends = ["accuracy", "accuracy_low", "accuracy_high", "loss", "loss_low", "loss_high"]
    yield ["arm", "corruption", "severity", *ends, *(f"difference_{column}" for column in _TESTED)]
    for arm, entry in trust["robustness"].items():
        yield [arm, "none", None, *_ends(entry["clean"]), *[None] * (3 + len(_TESTED))]
        for name, corruption in {"all": entry["overall"], **entry["corruptions"]}.items():
            whole = [*_ends(corruption["accuracy"]), *_ends(corruption["loss"])]
            yield [arm, name, "all", *whole, *_tested(corruption["difference"])]
            for severity, at in zip(trust["severities"], corruption.get("by_severity", ()), strict=False):
                yield [arm, name, severity, *_ends(at["accuracy"]), *_ends(at["loss"]), *[None] * len(_TESTED)]


def _agreement_rows(trust: dict[str, Any]) -> Iterator[list]:
    columns = ["correlation", "ci95_low", "ci95_high"]
    yield ["compared_with_real", "pair", "n_photographs", *columns]
    for arm, entry in trust["maps"]["agreement"].items():
        pairs = {"between_arms": entry["between"], "other_photograph": entry["other_photograph"]}
        pairs |= {f"within_{name}": within for name, within in (entry["within"] or {}).items()}
        pairs["within_less_between"] = entry["difference"]
        for pair, values in pairs.items():
            yield [arm, pair, entry["n_photographs"], *_ends(values)]


def _ends(entry: dict[str, Any] | None) -> list:
    return [entry["mean"], *entry["ci95"]] if entry else [None] * 3


def _tested(entry: dict[str, Any] | None) -> list:
    return [*_ends(entry), entry["p_value"], entry["p_value_holm"]] if entry else [None] * len(_TESTED)
