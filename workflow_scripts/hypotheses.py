"""What is expected of the gaps before anything has run: the config's `hypotheses`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from photographs.strict_settings import StrictSettings

_Points = Annotated[float, Field(ge=-100, le=100)]


class Hypothesis(StrictSettings):
    """One expectation of one gap (accuracy at home less accuracy of the other arm, in points)."""

    gap: str = Field(description="The gap's name: ARM_to_DOMAIN, such as synthetic_to_real.")
    sign: Literal["loss", "gain", "none"] = Field(
        description="loss: the arm does worse than the one at home; gain: better; none: within `points` of it."
    )
    points: tuple[_Points, _Points] | None = Field(
        None, description="Size expected, as [low, high] points of loss (of gain, for a gain); null: any size."
    )

    @model_validator(mode="after")
    def _points_suit_the_sign(self) -> "Hypothesis":
        if self.points is None:
            if self.sign == "none":
                raise ValueError("sign is none: say in points how large a gap still counts as none, such as [-2, 2]")
            return self
        low, high = self.points
        if low >= high:
            raise ValueError(f"points run from {low:g} to {high:g}; write [low, high]")
        if self.sign != "none" and low < 0:
            raise ValueError(f"points begin at {low:g}: a size of a {self.sign} is at least 0")
        if self.sign == "none" and not low <= 0 <= high:
            raise ValueError(f"points run from {low:g} to {high:g}: with sign none they hold 0, such as [-2, 2]")
        return self

    @property
    def region(self) -> tuple[float | None, float | None]:
        """Return the gaps that fit, as fractions; None: no limit on that side."""
        if self.points is None:
            return (0.0, None) if self.sign == "loss" else (None, 0.0)
        low, high = (end / 100 for end in self.points)
        return (-high, -low) if self.sign == "gain" else (low, high)
