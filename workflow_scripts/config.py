"""The study's settings as types: `config.yaml`, with a study's file laid over it. Nothing unknown gets through.

Each library owns its own settings; this module composes them and checks what only the whole can know.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, field_validator, model_validator

from flax_cnn.config import TrainingConfig
from photographs.cifar10 import CIFAR10_CLASSES
from photographs.mixing import synthetic_count
from photographs.splits import REAL_TRAIN_PER_CLASS, split_sizes
from text_to_image.config import GeneratorConfig, ImageFolderConfig
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.embedded_generator.training_record import known_classes
from text_to_image.model_source import is_folder

TRAINED_GENERATOR_FOLDER = "results/embedded_generator/pipeline"


# How the work is cut and where it runs; and the training of a generator, which acts through the generator's revision.
_WITHOUT_EFFECT_ON_RESULTS = {"shard_size", "batch_size", "gpus", "real_photos_source", "generator_training"}


class ConfigError(Exception):
    """A setting that cannot be: one line with the key, its value and the mend."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Arm(_Settings):
    """One kind of training data."""

    synthetic_share: float = Field(
        ge=0, le=1, description="Share of generated photographs among the arm's training photographs."
    )


class ImagesPerClass(_Settings):
    """How many photographs of each class."""

    synthetic: int = Field(
        800, ge=12, description="Generated in all; they are cut into train, validation and test as CIFAR-10 is."
    )
    train: PositiveInt = Field(
        600, description="Training photographs of every arm, whatever its mixture: arms differ in kind, not in number."
    )


class Gpus(_Settings):
    """GPUs that a job asks of Snakemake; 0 runs it on CPU cores."""

    generation: int = Field(0, ge=0, le=1, description="Set 1 where generate_images shall have a GPU.")
    training: int = Field(0, ge=0, le=1, description="Set 1 where train_classifier shall have a GPU.")


class Study(_Settings):
    """All settings of a study."""

    classes: tuple[str, ...] = Field(
        ("bird", "cat", "deer", "dog", "frog", "horse"),
        min_length=2,
        max_length=10,
        description="Two to ten of CIFAR-10's classes.",
    )
    seed: int = Field(0, ge=0, description="Another seed: the same study with other random choices in training.")
    seeds: PositiveInt = Field(3, description="Trainings of each arm; their spread gives the intervals.")
    real_photos_source: str = Field(
        "auto",
        pattern="^(auto|tfds|registry)$",
        description="Where CIFAR-10 comes from: tfds, registry, or auto (tfds if its server answers).",
    )
    images_per_class: ImagesPerClass = ImagesPerClass()
    generator: GeneratorConfig
    image_folder: ImageFolderConfig | None = Field(
        None, description="Images generated elsewhere, to be used in the generator's place."
    )
    shard_size: PositiveInt = Field(400, description="Images a job draws; smaller shards spread over more machines.")
    batch_size: PositiveInt = Field(
        32, description="Images between two saves; a kill costs these and what is being drawn."
    )
    gpus: Gpus = Gpus()
    arms: dict[str, Arm] = Field(description="Kinds of training data, by name.")
    mixture_test_share: float = Field(
        0.5, gt=0, lt=1, description="Share of generated photographs in the test domain 'mixture'."
    )
    training: TrainingConfig = TrainingConfig()
    generator_training: GeneratorRecipe = GeneratorRecipe()

    @field_validator("classes")
    @classmethod
    def _known_and_distinct(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for name in classes:
            if name not in CIFAR10_CLASSES:
                raise ValueError(f"{name!r} is no class of CIFAR-10; choose from {', '.join(CIFAR10_CLASSES)}")
            if classes.count(name) > 1:
                raise ValueError(f"{name!r} stands there twice; name it once")
        return classes

    @field_validator("arms", mode="before")
    @classmethod
    def _without_removed(cls, arms: Any) -> Any:
        # A study laid over config.yaml takes an arm away by setting it to null.
        return {name: arm for name, arm in arms.items() if arm is not None} if isinstance(arms, dict) else arms

    @field_validator("arms")
    @classmethod
    def _home_arms_present(cls, arms: dict[str, Arm]) -> dict[str, Arm]:
        for name in arms:
            if not name.replace("_", "").isalnum():
                raise ValueError(f"{name!r} becomes a folder name; use letters, digits and _")
        for name, share in (("real", 0.0), ("synthetic", 1.0)):
            if name not in arms or arms[name].synthetic_share != share:
                raise ValueError(
                    f"{name!r} must be there with synthetic_share {share:g}: every gap is measured against it"
                )
        if "mixture" not in arms:
            raise ValueError("'mixture' must be there: it is the home of the test domain 'mixture'")
        return arms

    @model_validator(mode="after")
    def _enough_photographs(self) -> "Study":
        available = split_sizes(self.images_per_class.synthetic)["train"]
        for name, arm in self.arms.items():
            synthetic = synthetic_count(arm.synthetic_share, self.images_per_class.train)
            real = self.images_per_class.train - synthetic
            if real > REAL_TRAIN_PER_CLASS:
                raise ValueError(
                    f"images_per_class.train is {self.images_per_class.train}: arm {name!r} needs {real} real "
                    f"photographs a class, CIFAR-10 has {REAL_TRAIN_PER_CLASS} to train on; lower it"
                )
            if synthetic > available:
                raise ValueError(
                    f"images_per_class.train is {self.images_per_class.train}: arm {name!r} needs {synthetic} "
                    "generated photographs a class, "
                    f"images_per_class.synthetic = {self.images_per_class.synthetic} leaves {available} to train on; "
                    "lower the one or raise the other"
                )
        return self

    def digest(self) -> str:
        """Return the hex SHA-256 of every setting that can change a result."""
        settings = self.model_dump(mode="json", exclude=_WITHOUT_EFFECT_ON_RESULTS)
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()


def load_study(settings: dict[str, Any]) -> Study:
    """Check the settings, and the folders that they name.

    Raises:
        ConfigError: for the first thing that is wrong.
    """
    try:
        study = Study.model_validate(settings)
    except ValidationError as error:
        raise ConfigError(_first_problem(error)) from error
    if study.image_folder is not None:
        if not Path(study.image_folder.folder).is_dir():
            raise ConfigError(f"config: image_folder.folder is {study.image_folder.folder!r}: there is no such folder")
        return study
    folder = Path(study.generator.model)
    if is_folder(study.generator.model) and study.generator.model != TRAINED_GENERATOR_FOLDER:
        if not (folder / "model_index.json").is_file():
            raise ConfigError(
                f"config: generator.model is {study.generator.model!r}: no folder with a diffusers pipeline "
                "(model_index.json); give a folder that has one, or a hub id such as stabilityai/sd-turbo"
            )
        known = known_classes(folder)
        if known is not None and (unknown := [name for name in study.classes if name not in known]):
            raise ConfigError(
                f"config: classes has {unknown[0]!r}, which the generator {study.generator.model!r} cannot draw; "
                f"it knows {', '.join(known)}: choose among these or another generator.model"
            )
    return study


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    key = ".".join(str(part) for part in problem["loc"]) or "the study"
    if problem["type"] == "extra_forbidden":
        return f"config: {key} is no setting; remove it or correct its name"
    if problem["type"] == "missing":
        return f"config: {key} is missing; add it (config.yaml explains each setting)"
    message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    if not problem["loc"]:
        return f"config: {message}"
    return f"config: {key} is {json.dumps(problem['input'], default=str)}: {message[0].lower() + message[1:]}"
