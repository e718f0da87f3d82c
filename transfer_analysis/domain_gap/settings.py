"""The settings of the domain gap's analysis, a block of the study's config."""

from typing import Annotated

from pydantic import Field, PositiveInt, field_validator

from photographs.strict_settings import StrictSettings

# Generated images of a class for neighbourhoods to be compared in halves (`generator_quality`: 2 (k + 1), k = 5).
FEWEST_GENERATED = 12


class DomainGap(StrictSettings):
    """How large the analysis of the domain gap is."""

    images_per_class: Annotated[int, Field(ge=2)] = Field(
        250,
        description="Images of each class and kind that a probe is fitted to, at most: half of the validation "
        "photographs and what there is of generated ones bound it too.",
    )
    directions: tuple[PositiveInt, ...] = Field(
        (1, 4, 16),
        min_length=1,
        description="How many of the directions that tell generated images are taken out of the features, ascending.",
    )
    random_draws: PositiveInt = Field(2, description="Draws of as many random directions, the control of the former.")

    @field_validator("directions")
    @classmethod
    def _ascending(cls, directions: tuple[int, ...]) -> tuple[int, ...]:
        if sorted(set(directions)) != list(directions):
            raise ValueError("numbers of directions must ascend, each named once")
        return directions
