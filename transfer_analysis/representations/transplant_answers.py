"""What networks over another network's frozen blocks said of the test images: the file that passes to the analysis."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photographs.verified_arrays import read_arrays, write_arrays


@dataclass(frozen=True)
class TransplantAnswers:
    """The answers of one seed's networks.

    Attributes:
        blocks: names of the networks' blocks, first to last.
        donors: the arms whose networks gave their lower blocks.
        predicted_dln: int (D, 1 + blocks, N): the class that the network over the first l blocks of the d-th donor
            names; at l = 0 nothing is the donor's.
        labels: int32 (N,), the true classes.
        indices: int64 (N,), each image's number within its source.
        classes: the K class names.
    """

    blocks: tuple[str, ...]
    donors: tuple[str, ...]
    predicted_dln: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    classes: tuple[str, ...]

    def __post_init__(self):
        shape = (len(self.donors), 1 + len(self.blocks), len(self.labels))
        if self.predicted_dln.shape != shape or len(self.indices) != len(self.labels):
            raise ValueError(f"answers are {self.predicted_dln.shape} and {len(self.indices)} indices, not {shape}")

    def correct_ln(self, donor: str) -> np.ndarray:
        """Return float64 (1 + blocks, N): 1 where the network over this donor's blocks named the true class."""
        return (self.predicted_dln[self.donors.index(donor)] == self.labels).astype(np.float64)


def write_transplant_answers(path: Path, answers: TransplantAnswers) -> None:
    """Write `answers` atomically to `path` (`.npz`)."""
    write_arrays(
        path,
        {
            "blocks": np.asarray(answers.blocks, np.str_),
            "donors": np.asarray(answers.donors, np.str_),
            "predicted": np.asarray(answers.predicted_dln, np.int32),
            "labels": np.asarray(answers.labels, np.int32),
            "indices": np.asarray(answers.indices, np.int64),
            "classes": np.asarray(answers.classes, np.str_),
        },
    )


def read_transplant_answers(path: Path) -> TransplantAnswers:
    """Read a file that `write_transplant_answers` wrote.

    Raises:
        CorruptFileError: the file is truncated, altered or does not hold such answers.
        FileNotFoundError: there is no such file.
    """
    names = ("blocks", "donors", "predicted", "labels", "indices", "classes")
    arrays = read_arrays(path, "answers of transplants", names)
    blocks, donors, classes = (tuple(str(name) for name in arrays[key]) for key in ("blocks", "donors", "classes"))
    return TransplantAnswers(blocks, donors, arrays["predicted"], arrays["labels"], arrays["indices"], classes)
