"""The record that a model folder carries of its training."""

import json
from pathlib import Path
from typing import Any

TRAINING_RECORD = "training.json"


def known_classes(folder: Path) -> list[str] | None:
    """Return the classes that a model folder's training record names, or None for a model without such a record."""
    record = _record_of_embedded(folder)
    return None if record is None else record["classes"]


def taught_guidance(folder: Path) -> tuple[float, float] | None:
    """Return the lowest and highest guidance scale that a model learned as its input, or None without a record."""
    record = _record_of_embedded(folder)
    distillation = None if record is None else record["recipe"].get("distillation")
    return None if distillation is None else tuple(distillation["guidance"])


def read_record(folder: Path) -> dict[str, Any]:
    """Return the training record of an embedded model."""
    return json.loads((Path(folder) / TRAINING_RECORD).read_text(encoding="utf-8"))


def _record_of_embedded(folder: Path) -> dict[str, Any] | None:
    # Other trainers leave files of that name, too.
    try:
        record = read_record(folder)
    except (FileNotFoundError, ValueError):
        return None
    is_ours = isinstance(record, dict) and isinstance(record.get("recipe"), dict) and "classes" in record
    return record if is_ours else None
