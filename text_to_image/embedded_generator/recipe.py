"""Every setting of the embedded generator's training; the shipped model's own values stand in its training.json."""

import itertools
from typing import Annotated

from pydantic import (
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from photographs.strict_settings import StrictSettings


class _Recipe(StrictSettings):
    model_config = ConfigDict(allow_inf_nan=False)


class AutoencoderRecipe(_Recipe):
    """32x32x3 pixels to 16x16x`latent_channels` latents: a latent space half as wide, so the U-Net works at 16x16."""

    channels: tuple[PositiveInt, PositiveInt] = (32, 64)
    latent_channels: PositiveInt = 4
    steps: PositiveInt = 2500
    batch_size: PositiveInt = 32
    learning_rate: PositiveFloat = 2e-3
    kl_weight: float = Field(1e-4, ge=0, description="pull of the latents towards a standard normal, per dimension")


class OpenEnded(_Recipe):
    """Learning rate and average of a training without a fixed length (`open_ended.py`)."""

    learning_rate: PositiveFloat
    warmup_steps: PositiveInt = 100
    plateau_steps: PositiveInt = Field(2000, description="steps at the full learning rate before it falls")
    ema_width: float = Field(0.08, gt=0, lt=0.28, description="width of the weights' average, relative to the steps")


class DecoderRecipe(OpenEnded):
    """The decoder, trained on after the autoencoder: latents to pixels with a photograph's texture."""

    learning_rate: PositiveFloat = 4e-4
    steps: NonNegativeInt = 3000
    batch_size: PositiveInt = 32
    texture_weight: NonNegativeFloat = Field(0.1, description="weight of the distance in texture beside the error")
    noise: NonNegativeFloat = Field(0.02, description="standard deviation of the noise on latents of unit variance")


class LatentClassifierRecipe(_Recipe):
    """The network whose features say how far a drawn latent is from the photograph's, as one sees it."""

    width: PositiveInt = 64
    steps: PositiveInt = 1600
    batch_size: PositiveInt = 128
    learning_rate: PositiveFloat = 2e-3
    noise: NonNegativeFloat = Field(0.6, description="highest standard deviation of the noise that it learns to bear")


class DiffusionRecipe(OpenEnded):
    """U-Net and text encoder, trained together to predict v (Salimans & Ho 2022) under the cosine noise schedule."""

    channels: tuple[PositiveInt, ...] = Field((64, 128, 256), min_length=1)
    layers_per_block: PositiveInt = 1
    text_width: PositiveInt = 128
    text_layers: PositiveInt = 2
    steps: NonNegativeInt = 6000
    batch_size: PositiveInt = 64
    learning_rate: PositiveFloat = 5e-4
    dropped_prompts: float = Field(0.1, ge=0, lt=1, description="share of empty prompts; guidance needs them")
    min_snr: PositiveFloat = Field(5.0, description="gamma of min-SNR loss weighting (Hang et al. 2023, eq. 8)")
    perceptual_weight: NonNegativeFloat = Field(
        1.0, description="weight of the latent classifier's distance beside the squared error (Lin & Yang 2024); 0: off"
    )


class DistillationRecipe(OpenEnded):
    """The U-Net, taught to go the teacher's whole way in few steps, with guidance as one of its inputs."""

    learning_rate: PositiveFloat = 3e-4
    plateau_steps: PositiveInt = 500
    paths: PositiveInt = Field(7_680, description="ways from noise to a latent that the teacher shows, rounded up")
    guidance: tuple[float, float] = Field((1.0, 3.0), description="guidance scales of the ways, drawn evenly")
    teacher_timesteps: tuple[Annotated[int, Field(ge=0, le=999)], ...] = Field(
        (999, 874, 749, 624, 499, 374, 249, 100),
        description="where the teacher evaluates the network, out of 1000; downwards, from the noise",
    )
    sampling_steps: PositiveInt = Field(4, description="steps that are left, spread evenly (DDIM, trailing)")
    guidance_width: PositiveInt = Field(256, description="sines and cosines that tell the network its guidance scale")
    steps: PositiveInt = 1500
    batch_size: PositiveInt = 64
    perceptual_weight: NonNegativeFloat = Field(
        0.5, description="weight of the latent classifier's distance beside the squared error; 0: off"
    )

    @field_validator("guidance")
    @classmethod
    def _ordered(cls, guidance: tuple[float, float]) -> tuple[float, float]:
        low, high = guidance
        if not 1 <= low <= high:
            raise ValueError("write [low, high], from 1 (no guidance) upwards")
        return guidance

    @field_validator("teacher_timesteps")
    @classmethod
    def _downwards(cls, timesteps: tuple[int, ...]) -> tuple[int, ...]:
        if any(later >= earlier for earlier, later in itertools.pairwise(timesteps)):
            raise ValueError("each must be lower than the one before, for the way leads out of the noise")
        return timesteps

    @model_validator(mode="after")
    def _student_stops_where_the_teacher_does(self) -> "DistillationRecipe":
        if missing := set(self.student_timesteps()) - set(self.teacher_timesteps):
            raise ValueError(
                f"sampling_steps is {self.sampling_steps}: its steps start at {sorted(missing)} too, which "
                "teacher_timesteps lack; add them there"
            )
        return self

    def student_timesteps(self) -> tuple[int, ...]:
        """Return where each of the student's steps starts, noise first."""
        return tuple(round(1000 - i * 1000 / self.sampling_steps) - 1 for i in range(self.sampling_steps))


class GeneratorRecipe(_Recipe):
    """The whole recipe."""

    seed: NonNegativeInt = 0
    minutes_between_saves: PositiveFloat = 3.0
    start_from: str | None = Field(
        None, description="folder of an earlier embedded model whose weights the training starts with; null: random"
    )
    autoencoder: AutoencoderRecipe = AutoencoderRecipe()
    decoder: DecoderRecipe = DecoderRecipe()
    latent_classifier: LatentClassifierRecipe = LatentClassifierRecipe()
    diffusion: DiffusionRecipe = DiffusionRecipe()
    distillation: DistillationRecipe = DistillationRecipe()
