"""The record that a model folder carries of its training."""

import json
from pathlib import Path

TRAINING_RECORD = "training.json"


def known_classes(folder: Path) -> list[str] | None:
    """Return the classes that a model folder's training record names, or None for a model without such a record."""
    record = Path(folder) / TRAINING_RECORD
    return json.loads(record.read_text())["classes"] if record.is_file() else None
