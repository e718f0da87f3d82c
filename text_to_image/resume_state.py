"""State of a training that survives a kill: saved whole every few minutes, read back on the next start."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.stateful import Stateful
from tqdm import tqdm, trange

from photographs.atomic_files import write_atomically


class ResumeState:
    """Saves and restores a training's tensors and step under one file.

    Args:
        path: where the state is kept.
        minutes_between_saves: at most this much work is lost by a kill.

    Attributes:
        minutes: time spent on what is saved, over all runs.
    """

    def __init__(self, path: Path, minutes_between_saves: float):
        self.path = path
        self.minutes = 0.0
        self._minutes_between_saves = minutes_between_saves
        self._counted_until = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """Return the saved state, or None where there is none; time is counted from here."""
        self._counted_until = time.monotonic()
        if not self.path.exists():
            return None
        state = torch.load(self.path, weights_only=True)
        self.minutes = state.pop("minutes")
        return state

    def save(self, state: dict[str, Any]) -> None:
        """Save now."""
        now = time.monotonic()
        self.minutes += (now - self._counted_until) / 60
        self._counted_until = now
        write_atomically(self.path, lambda stream: torch.save({**state, "minutes": self.minutes}, stream))

    def steps(self, parts: Mapping[str, Stateful], steps: int, settings: str) -> Iterator[tuple[int, tqdm]]:
        """Yield each step still to be done and the progress bar, saving `parts` in between and at the end.

        `parts` are restored first, to the step after the last one saved.

        Args:
            settings: the key of the settings that hold `steps`, such as `generator_training.diffusion`.

        Raises:
            ValueError: the saved training is longer than `steps`, and cannot be taken back to there.
        """
        first = 0
        if state := self.load():
            if state["step"] > steps:
                raise ValueError(
                    f"{settings}.steps is {steps}, but {self.path} holds {state['step']} steps of this training; write "
                    f"{state['step']} or more, or remove that file to train anew"
                )
            for name, part in parts.items():
                part.load_state_dict(state[name])
            first = state["step"]
        description = settings.rsplit(".", 1)[-1].replace("_", " ")
        progress = trange(first, steps, initial=first, total=steps, desc=description)
        for step in progress:
            yield step, progress
            is_due = (time.monotonic() - self._counted_until) / 60 >= self._minutes_between_saves
            if is_due or step == steps - 1:
                self.save({**{name: part.state_dict() for name, part in parts.items()}, "step": step + 1})
