"""State of a training that survives a kill: saved whole every few minutes, read back on the next start."""

import time
from pathlib import Path
from typing import Any

import torch

from photographs.atomic_files import write_atomically


class ResumeState:
    """Saves and restores a training's tensors and step under one file.

    Args:
        path: where the state is kept.
        minutes_between_saves: at most this much work is lost by a kill.
    """

    def __init__(self, path: Path, minutes_between_saves: float):
        self.path = path
        self._seconds_between_saves = 60 * minutes_between_saves
        self._saved_at = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """Return the saved state, or None where there is none."""
        return torch.load(self.path, weights_only=True) if self.path.exists() else None

    def save_if_due(self, state: dict[str, Any]) -> None:
        """Save if the time between saves has passed."""
        if time.monotonic() - self._saved_at >= self._seconds_between_saves:
            self.save(state)

    def save(self, state: dict[str, Any]) -> None:
        """Save now."""
        write_atomically(self.path, lambda stream: torch.save(state, stream))
        self._saved_at = time.monotonic()
