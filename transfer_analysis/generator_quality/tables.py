"""quality.json's statistics as one table, and the closest pairs of images as another."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from photographs.atomic_files import CorruptFileError, write_text
from photographs.photo_set import PhotoSet
from transfer_analysis.generator_quality.near_copies import NearestPhotograph
from transfer_analysis.generator_quality.quality import NearestOfBoth, Photographs

_PAIRS = 50


class Pair(NamedTuple):
    """An image and the training photograph nearest to it.

    `space` is "pixels" or "features"; `kind` says whether the image is "generated" or held-out "real"; the indices are
    those of the photo sets, within the image's own class and within the training photograph's.
    """

    space: str
    kind: str
    image_class: str
    image_index: int
    training_class: str
    training_index: int
    mirrored: bool
    distance: float


def write_quality_table(path: Path, quality: dict[str, Any]) -> None:
    """Write one row a class (and "overall") and statistic; six significant digits."""
    _write_csv(path, _quality_rows(quality))


def closest_pairs(near: dict[str, NearestOfBoth], photographs: Photographs) -> list[Pair]:
    """Return the fifty closest pairs in each space, of generated and of held-out real images, closest first."""
    sets = {"generated": photographs.generated, "real": photographs.reference}
    return [
        pair
        for space, both in near.items()
        for kind, photos in sets.items()
        for pair in _closest(space, kind, getattr(both, kind), photos, photographs.training)
    ]


def write_pairs(path: Path, pairs: list[Pair]) -> None:
    """Write the pairs as CSV."""
    _write_csv(path, iter([Pair._fields, *pairs]))


def read_pairs(path: Path) -> list[Pair]:
    """Read what `write_pairs` wrote.

    Raises:
        CorruptFileError: the file is not such a table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return [
                Pair(
                    row["space"],
                    row["kind"],
                    row["image_class"],
                    int(row["image_index"]),
                    row["training_class"],
                    int(row["training_index"]),
                    row["mirrored"] == "True",
                    float(row["distance"]),
                )
                for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFileError(path, f"not a table of pairs ({error})") from error


def _closest(space: str, kind: str, found: NearestPhotograph, photos: PhotoSet, training: PhotoSet) -> Iterator[Pair]:
    for row in np.argsort(found.distances_n, kind="stable")[:_PAIRS]:
        of_training = found.rows_n[row]
        yield Pair(
            space,
            kind,
            photos.classes[photos.labels[row]],
            int(photos.indices[row]),
            training.classes[training.labels[of_training]],
            int(training.indices[of_training]),
            bool(found.mirrored_n[row]),
            float(found.distances_n[row]),
        )


def _quality_rows(quality: dict[str, Any]) -> Iterator[list]:
    ends = ["null95_low", "null95_high", "difference", "difference_ci95_low", "difference_ci95_high"]
    yield ["group", "statistic", "value", "ci95_low", "ci95_high", "null", *ends]
    for group in ("overall", *quality["classes"]):
        share = quality["recognised"]["overall"] if group == "overall" else quality["recognised"]["per_class"][group]
        made, real, difference = share["generated"], share["real"], share["difference"]
        yield [
            group,
            "recognised",
            *(made["mean"], *made["ci95"], real["mean"], *real["ci95"], difference["mean"], *difference["ci95"]),
        ]
        for name, entry in (quality["overall"] if group == "overall" else quality["per_class"][group]).items():
            difference = entry["difference"]
            yield [
                group,
                name,
                *(entry["value"], *entry["ci95"], entry["null"], *entry["null95"]),
                *(difference["mean"], *difference["ci95"]),
            ]


def _write_csv(path: Path, rows: Iterator) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in row])
    write_text(path, text.getvalue())
