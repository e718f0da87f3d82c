"""How much is asked of the networks beside their test sets: the config's `trust`."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, field_validator

from photographs.corruption_strengths import STRENGTHS
from photographs.splits import REAL_TEST_PER_CLASS
from photographs.strict_settings import StrictSettings

_Name = Literal[*STRENGTHS]
_Severity = Annotated[int, Field(ge=1, le=5)]


class Trust(StrictSettings):
    """Which corruptions, at which strengths, of how many real test photographs; and whose networks."""

    corruptions: tuple[_Name, ...] = Field(
        tuple(STRENGTHS), min_length=1, description="Ways in which real test photographs are spoilt."
    )
    severities: tuple[_Severity, ...] = Field(
        (1, 3, 5), min_length=1, description="CIFAR-10-C's strengths, 1 (mildest) to 5; docs/trust.md has their values."
    )
    photos_per_class: int = Field(
        100,
        ge=1,
        le=REAL_TEST_PER_CLASS,
        description="Real test photographs of each class that are spoilt, and whose heat maps are compared.",
    )
    seeds: PositiveInt | None = Field(
        None, description="Trainings of each arm that are looked at; null: all. Calibration uses the same ones."
    )

    @field_validator("corruptions", "severities")
    @classmethod
    def _each_once(cls, values: tuple) -> tuple:
        for value in values:
            if values.count(value) > 1:
                raise ValueError(f"{value!r} stands there twice; name it once")
        return values
