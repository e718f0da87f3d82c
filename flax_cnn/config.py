"""What can be set about a training run. Nothing here depends on the data or its size.

The recipe, as `config.yaml` sets it for 600 photographs a class, and as `benchmarks/recipes.py` does for 4,500:

                      600 a class    4,500, "quick"
    network, width    fast, 0.5      fast, 0.5
    steps, batch      320, 128       1056, 256     10 epochs
    optimiser         AdamW          Muon          AdamW's decay 0.05 on kernels, none on biases
    learning rate     0.003          0.08          peak of a triangle: up for a fifth of the steps, down to zero
    mirrored          at random      by turns      and shifted by up to 2 pixels, no cutout
    label smoothing   0.1            0.1

    accuracy          73.2 %         90.6 %
    of                n = 3 seeds    n = 3 seeds   (90.4, 90.7, 90.6) on 3,000 real validation photographs
    time of training  38 to 46 s     230 s         of one core; of two: with AVX-512 and bfloat16

What else was tried, and what each change was worth: docs/training-engine.md.
"""

from typing import Literal

from pydantic import Field, model_validator

from photographs.strict_settings import StrictSettings

_MOST_IMAGES_SHOWN = 2**31 - 1


class Augmentation(StrictSettings):
    """Random changes to a training image, drawn anew every time that it is shown."""

    flip: bool = Field(
        True, description="Mirror left to right with probability one half. Turn off for classes with a handedness."
    )
    alternating: bool = Field(
        False,
        description="Flip by turns instead: every image as in the epoch before, mirrored, so that two epochs show both "
        "its sides.",
    )
    translate: int = Field(
        2,
        ge=0,
        le=16,
        description="Shift by up to this many pixels each way, the edge mirrored. "
        "Raise to 4 if training accuracy runs far ahead of validation.",
    )
    cutout: int = Field(
        0,
        ge=0,
        le=32,
        description="Side in pixels of a square set to the mean colour at a random place; 0 is none. "
        "Try it where training is long and overfits.",
    )
    colour: float = Field(
        0.0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        # Not written where it changes nothing: a study from before there was this setting keeps its digest.
        exclude_if=lambda strength: strength == 0,
        description="Strength of random contrast, tint and brightness; 0 is none. Networks that learn from generated "
        "images gain by 0.2, and those that learn from photographs lose nothing (docs/embedded-generator.md).",
    )

    @model_validator(mode="after")
    def _flips_by_turns_are_flips(self):
        if self.alternating and not self.flip:
            raise ValueError("alternating is true and flip is false: set flip to true too, or alternating to false")
        return self


class TrainingConfig(StrictSettings):
    """One classifier's training: network width, length of the run, optimiser, augmentation."""

    network: Literal["fast", "resnet18", "plain"] = Field(
        "fast",
        description="fast: after airbench. resnet18: what papers compare with, for a GPU. plain: five layers without "
        "normalisation, as a beginner would write them.",
    )
    width: float = Field(
        0.5,
        ge=1 / 64,
        le=4,
        description="Channels relative to the network's own (fast: 64, 256, 256). Time grows nearly with its square; "
        "raise it with more data or a GPU.",
    )
    steps: int = Field(
        500,
        ge=1,
        description="Optimiser steps in all, the same for every arm whatever its number of images. "
        "Too few fakes results: rankings of data sets flip when classifiers are under-trained.",
    )
    batch_size: int = Field(
        256, ge=1, description="Images a step (all of them, if there are fewer). Lower it if memory runs out."
    )
    optimiser: Literal["adamw", "muon"] = Field(
        "adamw",
        description="adamw: forgiving. muon: orthogonal steps for convolutions, quicker to an accuracy from ten "
        "thousand photographs on; its learning_rate is near 0.08.",
    )
    learning_rate: float = Field(
        0.003,
        ge=1e-8,
        allow_inf_nan=False,
        description="Peak of the schedule. Lower it if the loss becomes NaN; raise it with the batch size.",
    )
    weight_decay: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Decoupled decay of the weights, AdamW's alone (muon holds their size). Raise it if the network "
        "overfits.",
    )
    warmup_fraction: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Share of the steps over which the learning rate climbs to its peak, before it falls to zero.",
    )
    label_smoothing: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of the target spread over all classes. Lower it if confidences come out too low.",
    )
    evaluations: int = Field(
        10,
        ge=1,
        description="How many times over the run validation is measured and the run's state saved; "
        "steps must be a multiple of it.",
    )
    augmentation: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _evaluations_divide_steps(self):
        if self.steps % self.evaluations:
            raise ValueError(
                f"steps is {self.steps} and evaluations is {self.evaluations}: make steps a multiple of evaluations, "
                f"for example {self.steps_per_evaluation * self.evaluations or self.evaluations}"
            )
        return self

    @model_validator(mode="after")
    def _positions_can_be_counted(self):
        # Where an image stands in the stream of all that are shown is an int32.
        if self.steps * self.batch_size > _MOST_IMAGES_SHOWN:
            raise ValueError(
                f"steps is {self.steps} and batch_size is {self.batch_size}: more than {_MOST_IMAGES_SHOWN:,} images "
                "shown in all; lower one of them"
            )
        return self

    @property
    def steps_per_evaluation(self) -> int:
        """Steps between two measurements of validation."""
        return self.steps // self.evaluations
