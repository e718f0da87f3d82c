"""The recipes for all real photographs of six classes, 4,500 each: what `accuracy` and `training` measure."""

from dataclasses import dataclass, field

from flax_cnn.config import Augmentation, TrainingConfig


@dataclass(frozen=True)
class Recipe:
    """A training whose length is told in epochs.

    Attributes:
        epochs: times that every photograph is shown.
        evaluations: times that validation is measured and the state saved.
        settings: of `TrainingConfig`, but for steps and evaluations.
    """

    epochs: float
    evaluations: int
    settings: dict = field(default_factory=dict)

    def training(self, photographs: int) -> TrainingConfig:
        """Return the training for so many photographs; its steps are the nearest multiple of the evaluations."""
        steps = self.epochs * photographs / self.settings["batch_size"]
        return TrainingConfig(
            **self.settings,
            steps=max(1, round(steps / self.evaluations)) * self.evaluations,
            evaluations=self.evaluations,
        )


RECIPES = {
    "quick": Recipe(
        epochs=10,
        evaluations=16,
        settings={
            "width": 0.5,
            "batch_size": 256,
            "optimiser": "muon",
            "learning_rate": 0.08,
            "augmentation": Augmentation(alternating=True),
        },
    ),
    "thorough": Recipe(
        epochs=20,
        evaluations=20,
        settings={
            "width": 1.0,
            "batch_size": 256,
            "optimiser": "muon",
            "learning_rate": 0.08,
            "augmentation": Augmentation(alternating=True, cutout=8),
        },
    ),
}
