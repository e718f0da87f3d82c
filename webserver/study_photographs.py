"""The study's photographs, where they are on this machine: files read at first use."""

import threading
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError
from photographs.photo_set import PhotoSet, read_photo_set
from webserver.study_files import StudyFiles

SPLITS = ("train", "test")


class StudyPhotographs:
    """Reads a study's photo sets; a set that changed is read again."""

    def __init__(self, files: StudyFiles):
        self._files = files
        self._sets: dict[tuple[str, str], tuple[tuple[Path, int], PhotoSet]] = {}
        self._rows: dict[tuple[str, str], dict[tuple[str, int], int]] = {}
        self._lock = threading.Lock()

    def photo_set(self, kind: str, split: str) -> PhotoSet | None:
        """Return the photographs of a kind and split, or None where they are not on this machine."""
        path = self._files.photo_set(kind, split)
        with self._lock:
            try:
                changed = path, path.stat().st_mtime_ns
                if (kept := self._sets.get((kind, split))) is None or kept[0] != changed:
                    photos = read_photo_set(path)
                    self._sets[(kind, split)] = (changed, photos)
                    names = (photos.classes[label] for label in photos.labels)
                    self._rows[(kind, split)] = {
                        (name, int(index)): row
                        for row, (name, index) in enumerate(zip(names, photos.indices, strict=True))
                    }
            except (OSError, CorruptFileError):
                return None
            return self._sets[(kind, split)][1]

    def image(self, kind: str, split: str, class_name: str, index: int) -> np.ndarray | None:
        """Return one photograph, uint8 (32, 32, 3), or None."""
        photos = self.photo_set(kind, split)
        if photos is None:
            return None
        row = self._rows[(kind, split)].get((class_name, index))
        return None if row is None else photos.images_nhwc[row]

    def are_here(self, kind: str, split: str) -> bool:
        """Return whether the file is there, without reading it."""
        return self._files.photo_set(kind, split).is_file()
