"""Which commit a branch or tag of a hub model stood for when a study first asked: later runs of the study keep it.

It is a file of its own beside the manifest, for a workflow removes a rule's outputs before it makes them again.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from photographs.atomic_files import write_json
from photographs.file_locks import held_lock


def fetch_pinned(fetch: Callable[[str | None], Path], model: str, revision: str | None, pins: Path | None) -> Path:
    """Return the folder that `fetch` brings into the hub's cache: at the commit that the pins keep, else at `revision`.

    Args:
        fetch: takes a revision and returns its folder, whose name is the commit.
        model: the hub's name.
        revision: branch, tag or commit as configured; None is the main branch.
        pins: the file that keeps commits; None keeps none.

    Raises:
        ValueError: the model cannot be had, or the kept commit is gone.
    """
    # Plain HTTP, whose broken transfers are taken up where they broke off; said before the hub's client is imported.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    kept = _read(pins).get(_key(model, revision))
    try:
        folder = fetch(kept or revision)
    except ValueError as error:
        if kept and f"is {kept!r}" in str(error):
            raise ValueError(f"{error}; {pins} keeps it for this study: remove that file to resolve anew") from error
        raise
    if pins is None:
        return folder
    commit = _kept_first(pins, _key(model, revision), folder.name)
    return folder if commit == folder.name else fetch(commit)


def _kept_first(pins: Path, key: str, commit: str) -> str:
    """Keep a commit unless another job has kept one meanwhile; return the one that is kept."""
    pins.parent.mkdir(parents=True, exist_ok=True)
    # Jobs of the study and of its sweeps run side by side, and each keeps what the others have written.
    with held_lock(pins.with_name(f".{pins.name}.lock")):
        kept = _read(pins)
        if key not in kept:
            write_json(pins, kept | {key: commit})
        return kept.get(key, commit)


def _read(pins: Path | None) -> dict[str, str]:
    if pins is None or not pins.is_file():
        return {}
    try:
        kept = json.loads(pins.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{pins}: not readable as JSON; remove it to resolve branches anew") from error
    if not isinstance(kept, dict):
        raise ValueError(f"{pins}: no JSON object; remove it to resolve branches anew")
    return kept


def _key(model: str, revision: str | None) -> str:
    return f"{model}@{revision or 'main'}"
