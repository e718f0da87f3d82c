"""A folder of generated images in the generator's place: one sub-folder a class, or CIFAKE's flat layout."""

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from photographs.cifar10 import CIFAR10_CLASSES
from photographs.digests import file_digest, image_digest
from photographs.photo_set import PhotoSet
from text_to_image.config import ImageFolderConfig
from text_to_image.resampling import to_study_size

_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
_READ_AT_ONCE = 32
# CIFAKE (Bird & Lotfi 2024) names files "0123 (4).jpg"; the number is the class's, and airplane, the first, has none.
_CIFAKE_NAME = re.compile(r"^.*?(?: ?\((?P<number>\d+)\))?$")


def files_by_class(folder: Path, classes: Sequence[str]) -> dict[str, list[Path]]:
    """Return each class's image files, sorted by name.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: a class has no images in it.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(2, "no such folder", str(folder))
    if any((folder / name).is_dir() for name in classes):
        files = {name: _images_in(folder / name) for name in classes}
    else:
        files = {name: [path for path in _images_in(folder) if _cifake_class(path) == name] for name in classes}
    for name in classes:
        if not files[name]:
            raise ValueError(
                f"image_folder.folder {folder} has no images of {name!r}: neither {name}/ nor CIFAKE's names"
            )
    return files


def folder_digest(folder: Path) -> str:
    """Return the hex SHA-256 of a folder's images, names and contents: what stands there is what is served."""
    sha256 = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES):
        sha256.update(f"{path.relative_to(folder)}\0{file_digest(path)}\n".encode())
    return sha256.hexdigest()


class FolderReader:
    """Serves a folder's images as if a model had drawn them: image `index` of a class is its file number `index`."""

    def __init__(self, config: ImageFolderConfig, classes: Sequence[str]):
        self._config = config
        self._classes = tuple(classes)
        self._files = files_by_class(Path(config.folder), classes)

    def draw(self, class_name: str, indices: Sequence[int]) -> PhotoSet:
        """Return the class's images at `indices`, in that order.

        Raises:
            ValueError: the folder has fewer images of the class.
            ValueError: too, where a file is no readable image.
        """
        files = self._files[class_name]
        if max(indices) >= len(files):
            raise ValueError(
                f"image_folder.folder {self._config.folder} has {len(files)} images of {class_name!r}; "
                f"images_per_class asks for at least {max(indices) + 1}"
            )
        chosen = [files[index] for index in indices]
        images = np.stack([to_study_size(_read(path), self._config.resampling) for path in chosen])
        return PhotoSet(
            images,
            np.full(len(chosen), self._classes.index(class_name), np.int32),
            np.asarray(indices, np.int64),
            self._classes,
            {
                "file": np.asarray([str(path.relative_to(self._config.folder)) for path in chosen]),
                "redraws": np.zeros(len(chosen), np.int32),
                "rejections": np.zeros(len(chosen), np.int32),
                "digest": np.asarray([image_digest(image) for image in images]),
            },
        )

    def draw_each(self, class_name: str, indices: Sequence[int], take: Callable[[PhotoSet], None]) -> None:
        """Hand the class's images at `indices` to `take`, some at a time; raises what `draw` does."""
        for start in range(0, len(indices), _READ_AT_ONCE):
            take(self.draw(class_name, indices[start : start + _READ_AT_ONCE]))


def _images_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)


def _cifake_class(path: Path) -> str | None:
    number = int(_CIFAKE_NAME.match(path.stem)["number"] or 1)
    return CIFAR10_CLASSES[number - 1] if 1 <= number <= len(CIFAR10_CLASSES) else None


def _read(path: Path) -> np.ndarray:
    try:
        with Image.open(path) as image:
            image.load()
            pixels = np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow answers damage with errors of many unrelated types.
        raise ValueError(f"{path}: not a readable image ({error}); remove or replace it") from error
    if image.mode.startswith(("I", "F")):
        # Converted, all but its darkest values would be white.
        raise ValueError(f"{path}: it has more than 8 bits a channel; convert it to 8")
    return pixels
