"""What the settings call a model by: a folder, or a name on the Hugging Face hub."""

import os
from pathlib import Path

# Stands before the digest that is a folder's revision.
FOLDER_REVISION = "sha256:"


def is_folder(model: str) -> bool:
    """Return whether `model` names a folder rather than a hub id, which is `owner/name` with no folder `owner` here."""
    return model.startswith((".", "/")) or model.count("/") != 1 or Path(model.split("/")[0]).is_dir()


def plainly_spelt(model: str) -> str:
    """Return a folder's path without what is not needed in it (./, a slash at its end), a hub id as it is.

    A generator's digest is over its settings' text: another spelling of one folder would be another generator.
    """
    plain = os.path.normpath(model)
    return plain if is_folder(plain) else model


def require_no_revision_of_folder(key: str, model: str, revision: str | None) -> None:
    """Raise ValueError if a folder is given a revision, which would have no effect.

    Args:
        key: the revision's own.
        revision: a digest, which pinned settings have here, is let through.
    """
    if revision is not None and is_folder(model) and not revision.startswith(FOLDER_REVISION):
        raise ValueError(f"{key} is {revision!r}, but has no effect on a folder ({model}); remove it")
