"""known_answers.json as CSV: one row a stand-in, and one a check."""

from collections.abc import Iterator
from typing import Any

from transfer_analysis.tables import csv_text


def known_answer_tables(known_answers: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name; fractions in 0-1."""
    checks = [["check", "passed"], *([check["check"], check["passed"]] for check in known_answers["checks"])]
    return {"known_answers": csv_text(_stand_in_rows(known_answers)), "known_answer_checks": csv_text(checks)}


def _stand_in_rows(known_answers: dict[str, Any]) -> Iterator[list]:
    ends = ["k", "k_relation", "k_ci95_low", "k_low_relation", "k_ci95_high", "k_high_relation"]
    yield ["stand_in", "accuracy", "ci95_low", "ci95_high", "gap", "gap_ci95_low", "gap_ci95_high", *ends]
    for entry in known_answers["stand_ins"]:
        accuracy, gap, rate = entry["accuracy"], entry["gap"], entry["exchange_rate"]
        rates = [cell for end in (rate["k"], *rate["ci95"]) for cell in (end["value"], end["relation"])]
        yield [entry["name"], accuracy["mean"], *accuracy["ci95"], gap["mean"], *gap["ci95"], *rates]
