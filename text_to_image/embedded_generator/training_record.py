"""The record that a model folder carries of its training."""

import json
from pathlib import Path
from typing import Any

TRAINING_RECORD = "training.json"


def known_classes(folder: Path) -> list[str] | None:
    """Return the classes that a model folder's training record names, or None for a model without such a record."""
    return read_record(folder)["classes"] if (Path(folder) / TRAINING_RECORD).is_file() else None


def read_record(folder: Path) -> dict[str, Any]:
    """Return the training record of an embedded model."""
    return json.loads((Path(folder) / TRAINING_RECORD).read_text(encoding="utf-8"))
