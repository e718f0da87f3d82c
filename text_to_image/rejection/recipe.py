"""Every setting of the rejection classifier's training, with the value that the shipped one was trained with."""

from pydantic import ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from photographs.strict_settings import StrictSettings


class RejectionRecipe(StrictSettings):
    """A residual network of basic blocks (He et al. 2016) on photographs that are enlarged first.

    Its first layer halves an image twice; enlarged to twice the side, a photograph keeps its fine detail.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    seed: NonNegativeInt = 0
    image_size: PositiveInt = Field(64, description="pixels a side to which an image is enlarged for the network")
    channels: tuple[PositiveInt, ...] = Field((64, 128, 256), min_length=1)
    blocks: tuple[PositiveInt, ...] = Field((2, 2, 2), description="basic blocks at each number of channels")
    steps: PositiveInt = 2100
    batch_size: PositiveInt = 128
    learning_rate: PositiveFloat = 2e-3
    weight_decay: PositiveFloat = 0.05
    label_smoothing: float = Field(0.05, ge=0, lt=1)
    shift: NonNegativeInt = Field(2, description="photographs are moved by up to so many pixels, and mirrored")
    minutes_between_saves: PositiveFloat = 3.0

    @model_validator(mode="after")
    def _blocks_for_all_channels(self) -> "RejectionRecipe":
        if len(self.blocks) != len(self.channels):
            raise ValueError(
                f"channels has {len(self.channels)} numbers and blocks {len(self.blocks)}: make them equal"
            )
        return self
