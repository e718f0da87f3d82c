"""The study's settings as types: `config.yaml`, with a study's file laid over it. Nothing unknown gets through.

Each library owns its own settings; this module composes them and checks what only the whole can know.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt, ValidationError, field_validator, model_validator

from flax_cnn.config import TrainingConfig
from photographs.cifar10 import CIFAR10_CLASSES
from photographs.mixing import synthetic_count
from photographs.splits import REAL_TRAIN_PER_CLASS, split_sizes
from photographs.strict_settings import StrictSettings
from text_to_image.config import GeneratorConfig, ImageFolderConfig
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.rejection.recipe import RejectionRecipe
from transfer_analysis.domain_gap.settings import FEWEST_GENERATED, DomainGap
from transfer_analysis.representations.config import Representations
from transfer_analysis.representations.kernel_alignment import FEWEST_IMAGES
from transfer_analysis.trust.settings import Trust
from webserver.settings import PlaygroundConfig
from workflow_scripts.config_errors import ConfigError, first_problem
from workflow_scripts.hypotheses import Hypothesis
from workflow_scripts.mixtures import MixturePoint, Mixtures, mixture_points
from workflow_scripts.model_folders import check_models
from workflow_scripts.sweeps import Grid, Point, SweepSize, TemplateWorth, points_of, safe_leftover

# Test domains at which an arm of the same name is at home.
HOME_DOMAINS = ("real", "synthetic", "mixture")


# How the work is cut and where it runs; and the training of models, which act through their revisions.
_WITHOUT_EFFECT_ON_RESULTS = {
    *("shard_size", "batch_size", "gpus", "generation_memory_mb", "real_photos_source"),
    *("generator_training", "rejection_training"),
    # These have results of their own, which the study's do not depend on.
    *("sweeps", "sweep_size", "template_worth", "playground"),
    # What is expected of the results is no part of them.
    "hypotheses",
}


# Of these, a study laid over config.yaml takes an entry away by setting it to null.
REMOVABLE_ENTRIES = ("arms", "sweeps", "hypotheses")


class Arm(StrictSettings):
    """One kind of training data."""

    synthetic_share: float = Field(
        ge=0, le=1, description="Share of generated photographs among the arm's training photographs."
    )


class ImagesPerClass(StrictSettings):
    """How many photographs of each class."""

    synthetic: int = Field(
        800, ge=12, description="Generated in all; they are cut into train, validation and test as CIFAR-10 is."
    )
    train: PositiveInt = Field(
        600, description="Training photographs of every arm, whatever its mixture: arms differ in kind, not in number."
    )


class Gpus(StrictSettings):
    """GPUs that a job asks of Snakemake; 0 runs it on CPU cores."""

    generation: int = Field(0, ge=0, le=1, description="Set 1 where generate_images shall have a GPU.")
    training: int = Field(
        0,
        ge=0,
        le=8,
        description="Set 1 where train_classifier shall have a GPU; several share each batch.",
    )


class Study(StrictSettings):
    """All settings of a study."""

    classes: tuple[str, ...] = Field(
        ("bird", "cat", "deer", "dog", "frog", "horse"),
        min_length=2,
        max_length=10,
        description="Two to ten of CIFAR-10's classes.",
    )
    seed: int = Field(
        0, ge=0, le=2**32 - 1, description="Another seed: the same study with other random choices in training."
    )
    seeds: PositiveInt = Field(3, description="Trainings of each arm; their spread gives the intervals.")
    seeds_per_job: PositiveInt = Field(
        1,
        description="Trainings of an arm that ride side by side in one program, for a GPU with room; one job then "
        "trains all seeds of an arm. Results equal those of 1 but for rounding.",
    )
    real_photos_source: str = Field(
        "auto",
        pattern="^(auto|tfds|registry)$",
        description="Where CIFAR-10 comes from: tfds, registry, or auto (the cache; else tfds if its server answers).",
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
    generation_memory_mb: PositiveInt = Field(
        4000, description="Main memory of a job that draws, as a scheduler is told: the model's files and half as much."
    )
    arms: dict[str, Arm] = Field(description="Kinds of training data, by name.")
    mixture_test_share: float = Field(
        0.5, gt=0, lt=1, description="Share of generated photographs in the test domain 'mixture'."
    )
    mixtures: Mixtures | None = Field(
        None, description="Real and generated photographs mixed in other numbers than the arms'; null: none."
    )
    representations: Representations | None = Field(
        None, description="What real-trained and generated-trained networks see, compared; null: not compared."
    )
    domain_gap: DomainGap | None = Field(
        None, description="What tells generated images from photographs, and how good they are; null: neither."
    )
    trust: Trust | None = Field(
        None, description="Calibration, selective accuracy, robustness and heat maps of every arm; null: none of it."
    )
    hypotheses: dict[str, Hypothesis] = Field(
        {}, description="By name: what is expected of a gap. Frozen before the first test, judged in the report."
    )
    training: TrainingConfig = TrainingConfig()
    generator_training: GeneratorRecipe = GeneratorRecipe()
    rejection_training: RejectionRecipe = RejectionRecipe()
    sweeps: dict[str, Grid] = Field(
        {}, description="By name: generator settings and the list of values that each takes; every combination is run."
    )
    sweep_size: SweepSize = SweepSize()
    template_worth: TemplateWorth = TemplateWorth()
    playground: PlaygroundConfig = PlaygroundConfig()

    @field_validator("classes")
    @classmethod
    def _known_and_distinct(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for name in classes:
            if name not in CIFAR10_CLASSES:
                raise ValueError(f"{name!r} is no class of CIFAR-10; choose from {', '.join(CIFAR10_CLASSES)}")
            if classes.count(name) > 1:
                raise ValueError(f"{name!r} stands there twice; name it once")
        return classes

    @field_validator(*REMOVABLE_ENTRIES, mode="before")
    @classmethod
    def _without_removed(cls, named: Any) -> Any:
        return {name: entry for name, entry in named.items() if entry is not None} if isinstance(named, dict) else named

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
    def _words_for_every_class(self) -> "Study":
        if self.image_folder is None:
            self.generator.prompts.check_classes(self.classes, CIFAR10_CLASSES)
        return self

    @model_validator(mode="after")
    def _sweeps_can_be_run(self) -> "Study":
        if self.generator.resampling == "none":
            raise ValueError("generator.resampling is none: classifiers take 32x32; choose a kernel, such as box")
        for name, grid in self.sweeps.items():
            if not name.replace("_", "").isalnum():
                raise ValueError(f"sweeps.{name} becomes a folder name; use letters, digits and _")
            try:
                for point in points_of(self.generator, grid).values():
                    point.generator.prompts.check_classes(self.classes, CIFAR10_CLASSES)
            except ValueError as error:
                raise ValueError(f"sweeps.{name}: {error}") from error
        if self.sweep_size.steps and self.sweep_size.steps % self.training.evaluations:
            raise ValueError(
                f"sweep_size.steps is {self.sweep_size.steps}: it must be a multiple of training.evaluations, which is "
                f"{self.training.evaluations}"
            )
        return self

    @model_validator(mode="after")
    def _several_seeds_or_several_devices(self) -> "Study":
        if self.gpus.training > 1 and self.seeds_per_job > 1:
            raise ValueError(
                f"gpus.training is {self.gpus.training} and seeds_per_job is {self.seeds_per_job}: a job takes several "
                "of the one or of the other; set one of them to 1"
            )
        return self

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

    @model_validator(mode="after")
    def _hypotheses_are_about_gaps(self) -> "Study":
        gaps = [f"{arm}_to_{domain}" for arm in self.arms for domain in HOME_DOMAINS if arm != domain]
        for name, hypothesis in self.hypotheses.items():
            if hypothesis.gap not in gaps:
                raise ValueError(
                    f"hypotheses.{name}.gap is {hypothesis.gap!r}: there is no such gap; choose from {', '.join(gaps)}"
                )
        return self

    @model_validator(mode="after")
    def _enough_images_for_the_domain_gap(self) -> "Study":
        available = split_sizes(self.images_per_class.synthetic)["train"]
        if self.domain_gap is not None and available < FEWEST_GENERATED:
            raise ValueError(
                f"domain_gap takes {FEWEST_GENERATED} generated photographs a class to train on, "
                f"images_per_class.synthetic = {self.images_per_class.synthetic} leaves {available}; raise it, or set "
                "domain_gap: null"
            )
        return self

    def frozen_hypotheses(self) -> dict[str, dict[str, Any]]:
        """Return the hypotheses by name, each with the region of gaps that fits it, as fractions."""
        return {
            name: {**hypothesis.model_dump(mode="json"), "region": list(hypothesis.region)}
            for name, hypothesis in self.hypotheses.items()
        }

    @model_validator(mode="after")
    def _mixtures_can_be_trained(self) -> "Study":
        if self.mixtures is not None and self.mixtures.seeds > self.seeds:
            raise ValueError(
                f"mixtures.seeds is {self.mixtures.seeds}: each is paired with one of the arms' trainings, of which "
                f"there are {self.seeds}; lower it or raise seeds"
            )
        available = split_sizes(self.images_per_class.synthetic)["train"]
        for point in self.mixture_points().values():
            if point.synthetic > available:
                raise ValueError(
                    f"mixtures need {point.synthetic} generated photographs a class, images_per_class.synthetic = "
                    f"{self.images_per_class.synthetic} leaves {available} to train on; raise it or lower them"
                )
        return self

    @model_validator(mode="after")
    def _representations_can_be_compared(self) -> "Study":
        test = split_sizes(self.images_per_class.synthetic)["test"]
        if self.representations is not None and (test < 2 or test * len(self.classes) < FEWEST_IMAGES):
            raise ValueError(
                f"representations need two generated test images a class and {FEWEST_IMAGES} in all, "
                f"images_per_class.synthetic = {self.images_per_class.synthetic} leaves {test} a class; "
                "raise it or set representations to null"
            )
        return self

    @model_validator(mode="after")
    def _mixture_holds_both(self) -> "Study":
        share, train = self.arms["mixture"].synthetic_share, self.images_per_class.train
        if not 0 < synthetic_count(share, train) < train:
            raise ValueError(
                f"arms.mixture.synthetic_share is {share:g}: of {train} photographs a class some must be real and some "
                "generated; choose one between 0 and 1, such as 0.5"
            )
        return self

    @model_validator(mode="after")
    def _trust_looks_at_trained_seeds(self) -> "Study":
        if self.trust is not None and (self.trust.seeds or 0) > self.seeds:
            raise ValueError(
                f"trust.seeds is {self.trust.seeds}: each arm is trained {self.seeds} times; lower it or raise seeds"
            )
        return self

    def mixture_points(self) -> dict[str, MixturePoint]:
        """Return the training sets of `mixtures` by name, the arms' among them."""
        if self.mixtures is None:
            return {}
        shares = {name: arm.synthetic_share for name, arm in self.arms.items()}
        return mixture_points(self.mixtures, shares, self.images_per_class.train)

    def sweep_points(self) -> dict[str, dict[str, Point]]:
        """Return every sweep's points by name."""
        return {name: points_of(self.generator, grid) for name, grid in self.sweeps.items()}

    def generators(self) -> list[tuple[str, GeneratorConfig]]:
        """Return what the study and its sweeps draw with, each after the words of a message that say where it stands.

        None for a study of a folder of images: only its sweeps draw, and not until they are asked for.
        """
        if self.image_folder is not None:
            return []
        return [("", self.generator), *(pair for name in self.sweeps for pair in self.sweep_generators(name))]

    def sweep_generators(self, name: str) -> list[tuple[str, GeneratorConfig]]:
        """Return what a sweep draws with, each after the words of a message that say where it stands."""
        points = points_of(self.generator, self.sweeps[name]).values()
        return [(f"sweeps.{name}: ", point.generator) for point in points]

    def sweep_training(self) -> TrainingConfig:
        """Return how a sweep's classifiers are trained: as the study's, for `sweep_size.steps`."""
        return self.training.model_copy(update={"steps": self.sweep_size.steps or self.training.steps})

    def prompt_parts(self) -> tuple[str, ...]:
        """Return the templates (or domains) whose worth `template_worth` asks for."""
        prompts = self.generator.prompts
        if self.template_worth.by == "template":
            return prompts.templates
        return tuple(dict.fromkeys(word for name in self.classes for word in prompts.words_for("domains", name)))

    def template_worth_images(self) -> int:
        """Return how many images a class train with and without a template."""
        available = split_sizes(self.images_per_class.synthetic)["train"]
        return self.template_worth.images_per_class or safe_leftover(available, len(self.prompt_parts()))

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
        raise ConfigError(first_problem(error)) from error
    if study.image_folder is not None:
        _check_folder_of_images(study.image_folder.folder)
    check_models(study.generators(), study.classes)
    return study


def _check_folder_of_images(folder: str) -> None:
    named = f"config: image_folder.folder is {folder!r}"
    if not Path(folder).is_dir():
        raise ConfigError(f"{named}: there is no such folder")
    if Path.cwd().is_relative_to(Path(folder).resolve()):
        raise ConfigError(f"{named}, which holds the study itself; name a folder of images alone")
