"""What the Hugging Face hub answers when something cannot be had, in one plain line with the setting to change."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)

from text_to_image.pipeline_files import INDEX

_REVISIONS = {
    "generator.model": "generator.revision",
    "generator.tiny_vae": "generator.tiny_vae_revision",
    "generator.rejection.classifier": "generator.rejection.revision",
}


# The hub's client takes the environment variable first.
_TOKEN = "the token in HF_TOKEN (or of hf auth login)"


@contextmanager
def in_plain_words(setting: str, name: str, revision: str | None) -> Iterator[None]:
    """Within, every failure of the hub becomes a ValueError of one line, which never holds the token.

    Args:
        setting: the setting that names the model: `generator.model`, or that of a part.
        name: its value, `owner/name`.
        revision: the value of the setting's revision.

    Raises:
        ValueError: the model cannot be had.
        OSError: the disk is full, or not to be written to.
    """
    token = get_token()
    if token is not None and not re.fullmatch("[!-~]+", token):
        raise ValueError(f"{_TOKEN} holds characters that no token has; give the token alone")
    try:
        yield
    except (OSError, httpx2.HTTPError, RevisionResolutionError, HFValidationError, EntryNotFoundError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise
        reason = _plain_words(error, setting, name, revision)
        raise ValueError(reason.replace(token, "(token)") if token else reason) from None


def _plain_words(error: Exception, setting: str, model: str, revision: str | None) -> str:
    page = f"{constants.ENDPOINT}/{model}"
    name = f"{setting} is {model!r}"
    revision_setting = _REVISIONS[setting]
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    match error:
        case GatedRepoError():
            who = f"the account of {_TOKEN}" if get_token() else "your account, set HF_TOKEN (or hf auth login)"
            return f"{name}: its makers ask for consent; accept its licence on {page} with {who}, then run again"
        case DisabledRepoError():
            return f"{name}: the hub has closed access to it; see {page}, and choose another model"
        case RepositoryNotFoundError():
            return (
                f"{name}: the hub has no such model (see {page}); correct the name, or set the environment variable "
                "HF_TOKEN (or hf auth login) if it is private"
            )
        case RevisionNotFoundError():
            return (
                f"{revision_setting} is {revision!r}: {model} has no such branch, tag or commit; "
                f"see {page}/commits/main"
            )
        case HFValidationError():
            return f"{name}: neither a folder nor a name that the hub allows; write owner/name"
        case _ if isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError):
            what = f"no diffusers pipeline, for it has no {INDEX}" if setting == "generator.model" else "no config.json"
            return f"{name}: {what} at {revision or 'main'}; choose one that has"
        case _ if status in (401, 403):
            return f"{name}: the hub refuses {_TOKEN} (status {status}); renew it, or go without"
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
