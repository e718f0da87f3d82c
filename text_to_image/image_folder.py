"""A folder of generated images in the generator's place: one sub-folder a class, or CIFAKE's flat layout.

A listing, made once, says which images a study takes from there, and their content: each is held to it when it is read.
"""

import hashlib
import io
import json
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


def list_images(folder: Path, classes: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return each class's images, in order of their names (relative to `folder`), with the hex SHA-256 of the files.

    Raises what `files_by_class` does.
    """
    files = files_by_class(folder, classes)
    return {name: {str(path.relative_to(folder)): file_digest(path) for path in files[name]} for name in classes}


def listing_digest(listing: dict[str, dict[str, str]]) -> str:
    """Return the hex SHA-256 of what `list_images` returned: two folders of equal images have equal ones."""
    return hashlib.sha256(json.dumps(listing, sort_keys=True).encode()).hexdigest()


class FolderReader:
    """Serves a folder's images as if a model had drawn them: image `index` of a class is number `index` of its list.

    Args:
        listing: of `list_images`.
    """

    def __init__(self, config: ImageFolderConfig, listing: dict[str, dict[str, str]]):
        self._config = config
        self._listing = listing

    def draw(self, class_name: str, indices: Sequence[int]) -> PhotoSet:
        """Return the class's images at `indices`, in that order.

        Raises:
            ValueError: fewer images of the class are listed.
            ValueError: too, where a file is no readable image, or not the one that was listed.
            FileNotFoundError: a listed file is gone.
        """
        listed = list(self._listing[class_name].items())
        if max(indices) >= len(listed):
            raise ValueError(
                f"image_folder.folder {self._config.folder} has {len(listed)} images of {class_name!r}; "
                f"images_per_class asks for at least {max(indices) + 1}"
            )
        chosen = [listed[index] for index in indices]
        images = np.stack([to_study_size(self._read(name, sha256), self._config.resampling) for name, sha256 in chosen])
        classes = tuple(self._listing)
        return PhotoSet(
            images,
            np.full(len(chosen), classes.index(class_name), np.int32),
            np.asarray(indices, np.int64),
            classes,
            {
                "file": np.asarray([name for name, _ in chosen]),
                "redraws": np.zeros(len(chosen), np.int32),
                "rejections": np.zeros(len(chosen), np.int32),
                "digest": np.asarray([image_digest(image) for image in images]),
            },
        )

    def _read(self, name: str, sha256: str) -> np.ndarray:
        path = Path(self._config.folder) / name
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(
                f"{path}: changed since the study began; bring back the image that it was, or remove "
                "results/generator to begin again with this one"
            )
        return _decode(path, content)

    def draw_each(self, class_name: str, indices: Sequence[int], take: Callable[[PhotoSet], None]) -> None:
        """Hand the class's images at `indices` to `take`, some at a time; raises what `draw` does."""
        for start in range(0, len(indices), _READ_AT_ONCE):
            take(self.draw(class_name, indices[start : start + _READ_AT_ONCE]))


def _images_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES and path.is_file())


def _cifake_class(path: Path) -> str | None:
    number = int(_CIFAKE_NAME.match(path.stem)["number"] or 1)
    return CIFAR10_CLASSES[number - 1] if 1 <= number <= len(CIFAR10_CLASSES) else None


def _decode(path: Path, content: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            pixels = np.asarray(image.convert("RGB"))
    except Exception as error:  # Pillow answers damage with errors of many unrelated types.
        raise ValueError(f"{path}: not a readable image ({error}); remove or replace it") from error
    if image.mode.startswith(("I", "F")):
        # Converted, all but its darkest values would be white.
        raise ValueError(f"{path}: it has more than 8 bits a channel; convert it to 8")
    return pixels
