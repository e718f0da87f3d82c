"""The summary's numbers as CSV, for whoever goes on computing with them."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from photographs.atomic_files import write_text


def write_tables(folder: Path, summary: dict[str, Any]) -> None:
    """Write transfer.csv, per_class_recall.csv and gaps.csv into `folder`; fractions in 0-1, six significant digits."""
    write_text(Path(folder) / "transfer.csv", csv_text(_transfer_rows(summary)))
    write_text(Path(folder) / "per_class_recall.csv", csv_text(_recall_rows(summary)))
    write_text(Path(folder) / "gaps.csv", csv_text(_gap_rows(summary)))


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
    numbers = ["p_value", "p_value_holm", "minimum_detectable_effect", "n_seeds", "n_images"]
    yield ["gap", "arm", "home", "domain", "mean", "ci95_low", "ci95_high", *numbers]
    for key, gap in summary["gaps"].items():
        names = [key, gap["arm"], gap["home"], gap["domain"]]
        yield [*names, gap["mean"], *gap["ci95"], *(gap[number] for number in numbers)]


def csv_text(rows: Iterable[list]) -> str:
    """Return rows as CSV, floats with six significant digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in row])
    return text.getvalue()
