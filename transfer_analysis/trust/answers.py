"""What one seed's networks, of all arms, answered for the analysis of trust: what passes from one to the other."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError
from photographs.verified_arrays import read_arrays, write_arrays

# Whose validation photographs a temperature was fitted on: the arm's own mixture, or one kind alone.
FITTED_ON = ("own", "real", "synthetic")
_NAMES = ("arms", "classes", "corruptions")


@dataclass(frozen=True)
class TrustAnswers:
    """The answers of A networks, one of each arm, about the same N real test photographs.

    Attributes:
        arms, classes, corruptions: names of the A arms, K classes and C corruptions.
        severities: int64 (V,).
        labels_n: int32 (N,), true classes.
        indices_n: int64 (N,), the photographs' numbers within their source.
        temperatures_at: float64 (A, 3), fitted on the validation photographs of `FITTED_ON`.
        clean_an: int16 (A, N), the class named.
        corrupted_acvn: int16 (A, C, V, N), the class named when the photograph is spoilt.
        maps_anhw: float16 (A, N, H, W), in 0-1: where the photograph speaks for its true class.
    """

    arms: tuple[str, ...]
    classes: tuple[str, ...]
    corruptions: tuple[str, ...]
    severities: np.ndarray
    labels_n: np.ndarray
    indices_n: np.ndarray
    temperatures_at: np.ndarray
    clean_an: np.ndarray
    corrupted_acvn: np.ndarray
    maps_anhw: np.ndarray

    def __post_init__(self):
        a, n = len(self.arms), len(self.labels_n)
        expected = {
            "indices_n": (n,),
            "temperatures_at": (a, len(FITTED_ON)),
            "clean_an": (a, n),
            "corrupted_acvn": (a, len(self.corruptions), len(self.severities), n),
            "maps_anhw": (a, n, *self.maps_anhw.shape[2:]),
        }
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, not {shape}")


def write_trust_answers(path: Path, answers: TrustAnswers) -> None:
    """Write `answers` atomically to `path` (`.npz`)."""
    arrays = {field.name: getattr(answers, field.name) for field in fields(answers)}
    write_arrays(path, {name: np.asarray(array, np.str_ if name in _NAMES else None) for name, array in arrays.items()})


def read_trust_answers(path: Path) -> TrustAnswers:
    """Read a file that `write_trust_answers` wrote.

    Raises:
        CorruptFileError: the file is truncated, altered or does not hold such answers.
        FileNotFoundError: there is no such file.
    """
    arrays = read_arrays(path, "answers for the analysis of trust", [field.name for field in fields(TrustAnswers)])
    try:
        return TrustAnswers(
            **{name: tuple(map(str, array)) if name in _NAMES else array for name, array in arrays.items()}
        )
    except (TypeError, ValueError) as error:
        raise CorruptFileError(path, str(error)) from error


def read_answers_of_seeds(paths: list[Path]) -> list[TrustAnswers]:
    """Read one file a seed.

    Raises:
        ValueError: two seeds were asked different things.
    """
    seeds = [read_trust_answers(path) for path in paths]
    asked = ("arms", "classes", "corruptions", "severities", "labels_n", "indices_n")
    for path, answers in zip(paths, seeds, strict=True):
        for name in asked:
            if not np.array_equal(getattr(answers, name), getattr(seeds[0], name)):
                raise ValueError(f"{path}: its {name} are not those of {paths[0]}; all seeds must be asked the same")
    return seeds
