"""The table of all images, `images.csv`, and what each of its columns holds, counted."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from data_set_export.photos_manifest import PhotosManifest
from photographs.atomic_files import CorruptFileError

# More different values than this are not listed one by one.
LISTED_VALUES = 40


@dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes:
        counts: how many images have each value, the most frequent first, equal ones by value.
    """

    name: str
    counts: list[tuple[str, int]]

    def summary(self) -> str:
        """Return in a few words what the column holds, where it is not one value throughout."""
        n, n_images = len(self.counts), sum(count for _, count in self.counts)
        if n == n_images:
            return "another value for every image"
        numbers = self._numbers()
        return f"{n:,} different values" + (f", from {min(numbers):g} to {max(numbers):g}" if numbers else "")

    @property
    def only_value(self) -> str | None:
        """The value that every image has, or None if they differ."""
        return self.counts[0][0] if len(self.counts) == 1 else None

    @property
    def is_listed(self) -> bool:
        """Whether its values are few enough to count one by one, and more than one."""
        return 1 < len(self.counts) <= min(LISTED_VALUES, sum(count for _, count in self.counts) - 1)

    def _numbers(self) -> list[float] | None:
        try:
            return [float(value) for value, _ in self.counts]
        except ValueError:
            return None


def read_columns(path: Path, manifest: PhotosManifest) -> list[Column]:
    """Read `images.csv` and count what its columns of metadata hold, in their order.

    Raises:
        CorruptFileError: it does not hold the images that the manifest speaks of.
        FileNotFoundError: there is no such file.
    """
    with open(path, encoding="utf-8", newline="") as stream:
        try:
            table = csv.DictReader(stream, strict=True)
            rows = list(table)
            images = Counter((row["class"], row["split"]) for row in rows)
        except (csv.Error, KeyError, UnicodeDecodeError) as error:
            raise CorruptFileError(path, f"not readable as the table of images ({error!r})") from error
    expected = {(name, split): count for name in manifest.classes for split, count in manifest.images_per_class.items()}
    if images != Counter(expected) or any(None in row or None in row.values() for row in rows):
        raise CorruptFileError(path, "it does not hold the images that manifest.json speaks of")
    names = [name for name in table.fieldnames if name not in ("class", "index", "split")]
    return [Column(name, _counts([row[name] for row in rows])) for name in names]


def _counts(values: list[str]) -> list[tuple[str, int]]:
    return sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
