"""The course of a training, as the trainer left it: one JSON object a line."""

import json
from pathlib import Path
from typing import NamedTuple

from photographs.atomic_files import CorruptFileError


class Course(NamedTuple):
    """Validation accuracy by training step, in the order of the steps."""

    steps: list[int]
    val_accuracy: list[float]


def read_course(path: Path) -> Course:
    """Read a metrics.jsonl; lines without a validation accuracy are passed over, a step told twice counts as told last.

    A resumed training repeats the steps since its last checkpoint, hence the last.

    Raises:
        CorruptFileError: a line is not a JSON object, or no line has a validation accuracy.
    """
    by_step: dict[int, float] = {}
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
            if record.get("val_accuracy") is not None:
                by_step[int(record["step"])] = float(record["val_accuracy"])
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise CorruptFileError(path, f"line {number} is not a record of training ({error})") from error
    if not by_step:
        raise CorruptFileError(path, "no line has a validation accuracy")
    steps = sorted(by_step)
    return Course(steps, [by_step[step] for step in steps])


def read_courses(folder: Path, arms: list[str], seeds: list[int]) -> dict[str, list[Course]]:
    """Read FOLDER/{arm}/seed_{seed}/metrics.jsonl of all trainings, by arm in the order of `seeds`."""
    return {arm: [read_course(Path(folder) / arm / f"seed_{seed}" / "metrics.jsonl") for seed in seeds] for arm in arms}
