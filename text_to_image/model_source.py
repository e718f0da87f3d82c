"""Where a model comes from, settled once before anything is drawn: its exact revision and what it is."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from photographs.digests import file_digest, set_digest
from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator.training_record import known_classes
from text_to_image.model_names import FOLDER_REVISION, is_folder
from text_to_image.pinned_commits import fetch_pinned
from text_to_image.pipeline_files import INDEX, check_pipeline_files, files_below, read_index

_MODEL_FILES = ("*.json", "*.txt", "*.safetensors", "*.model")


@dataclass(frozen=True)
class ModelSource:
    """A model, pinned.

    Attributes:
        model: hub id or folder, as configured.
        revision: the hub's commit hash, or `sha256:` and the digest of a folder's files.
        pipeline_class: diffusers' class name.
        is_embedded: whether this project's own `train_generator` made it.
        known_classes: the classes it can draw, where its training record says so; else None.
    """

    model: str
    revision: str
    pipeline_class: str
    is_embedded: bool
    known_classes: list[str] | None

    def as_dict(self) -> dict:
        """Return the fields, for a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, manifest: dict) -> "ModelSource":
        """Return the source that a manifest holds among other things."""
        return cls(**{field.name: manifest[field.name] for field in fields(cls)})

    def require_unchanged(self) -> None:
        """Raise ValueError if a model's folder no longer holds the files that were pinned; a commit's never change."""
        require_unchanged(self.model, self.revision)


def resolve_model(config: GeneratorConfig, pins: Path | None = None) -> ModelSource:
    """Pin the configured model; a hub model is downloaded (safetensors only) unless the hub's cache has it.

    Args:
        pins: a file that keeps the commit of every branch and tag that was resolved; later calls use those.

    Raises:
        FileNotFoundError: a folder that is not there or is no diffusers pipeline.
        ValueError: weights that are missing or pickled, or a hub model that cannot be had; in one line.
    """
    if is_folder(config.model):
        folder = _pipeline_folder(config.model)
        check_pipeline_files(config.model, read_index(folder / INDEX), files_below(folder), config.variant)
        revision = folder_revision(folder)
    else:
        folder = _from_hub(config, pins)
        revision = folder.name
    classes = known_classes(folder)
    return ModelSource(
        model=config.model,
        revision=revision,
        pipeline_class=read_index(folder / INDEX)["_class_name"],
        is_embedded=classes is not None,
        known_classes=classes,
    )


def where_to_load(model: str, revision: str | None) -> dict[str, Any]:
    """Return diffusers' arguments that load a pinned model from the hub's cache alone; none for a folder."""
    return {} if is_folder(model) else {"revision": revision, "local_files_only": True}


def _pipeline_folder(model: str) -> Path:
    folder = Path(model)
    if not (folder / INDEX).is_file():
        raise FileNotFoundError(2, "no diffusers pipeline (model_index.json is missing)", str(folder))
    return folder


def require_unchanged(model: str, revision: str) -> None:
    """Raise ValueError if the folder `model` no longer holds the files of `revision`; nothing is asked of a hub's."""
    if is_folder(model) and folder_revision(Path(model)) != revision:
        raise ValueError(
            f"{model}: its files are no longer those that this study draws with ({revision}): put them back, or have "
            "everything drawn anew with --forcerun prepare_generator"
        )


def folder_revision(folder: Path) -> str:
    """Return what stands for a commit where the model is a folder."""
    return f"{FOLDER_REVISION}{folder_digest(folder)}"


def folder_digest(folder: Path) -> str:
    """Return the hex SHA-256 over the names and contents of a pipeline folder's files."""
    files = sorted(path for pattern in _MODEL_FILES for path in folder.rglob(pattern))
    return set_digest(f"{path.relative_to(folder)} {file_digest(path)}" for path in files)


def _from_hub(config: GeneratorConfig, pins: Path | None) -> Path:
    def fetch(revision: str | None) -> Path:
        # Imported here: a folder needs no hub.
        from text_to_image.hub_model import fetch_model

        return fetch_model(config.model, revision, config.variant)

    return fetch_pinned(fetch, config.model, config.revision, pins)
