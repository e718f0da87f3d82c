"""The summary's numbers as CSV, for whoever goes on computing with them."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from photographs.atomic_files import write_text


def write_tables(folder: Path, summary: dict[str, Any]) -> None:
    """Write every table of `summary_tables` into `folder` as NAME.csv."""
    for name, text in summary_tables(summary).items():
        write_text(Path(folder) / f"{name}.csv", text)


def summary_tables(summary: dict[str, Any]) -> dict[str, str]:
    """Return the summary's tables as CSV by name; fractions in 0-1, six significant digits."""
    rows = {
        "transfer": _transfer_rows,
        "per_class_recall": _recall_rows,
        "gaps": _gap_rows,
        "class_gaps": _class_gap_rows,
        "confusion_differences": _confusion_rows,
    }
    return {name: csv_text(rows_of(summary)) for name, rows_of in rows.items()}


def _transfer_rows(summary: dict[str, Any]) -> Iterator[list]:
    yield ["arm", "domain", "n_seeds", "n_images", "accuracy", "ci95_low", "ci95_high", "ece"]
    for arm, by_domain in summary["transfer"].items():
        for domain, cell in by_domain.items():
            accuracy = cell["accuracy"]
            yield [arm, domain, cell["n_seeds"], cell["n_images"], accuracy["mean"], *accuracy["ci95"], cell["ece"]]


def _recall_rows(summary: dict[str, Any]) -> Iterator[list]:
    yield ["arm", "domain", "class", "n_images", "recall", "ci95_low", "ci95_high"]
    for arm, by_domain in summary["transfer"].items():
        for domain, cell in by_domain.items():
            for name, recall in cell["per_class_recall"].items():
                yield [arm, domain, name, recall["n_images"], recall["mean"], *recall["ci95"]]


def _gap_rows(summary: dict[str, Any]) -> Iterator[list]:
    numbers = ["p_value", "p_value_holm", "p_value_permutation", "minimum_detectable_effect"]
    numbers += ["cohens_h", "odds_ratio", "home_only", "away_only", "n_seeds", "n_images"]
    ends = ["ci95_low", "ci95_high", "bootstrap_ci95_low", "bootstrap_ci95_high"]
    yield ["gap", "arm", "home", "domain", "mean", *ends, *numbers]
    for key, gap in summary["gaps"].items():
        names = [key, gap["arm"], gap["home"], gap["domain"]]
        yield [*names, gap["mean"], *gap["ci95"], *gap["bootstrap_ci95"], *(gap[number] for number in numbers)]


def _class_gap_rows(summary: dict[str, Any]) -> Iterator[list]:
    numbers = ["mean", "ci95_low", "ci95_high", "p_value", "p_value_holm"]
    yield ["gap", "class", *numbers, *(f"excess_{number}" for number in numbers)]
    for key, gap in summary["gaps"].items():
        for name, entry in gap["per_class"].items():
            parts = (entry, entry["excess"])
            cells = [[part["mean"], *part["ci95"], part["p_value"], part["p_value_holm"]] for part in parts]
            yield [key, name, *cells[0], *cells[1]]


def _confusion_rows(summary: dict[str, Any]) -> Iterator[list]:
    classes = summary["study"]["classes"]
    yield ["gap", "true", "answer", "difference", "differs"]
    for key, gap in summary["gaps"].items():
        confusion = gap["confusion_difference"]
        for row, true in enumerate(classes):
            for column, answer in enumerate(classes):
                differs = confusion["differs"][row][column] if confusion["differs"] else None
                yield [key, true, answer, confusion["difference"][row][column], differs]


def csv_text(rows: Iterable[list]) -> str:
    """Return rows as CSV, floats with six significant digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in row])
    return text.getvalue()
