"""Mixtures: training sets of r real and s generated photographs a class, each beside the same r real ones alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, PositiveInt

from photographs.mixing import synthetic_count
from photographs.strict_settings import StrictSettings

_Part = Annotated[float, Field(gt=0, le=1)]
_Share = Annotated[float, Field(ge=0, le=1)]


class Mixtures(StrictSettings):
    """Which mixtures are trained on, beside the arms, and how often; sizes are parts of `images_per_class.train`."""

    seeds: PositiveInt = Field(2, description="Trainings of each mixture, paired with the arms'; at most `seeds`.")
    shares: tuple[_Share, ...] = Field(
        (0.75,),
        description="Generated shares at equal total size, beside the arms'. Each brings its control: the same real "
        "photographs alone.",
    )
    real_parts: tuple[_Part, ...] = Field(
        (0.125,), description="Further real training sets: the budgets for `added`, and points of the learning curve."
    )
    synthetic_parts: tuple[_Part, ...] = Field(
        (0.25, 0.5),
        description="Further generated training sets: points of their learning curve (three sizes give a fit).",
    )
    added: tuple[_Part, ...] = Field(
        (0.5,), description="Generated images that are added to every real training set, one mixture each."
    )


@dataclass(frozen=True)
class MixturePoint:
    """A training set: numbers of photographs a class, and the arm that has just these, if there is one."""

    real: int
    synthetic: int
    arm: str | None

    @property
    def name(self) -> str:
        """Return a name that is a valid folder's."""
        return f"real_{self.real}_synthetic_{self.synthetic}"

    @property
    def total(self) -> int:
        """Return the photographs of a class in all."""
        return self.real + self.synthetic


def mixture_points(mixtures: Mixtures, arm_shares: dict[str, float], train: int) -> dict[str, MixturePoint]:
    """Return all training sets by name: the arms', those asked for, and for each mixture its real part alone.

    Args:
        mixtures: what is asked for.
        arm_shares: every arm's generated share.
        train: photographs a class in every arm.
    """
    arms: dict[tuple[int, int], str] = {}
    for name, share in arm_shares.items():
        arms.setdefault(_sizes(share, train), name)
    sizes = {*arms, *_asked_for(mixtures, train)}
    budgets = {(real, 0) for real, _ in sizes if real}
    sizes |= budgets
    sizes |= {(real, _part(part, train)) for real, _ in budgets for part in mixtures.added}
    points = [MixturePoint(*size, arms.get(size)) for size in sorted(sizes)]
    return {point.name: point for point in points}


def _asked_for(mixtures: Mixtures, train: int) -> Iterator[tuple[int, int]]:
    yield from (_sizes(share, train) for share in mixtures.shares)
    yield from ((_part(part, train), 0) for part in mixtures.real_parts)
    yield from ((0, _part(part, train)) for part in mixtures.synthetic_parts)


def _sizes(share: float, train: int) -> tuple[int, int]:
    synthetic = synthetic_count(share, train)
    return train - synthetic, synthetic


def _part(part: float, train: int) -> int:
    return max(1, round(part * train))
