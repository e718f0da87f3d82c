"""How the probes' numbers are read, in the text and in the figure alike."""

from typing import Any


def told_apart(entry: dict[str, Any]) -> bool:
    """Return whether a probe (an entry of "pairs") was shown, by its 95 % interval, to do better than guessing."""
    return entry["accuracy"]["ci95"][0] > 0.5


def grain_was_seen_to_differ(separability: dict[str, Any]) -> bool:
    """Return whether the power spectrum still tells generated images from photographs that were given their grain."""
    return told_apart(separability["pairs"]["beyond_kernel"]["spectrum"])
