"""Where a tiny decoder or a rejection classifier comes from, pinned as the model itself is."""

from pathlib import Path

from text_to_image.config import GeneratorConfig
from text_to_image.model_names import is_folder
from text_to_image.model_source import ModelSource, folder_revision, require_unchanged, resolve_model
from text_to_image.pinned_commits import fetch_pinned

_CONFIG = "config.json"


def with_pinned_parts(config: GeneratorConfig, pins: Path | None = None) -> GeneratorConfig:
    """Return the settings with each part's branch replaced by its commit, or its folder's digest; download it.

    Args:
        pins: as for `model_source.resolve_model`.

    Raises:
        FileNotFoundError: the folder holds none.
        ValueError: the hub's cannot be had; in one line.
    """
    if config.tiny_vae is not None:
        commit = pinned_revision("generator.tiny_vae", config.tiny_vae, config.tiny_vae_revision, pins)
        config = config.model_copy(update={"tiny_vae_revision": commit})
    if (rejection := config.rejection) is not None:
        commit = pinned_revision("generator.rejection.classifier", rejection.classifier, rejection.revision, pins)
        config = config.model_copy(update={"rejection": rejection.model_copy(update={"revision": commit})})
    return config


def pinned_for_free_prompts(config: GeneratorConfig, pins: Path | None) -> tuple[GeneratorConfig, ModelSource]:
    """Return the settings for prompts of one's own, of which no classifier refuses any, and the model; all pinned.

    Raises:
        FileNotFoundError, ValueError: as `with_pinned_parts` and `resolve_model` do.
    """
    config = with_pinned_parts(config.model_copy(update={"rejection": None}), pins)
    return config, resolve_model(config, pins)


def require_unchanged_parts(config: GeneratorConfig) -> None:
    """Raise ValueError if a part's folder no longer holds the files that were pinned; a commit's never change."""
    if config.tiny_vae is not None:
        require_unchanged(config.tiny_vae, config.tiny_vae_revision)
    if config.rejection is not None:
        require_unchanged(config.rejection.classifier, config.rejection.revision)


def pinned_revision(setting: str, name: str, revision: str | None, pins: Path | None) -> str:
    """Return the commit of a part on the hub, which is downloaded, or the digest of a part's folder.

    Args:
        setting: the setting that names the part.
        name: its value.
        revision: branch, tag or commit as configured.
        pins: as for `model_source.resolve_model`.

    Raises:
        FileNotFoundError: the folder holds none.
        ValueError: the hub's cannot be had; in one line.
    """
    if is_folder(name):
        return _folder_revision(setting, Path(name))

    def fetch(revision: str | None) -> Path:
        # Imported here: a folder needs no hub.
        from text_to_image.hub_model import fetch_part

        return fetch_part(setting, name, revision)

    return fetch_pinned(fetch, name, revision, pins).name


def _folder_revision(setting: str, folder: Path) -> str:
    if not (folder / _CONFIG).is_file():
        raise FileNotFoundError(2, f"{setting} holds no such model ({_CONFIG} is missing)", str(folder))
    return folder_revision(folder)
