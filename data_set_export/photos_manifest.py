"""What `results/synthetic_photos` says of itself, and its photographs held to that."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from photographs.atomic_files import CorruptFileError, read_json
from photographs.digests import image_digest
from photographs.mixing import class_counts
from photographs.photo_set import PhotoSet, read_photo_set

MANIFEST = "manifest.json"


class Generator(BaseModel):
    """What drew the images: a diffusers pipeline, or a folder of images that were generated elsewhere."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: str
    model: str
    revision: str | None
    is_embedded: bool = False
    pipeline_class: str | None = None
    settings: dict[str, Any]
    digest: str

    @property
    def is_image_folder(self) -> bool:
        """Whether the images were taken from a folder, so that no model is known."""
        return self.kind == "image_folder"

    @property
    def is_on_hub(self) -> bool:
        """Whether `model` is a repository on the Hugging Face hub and `revision` its commit."""
        return not self.is_image_folder and self.revision is not None and not self.revision.startswith("sha256:")


class PhotosManifest(BaseModel):
    """The manifest of the generated photographs; `images_per_class` and `digests` are by split."""

    model_config = ConfigDict(extra="allow", frozen=True)

    generator: Generator
    classes: tuple[str, ...]
    images_per_class: dict[str, int]
    digests: dict[str, str]
    redrawn: int
    rejected: int

    @property
    def n_images(self) -> int:
        """Number of images in all splits."""
        return len(self.classes) * sum(self.images_per_class.values())


def read_manifest(path: Path) -> PhotosManifest:
    """Read `manifest.json`.

    Raises:
        CorruptFileError: it is truncated, altered, or of another kind.
        FileNotFoundError: there is no such file.
    """
    try:
        return PhotosManifest.model_validate(read_json(path))
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise CorruptFileError(path, f"no manifest of generated photographs ({key}: {problem['msg']})") from error


def read_split(photos_folder: Path, manifest: PhotosManifest, split: str) -> PhotoSet:
    """Read the photographs of one split and hold them to the manifest and to the digests of their own rows.

    Raises:
        CorruptFileError: the file is spoilt, or it is not the one that the manifest speaks of.
        FileNotFoundError: there is no such file.
    """
    path = Path(photos_folder) / f"{split}.npz"
    photo_set = read_photo_set(path)
    of_row = photo_set.metadata.get("digest")
    if of_row is not None and of_row.tolist() != [image_digest(image) for image in photo_set.images_nhwc]:
        raise CorruptFileError(path, "an image does not have the digest that its row of metadata gives")
    if (
        photo_set.classes != manifest.classes
        or set(class_counts(photo_set)) != {manifest.images_per_class.get(split)}
        or photo_set.digest() != manifest.digests.get(split)
    ):
        raise CorruptFileError(Path(photos_folder) / MANIFEST, f"it does not describe the images of {path.name}")
    return photo_set
