"""Which commit a branch or tag of a hub model stood for when a study first asked: later runs of the study keep it.

It is a file of its own beside the manifest, for a workflow removes a rule's outputs before it makes them again.
"""

import json
from pathlib import Path

from photographs.atomic_files import write_json


def pinned_commit(pins: Path | None, model: str, revision: str | None) -> str | None:
    """Return the commit that `pin_commit` kept, or None."""
    return _read(pins).get(_key(model, revision))


def pin_commit(pins: Path | None, model: str, revision: str | None, commit: str) -> None:
    """Keep the commit; nothing is written where there is no file to keep it in."""
    if pins is not None:
        write_json(pins, _read(pins) | {_key(model, revision): commit})


def _read(pins: Path | None) -> dict[str, str]:
    if pins is None or not pins.is_file():
        return {}
    try:
        return json.loads(pins.read_text())
    except ValueError as error:
        raise ValueError(f"{pins}: not readable as JSON; remove it to resolve branches anew") from error


def _key(model: str, revision: str | None) -> str:
    return f"{model}@{revision or 'main'}"
