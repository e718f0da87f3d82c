"""The study's photographs, where they are on this machine: files read at first use."""

import dataclasses
import threading
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError
from photographs.photo_set import PhotoSet, read_photo_set
from webserver.study_files import StudyFiles

SPLITS = ("train", "test")
# Photographs, and the row of each by its class and index.
_Indexed = tuple[PhotoSet, dict[tuple[str, int], int]]


class StudyPhotographs:
    """Reads a study's photo sets; a set that changed is read again."""

    def __init__(self, files: StudyFiles):
        self._files = files
        self._sets: dict[tuple[str, str], tuple[tuple[Path, int], _Indexed | None]] = {}
        self._lock = threading.Lock()

    def photo_set(self, kind: str, split: str) -> PhotoSet | None:
        """Return the photographs of a kind and split, or None where they are not on this machine."""
        found = self._indexed(kind, split)
        return None if found is None else found[0]

    def image(self, kind: str, split: str, class_name: str, index: int) -> np.ndarray | None:
        """Return one photograph, uint8 (32, 32, 3), or None."""
        if (found := self._indexed(kind, split)) is None:
            return None
        photos, rows = found
        row = rows.get((class_name, index))
        return None if row is None else photos.images_nhwc[row]

    def _indexed(self, kind: str, split: str) -> _Indexed | None:
        path = self._files.photo_set(kind, split)
        with self._lock:
            try:
                changed = path, path.stat().st_mtime_ns
                if (kept := self._sets.get((kind, split))) is None or kept[0] != changed:
                    kept = self._sets[(kind, split)] = changed, _read(path)
            except OSError:
                return None
            return kept[1]


def _read(path: Path) -> _Indexed | None:
    """Return a file's photographs; None, until it changes, of a spoilt one."""
    try:
        photos = read_photo_set(path)
    except CorruptFileError:
        return None
    # Prompts and digests would take as much memory as the pixels.
    photos = dataclasses.replace(photos, metadata={})
    keys = zip((photos.classes[label] for label in photos.labels), map(int, photos.indices), strict=True)
    return photos, {key: row for row, key in enumerate(keys)}
