"""known_answers.json as CSV: one row a stand-in, one a check, and one a class for the check of variety."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.tables import csv_text


def known_answer_tables(known_answers: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; fractions in 0-1."""
    checks = [["check", "passed"], *([check["check"], check["passed"]] for check in known_answers["checks"])]
    return {
        "known_answers": csv_text(_stand_in_rows(known_answers)),
        "known_answer_checks": csv_text(checks),
        "known_answer_coverage": csv_text(_coverage_rows(known_answers)),
    }


def _stand_in_rows(known_answers: dict[str, Any]) -> Iterator[list]:
    ends = ["k", "k_relation", "k_ci95_low", "k_low_relation", "k_ci95_high", "k_high_relation"]
    ends.append("share_of_draws_without_worth")
    yield ["stand_in", "accuracy", "ci95_low", "ci95_high", "gap", "gap_ci95_low", "gap_ci95_high", *ends]
    for entry in known_answers["stand_ins"]:
        accuracy, gap, rate = entry["accuracy"], entry["gap"], entry["exchange_rate"]
        rates = [cell for end in (rate["k"], *rate["ci95"]) for cell in (end["value"], end["relation"])]
        rates.append(rate["share_without_worth"])
        yield [entry["name"], accuracy["mean"], *accuracy["ci95"], gap["mean"], *gap["ci95"], *rates]


def _coverage_rows(known_answers: dict[str, Any]) -> Iterator[list]:
    coverage = known_answers["coverage"]
    yield ["class", "without_variety", "coverage_held_out", "coverage_one_class_alike"]
    for name, held_out in coverage["held_out"].items():
        is_alike = name == known_answers["class_without_variety"]
        yield [name, is_alike, held_out, coverage["one_class_alike"][name]]
