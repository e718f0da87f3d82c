"""Which checkpoints a folder offers, and whether they changed since they were last looked at."""

from dataclasses import dataclass
from pathlib import Path

# Orbax writes it last.
_FINISHED = "commit_success.txt"
SHIPPED, STUDY = "shipped with the project", "the study"


@dataclass(frozen=True)
class Offer:
    """One arm's checkpoint.

    Attributes:
        arm: its name.
        checkpoint: the folder.
        companion: the file that goes with it, there or not.
        fingerprint: changes whenever a file of either does.
    """

    arm: str
    checkpoint: Path
    companion: Path
    fingerprint: tuple

    @property
    def is_finished(self) -> bool:
        """Whether the checkpoint is whole, as far as its file names tell."""
        return (self.checkpoint / _FINISHED).is_file()


def study_offers(results: Path) -> dict[str, Offer]:
    """Return the first training of each arm of a study, by arm."""
    offers = {}
    for arm in _folders(results / "classifiers"):
        checkpoints = [seed / "checkpoint" for seed in _folders(arm) if (seed / "checkpoint").is_dir()]
        if checkpoints:
            companion = results / "playground" / f"{arm.name}.npz"
            offers[arm.name] = _offer(arm.name, checkpoints[0], companion)
    return offers


def shipped_offers(folder: Path) -> dict[str, Offer]:
    """Return the arms of a folder laid out as `models/classifiers`."""
    return {
        arm.name: _offer(arm.name, arm / "checkpoint", arm / "companion.npz")
        for arm in _folders(folder)
        if (arm / "checkpoint").is_dir()
    }


def _folders(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    except OSError:
        return []
    return sorted(found, key=lambda path: (len(path.name), path.name))


def _offer(arm: str, checkpoint: Path, companion: Path) -> Offer:
    return Offer(arm, checkpoint, companion, (_fingerprint(checkpoint), _fingerprint(companion)))


def _fingerprint(path: Path) -> tuple:
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    marks = []
    for file in files:
        try:
            status = file.stat()
        except OSError:  # taken away meanwhile
            continue
        marks.append((str(file.relative_to(path.parent)), status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(marks)
