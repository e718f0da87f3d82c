"""Where a tiny decoder comes from, pinned as the model itself is."""

from pathlib import Path

from photographs.digests import file_digest, set_digest
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import is_folder

_FILES = ("config.json", "*.safetensors")


def with_pinned_tiny_vae(config: GeneratorConfig) -> GeneratorConfig:
    """Return the settings with the tiny decoder's branch replaced by its commit, or its folder's digest; download it.

    Raises:
        FileNotFoundError: it can neither be reached nor found in the hub's cache, or the folder holds none.
    """
    if config.tiny_vae is None:
        return config
    revision = _folder_revision(config) if is_folder(config.tiny_vae) else _download(config).name
    return config.model_copy(update={"tiny_vae_revision": revision})


def _folder_revision(config: GeneratorConfig) -> str:
    folder = Path(config.tiny_vae)
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(2, "generator.tiny_vae holds no AutoencoderTiny (config.json is missing)", str(folder))
    files = sorted(path for pattern in _FILES for path in folder.glob(pattern))
    return f"sha256:{set_digest(f'{path.name} {file_digest(path)}' for path in files)}"


def _download(config: GeneratorConfig) -> Path:
    # Imported here: a folder does not need it.
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(config.tiny_vae, revision=config.tiny_vae_revision, allow_patterns=list(_FILES)))
    except OSError as error:
        reason = str(error).splitlines()[0]
        raise FileNotFoundError(
            2, f"generator.tiny_vae cannot be loaded from the hub or its local cache ({reason})", config.tiny_vae
        ) from error
