"""What is expected of a study, on record before any network is tested, with the digest of its settings.

The record lies beside the results, and no run takes it back: one line a version of the hypotheses, saying whether any
test result of the study was there already when a run first came with that version. A run that expects nothing adds
none. It is written when a run starts, by no job: jobs that tested would have to wait for it, and be planned anew
whenever it changed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from photographs.atomic_files import write_text

RECORD = Path("results/hypotheses/record.jsonl")
_PREDICTIONS = Path("results/predictions")


def _digest(hypotheses: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(hypotheses, sort_keys=True).encode()).hexdigest()


# Records of earlier releases hold lines of runs that expected nothing.
_OF_NOTHING = _digest({})


def record_hypotheses(study_folder: Path, hypotheses: dict[str, Any], config_sha256: str) -> None:
    """Add `hypotheses` to the study's record, if there are any and they are others than the last.

    Raises:
        ValueError: the record cannot be read.
    """
    lines = _read_lines(study_folder / RECORD)
    versions, digest = _versions(lines), _digest(hypotheses)
    if not hypotheses or (versions and versions[-1]["hypotheses_sha256"] == digest):
        return
    tested = any((study_folder / _PREDICTIONS).rglob("*.npz"))
    lines.append({"hypotheses_sha256": digest, "config_sha256": config_sha256, "after_results": tested})
    write_text(study_folder / RECORD, "".join(json.dumps(line) + "\n" for line in lines))


def read_record(path: Path) -> list[dict[str, Any]]:
    """Return the versions, the first first; none where there is no record yet.

    Raises:
        ValueError: it cannot be read.
    """
    return _versions(_read_lines(path))


def _versions(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the lines of new versions: neither those of no hypotheses nor the same ones again after those."""
    versions: list[dict[str, Any]] = []
    for line in lines:
        last = versions[-1]["hypotheses_sha256"] if versions else None
        if line["hypotheses_sha256"] not in (_OF_NOTHING, last):
            versions.append(line)
    return versions


def _read_lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if any({"hypotheses_sha256", "config_sha256", "after_results"} - line.keys() for line in lines):
            raise ValueError("a line lacks a key")
    except (AttributeError, ValueError) as error:
        raise ValueError(
            f"{path} is damaged ({error}): mend it from a copy, or remove it, and with it the proof of what was "
            "expected before anything was tested"
        ) from error
    return lines
