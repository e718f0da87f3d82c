"""What can be set about the analysis of representations."""

from pydantic import Field, PositiveInt

from photographs.strict_settings import StrictSettings


class LayerTransplant(StrictSettings):
    """Networks whose lower blocks are another network's, frozen, and whose upper blocks learn from real photographs."""

    real_part: float = Field(
        0.125,
        gt=0,
        le=1,
        description="Real photographs that the upper blocks learn from, as a part of images_per_class.train.",
    )
    steps: PositiveInt = Field(
        48,
        description="Optimiser steps of each. Raise it with real_part; too few favour networks with little to learn.",
    )
    seeds: PositiveInt = Field(3, description="Donors of each arm, paired by seed; no more than the study has.")

    def images_per_class(self, train: int) -> int:
        """Return how many real photographs a class the upper blocks learn from, of the arms' `train`."""
        return max(1, round(self.real_part * train))


class Representations(StrictSettings):
    """How real-trained and generated-trained networks are compared inside."""

    probe_images_per_class: PositiveInt | None = Field(
        None,
        description="Test images of each class and kind that a linear probe is fitted on; null: half of the rarer "
        "kind's, the same number for both kinds.",
    )
    map_images_per_class: PositiveInt = Field(
        40, description="Test images of each class and kind in the two-dimensional map."
    )
    transplant: LayerTransplant | None = Field(
        LayerTransplant(), description="Layer transplant, which trains networks; null: none."
    )
