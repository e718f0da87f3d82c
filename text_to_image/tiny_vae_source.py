"""Where a tiny decoder comes from, pinned as the model itself is."""

from pathlib import Path

from photographs.digests import file_digest, set_digest
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import is_folder
from text_to_image.pinned_commits import fetch_pinned

_FILES = ("config.json", "*.safetensors")


def with_pinned_tiny_vae(config: GeneratorConfig, pins: Path | None = None) -> GeneratorConfig:
    """Return the settings with the tiny decoder's branch replaced by its commit, or its folder's digest; download it.

    Args:
        pins: as for `model_source.resolve_model`.

    Raises:
        FileNotFoundError: the folder holds none.
        ValueError: the hub's cannot be had; in one line.
    """
    if config.tiny_vae is None:
        return config
    revision = _folder_revision(config) if is_folder(config.tiny_vae) else _from_hub(config, pins).name
    return config.model_copy(update={"tiny_vae_revision": revision})


def _folder_revision(config: GeneratorConfig) -> str:
    folder = Path(config.tiny_vae)
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(2, "generator.tiny_vae holds no AutoencoderTiny (config.json is missing)", str(folder))
    files = sorted(path for pattern in _FILES for path in folder.glob(pattern))
    return f"sha256:{set_digest(f'{path.name} {file_digest(path)}' for path in files)}"


def _from_hub(config: GeneratorConfig, pins: Path | None) -> Path:
    def fetch(revision: str | None) -> Path:
        # Imported here: a folder needs no hub.
        from text_to_image.hub_model import fetch_tiny_vae

        return fetch_tiny_vae(config.tiny_vae, revision)

    return fetch_pinned(fetch, config.tiny_vae, config.tiny_vae_revision, pins)
