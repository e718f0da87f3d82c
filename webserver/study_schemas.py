"""The shapes of the study's and the quiz's answers."""

from pydantic import Field, StrictBool

from webserver.schemas import Shape

# Of a quiz.
QUESTIONS = 10


class Confusion(Shape):
    """Confusion matrices of each arm's first training."""

    origin: str = Field(description="Whose test photographs: this machine's study's, or a sample that ships.")
    classes: list[str]
    matrices: dict[str, dict[str, list[list[int]]]] = Field(
        description="By arm and test domain: rows are true classes, columns predicted ones."
    )


class Cell(Shape):
    """The photographs in a cell of a confusion matrix."""

    count: int
    images: list[str] = Field(description="Addresses of the first 60; empty where they are not on this machine.")


class Measured(Shape):
    """A mean over trainings, with its 95 % interval."""

    mean: float
    low: float
    high: float


class ArmTransfer(Shape):
    """What an arm was trained on, and how often it is right."""

    synthetic_share: float = Field(ge=0, le=1, description="Of generated photographs among those it was trained on.")
    accuracy: dict[str, Measured] = Field(description="By test domain.")


class Transfer(Shape):
    """What the study found, of all trainings."""

    origin: str
    train_images_per_class: int
    trainings: int = Field(description="Of each arm.")
    arms: dict[str, ArmTransfer]
    gaps_on_real: dict[str, Measured] = Field(
        description="By arm: how much less often than the arm trained on real photographs it is right about real ones."
    )


class Quiz(Shape):
    """A quiz that was begun."""

    id: str
    images: list[str]


class Guesses(Shape):
    """A person's answers."""

    generated: list[StrictBool] = Field(min_length=QUESTIONS, max_length=QUESTIONS)


class QuizResult(Shape):
    """A scored quiz."""

    truth: list[bool] = Field(description="Which were generated.")
    classes: list[str]
    probe_scores: list[float | None]
    your_score: int
    probe_score: int | None
    of: int
