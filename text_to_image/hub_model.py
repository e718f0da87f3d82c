"""A model on the Hugging Face hub, brought into the hub's cache at one commit; every failure is one plain line."""

import errno
import re
from pathlib import Path

import httpx2
from huggingface_hub import constants, get_token, hf_hub_download, model_info, resolve_revision
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)

from text_to_image.hub_connection import patient_hub
from text_to_image.pipeline_files import INDEX, check_pipeline_files, files_below, read_index

_NOT_REACHED = (httpx2.TransportError, OfflineModeIsEnabled, LocalEntryNotFoundError, RevisionResolutionError)


def fetch_model(model: str, revision: str | None, variant: str | None) -> Path:
    """Download what the model's pipeline needs, or find it in the cache; return the commit's folder there.

    A branch or tag is resolved to its commit first, by the hub or, where that cannot be reached, by the cache. Files
    that are in the cache already are not fetched again.

    Raises:
        ValueError: the model cannot be had, in one line with the setting to change; it never holds the token.
        OSError: the disk is full.
    """
    token = get_token()
    if token is not None and not re.fullmatch("[!-~]+", token):
        raise ValueError("HF_TOKEN holds characters that no token has; set it to the token alone")
    try:
        with patient_hub(reconnect=False):
            pinned = resolve_revision(model, revision=revision)
            index_file = Path(hf_hub_download(model, INDEX, revision=pinned))
            index = read_index(index_file)
            check_pipeline_files(model, index, _file_names(model, pinned.resolved, index_file.parent), variant)
        # Imported here: it takes seconds, and what the hub does not have is said before.
        from diffusers import DiffusionPipeline
        from diffusers.utils import logging as diffusers_logging

        diffusers_logging.set_verbosity_error()
        with patient_hub(reconnect=True):
            folder = DiffusionPipeline.download(model, revision=pinned, variant=variant, use_safetensors=True)
    except (OSError, httpx2.HTTPError, RevisionResolutionError, HFValidationError, EntryNotFoundError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise
        reason = _plain_words(error, model, revision)
        raise ValueError(reason.replace(token, "(token)") if token else reason) from None
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


def _plain_words(error: Exception, model: str, revision: str | None) -> str:
    page = f"{constants.ENDPOINT}/{model}"
    name = f"generator.model is {model!r}"
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    match error:
        case GatedRepoError():
            token = "the account whose token HF_TOKEN holds" if get_token() else "your account, and set HF_TOKEN"
            return f"{name}: its makers ask for consent; accept its licence on {page} with {token}, then run again"
        case DisabledRepoError():
            return f"{name}: the hub has closed access to it; see {page}, and choose another model"
        case RepositoryNotFoundError():
            return (
                f"{name}: the hub has no such model (see {page}); correct the name, or set the environment variable "
                "HF_TOKEN if it is private"
            )
        case RevisionNotFoundError():
            return (
                f"generator.revision is {revision!r}: {model} has no such branch, tag or commit; "
                f"see {page}/commits/main"
            )
        case HFValidationError():
            return f"{name}: neither a folder nor a name that the hub allows; write owner/name"
        case _ if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            return f"{name}: no diffusers pipeline, for it has no {INDEX} at {revision or 'main'}; choose one that has"
        case _ if status in (401, 403):
            return f"{name}: the hub refuses the token in HF_TOKEN (status {status}); renew it, or unset HF_TOKEN"
    if constants.is_offline_mode():
        return (
            f"{name}: HF_HUB_OFFLINE is set and the cache {constants.HF_HUB_CACHE} does not hold all of it; unset it "
            "for one run, or set HF_HOME to the folder that has the model"
        )
    reason = f"status {status}" if status else type(error.__cause__ or error).__name__
    return (
        f"{name}: the hub at {constants.ENDPOINT} cannot be reached or broke off ({reason}), and the cache "
        f"{constants.HF_HUB_CACHE} does not hold all of it; run again when it can: finished files are kept"
    )
