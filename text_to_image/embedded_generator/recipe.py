"""Every setting of the embedded generator's training, with the value that the shipped model was trained with."""

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AutoencoderRecipe(_Settings):
    """32x32x3 pixels to 16x16x`latent_channels` latents: a latent space half as wide, so the U-Net works at 16x16."""

    channels: tuple[PositiveInt, PositiveInt] = (32, 64)
    latent_channels: PositiveInt = 4
    steps: PositiveInt = 2500
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 2e-3
    kl_weight: float = Field(1e-4, ge=0, description="pull of the latents towards a standard normal, per dimension")


class DiffusionRecipe(_Settings):
    """U-Net and text encoder, trained together to predict v (Salimans & Ho 2022) under the cosine noise schedule."""

    channels: tuple[PositiveInt, ...] = (64, 128, 256)
    layers_per_block: PositiveInt = 1
    text_width: PositiveInt = 128
    text_layers: PositiveInt = 2
    steps: PositiveInt = 2300
    batch_size: PositiveInt = 64
    learning_rate: PositiveFloat = 5e-4
    warmup_steps: PositiveInt = 200
    decay_fraction: float = Field(0.3, ge=0, le=1, description="share of the steps over which the rate falls to zero")
    ema_decay: float = Field(0.998, ge=0, lt=1)
    dropped_prompts: float = Field(0.1, ge=0, lt=1, description="share of empty prompts; guidance needs them")
    min_snr: PositiveFloat = Field(5.0, description="gamma of min-SNR loss weighting (Hang et al. 2023, eq. 8)")


class GeneratorRecipe(_Settings):
    """The whole recipe."""

    seed: int = 0
    minutes_between_saves: PositiveFloat = 3.0
    autoencoder: AutoencoderRecipe = AutoencoderRecipe()
    diffusion: DiffusionRecipe = DiffusionRecipe()
