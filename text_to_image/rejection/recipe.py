"""Every setting of the rejection classifier's training; the shipped one's own values stand in its training.json."""

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt

from photographs.strict_settings import StrictSettings


class RejectionRecipe(StrictSettings):
    """The fast network at half width, after the recipe `quick` of docs/training-engine.md: ten epochs of 27,000."""

    model_config = ConfigDict(allow_inf_nan=False)

    seed: NonNegativeInt = 0
    channels: tuple[PositiveInt, ...] = Field(
        (32, 128, 128), min_length=1, max_length=5, description="channels of each group"
    )
    steps: PositiveInt = 1056
    batch_size: PositiveInt = 256
    learning_rate: PositiveFloat = Field(
        0.08, description="Muon's peak, for kernels; the rest takes a twentieth of it from Adam"
    )
    warmup_fraction: float = Field(0.2, ge=0, lt=1, description="share of the steps over which the rate climbs")
    label_smoothing: float = Field(0.1, ge=0, lt=1)
    shift: NonNegativeInt = Field(2, description="photographs are moved by up to so many pixels, and mirrored by turns")
    minutes_between_saves: PositiveFloat = 3.0
