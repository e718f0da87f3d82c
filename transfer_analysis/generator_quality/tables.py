"""quality.json's statistics as one table, and the closest pairs of images as another."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from photographs.atomic_files import CorruptFileError, write_text
from photographs.photo_set import PhotoSet
from transfer_analysis.generator_quality.copy_search import NearestOfBoth, Photographs
from transfer_analysis.generator_quality.nearest_photograph import NearestPhotograph
from transfer_analysis.tables import csv_text

_PAIRS = 50


class Pair(NamedTuple):
    """An image and the photograph nearest to it of those searched.

    `searched` is "training" or "test"; `space` is "pixels" or "features"; `kind` says whether the image is "generated"
    or held-out "real"; the indices are those of the photo sets, within the image's own class and the photograph's.
    """

    searched: str
    space: str
    kind: str
    image_class: str
    image_index: int
    photo_class: str
    photo_index: int
    mirrored: bool
    distance: float


def quality_tables(quality: dict[str, Any]) -> dict[str, str]:
    """Return the tables as CSV by name: a row a class (and "overall") and statistic; a row a search for near-copies."""
    return {"generator_quality": csv_text(_quality_rows(quality)), "near_copies": csv_text(_copy_rows(quality))}


def closest_pairs(near: dict[str, dict[str, NearestOfBoth]], photographs: Photographs) -> list[Pair]:
    """Return the fifty closest pairs of each searched set and space, of generated and of held-out images, in order."""
    sets = {"generated": photographs.generated, "real": photographs.reference}
    return [
        Pair(searched, space, kind, *pair)
        for searched, by_space in near.items()
        for space, both in by_space.items()
        for kind, photos in sets.items()
        for pair in _closest(getattr(both, kind), photos, photographs.searched[searched])
    ]


def write_pairs(path: Path, pairs: list[Pair]) -> None:
    """Write the pairs as CSV."""
    write_text(path, csv_text([Pair._fields, *pairs]))


def read_pairs(path: Path) -> list[Pair]:
    """Read what `write_pairs` wrote.

    Raises:
        CorruptFileError: the file is not such a table.
    """
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return [
                Pair(
                    row["searched"],
                    row["space"],
                    row["kind"],
                    row["image_class"],
                    int(row["image_index"]),
                    row["photo_class"],
                    int(row["photo_index"]),
                    row["mirrored"] == "True",
                    float(row["distance"]),
                )
                for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptFileError(path, f"not a table of pairs ({error})") from error


def _closest(found: NearestPhotograph, photos: PhotoSet, searched: PhotoSet) -> Iterator[tuple]:
    for row in np.argsort(found.distances_n, kind="stable")[:_PAIRS]:
        nearest = found.rows_n[row]
        yield (
            photos.classes[photos.labels[row]],
            int(photos.indices[row]),
            searched.classes[searched.labels[nearest]],
            int(searched.indices[nearest]),
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


def _copy_rows(quality: dict[str, Any]) -> Iterator[list]:
    columns = ["threshold", "quantile", "real_share", "generated_share"]
    tests = ["p_value", "p_value_holm", "n_generated", "n_real"]
    control = ["unseen", "photographs_per_class", "searched_share", "unseen_share", "p_value", "p_value_holm"]
    ends = ["ci95_low", "ci95_high", "null95_low", "null95_high"]
    yield ["searched", "space", *columns, *ends, *tests, *(f"control_{name}" for name in control)]
    for searched, by_space in quality["near_copies"].items():
        for space, entry in by_space.items():
            shares = [entry[name] for name in columns]
            judged = [*(entry[name] for name in tests), *(entry["control"][name] for name in control)]
            yield [searched, space, *shares, *entry["ci95"], *entry["null95"], *judged]
