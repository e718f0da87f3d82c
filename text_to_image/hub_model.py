"""A model on the Hugging Face hub, brought into the hub's cache at one commit; every failure is one plain line."""

from contextlib import suppress
from pathlib import Path

import httpx2
from huggingface_hub import hf_hub_download, model_info, resolve_revision, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RevisionResolutionError,
)

from text_to_image.hub_connection import patient_hub
from text_to_image.hub_failures import in_plain_words
from text_to_image.pipeline_files import INDEX, check_pipeline_files, files_below, read_index

_CARD = "README.md"
_NOT_REACHED = (httpx2.TransportError, OfflineModeIsEnabled, LocalEntryNotFoundError, RevisionResolutionError)


def fetch_model(model: str, revision: str | None, variant: str | None) -> Path:
    """Download what the model's pipeline needs, or find it in the cache; return the commit's folder there.

    A branch or tag is resolved to its commit first, by the hub or, where that cannot be reached, by the cache. Files
    that are in the cache already are not fetched again.

    Raises:
        ValueError: the model cannot be had, in one line with the setting to change; it never holds the token.
        OSError: the disk is full.
    """
    with in_plain_words("generator.model", model, revision):
        with patient_hub(reconnect=False) as connection:
            pinned = resolve_revision(model, revision=revision)
            index_file = Path(hf_hub_download(model, INDEX, revision=pinned))
            index = read_index(index_file)
            check_pipeline_files(model, index, _file_names(model, pinned.resolved, index_file.parent), variant)
        # Imported here: it takes seconds, and what the hub does not have is said before.
        from diffusers import DiffusionPipeline
        from diffusers.utils import logging as diffusers_logging

        diffusers_logging.set_verbosity_error()
        with patient_hub(reconnect=not connection.is_out_of_reach):
            folder = DiffusionPipeline.download(model, revision=pinned, variant=variant, use_safetensors=True)
            if not connection.is_out_of_reach:
                _fetch_card(model, pinned)
    return Path(folder)


def _fetch_card(model: str, pinned) -> None:
    """Get the model's card, which names its licence, where there is one."""
    try:
        hf_hub_download(model, _CARD, revision=pinned)
    except (EntryNotFoundError, *_NOT_REACHED):
        # None is there, or the cache was filled without it: what is made then says that the licence is unknown.
        pass


def fetch_part(setting: str, name: str, revision: str | None) -> Path:
    """Download the few files of a tiny decoder or a classifier, or find them in the cache; return the commit's folder.

    Args:
        setting: the setting that names it.

    Raises:
        ValueError: it cannot be had, as by `fetch_model`.
        OSError: the disk is full.
    """
    with in_plain_words(setting, name, revision):
        with patient_hub(reconnect=False) as connection:
            pinned = resolve_revision(name, revision=revision)
            hf_hub_download(name, "config.json", revision=pinned)
            # All may have come from the cache: this alone asks whether the hub can be reached.
            with suppress(HfHubHTTPError, *_NOT_REACHED):
                model_info(name, revision=pinned.resolved)
        with patient_hub(reconnect=not connection.is_out_of_reach):
            folder = snapshot_download(name, revision=pinned, allow_patterns=["*.json", "*.safetensors"])
    return Path(folder)


def _file_names(model: str, commit: str, cached: Path) -> list[str]:
    try:
        return [file.rfilename for file in model_info(model, revision=commit).siblings]
    except HfHubHTTPError as error:
        if error.response.status_code < 500:
            raise
    except _NOT_REACHED:
        pass
    return files_below(cached)
