"""The shapes of the study's and the quiz's answers."""

from pydantic import BaseModel, ConfigDict, Field, StrictBool


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Confusion(_Shape):
    """Confusion matrices of each arm's first training."""

    classes: list[str]
    matrices: dict[str, dict[str, list[list[int]]]] = Field(
        description="By arm and test domain: rows are true classes, columns predicted ones."
    )


class Cell(_Shape):
    """The photographs in a cell of a confusion matrix."""

    count: int
    images: list[str] = Field(description="Addresses of the first 60; empty where they are not on this machine.")


class Quiz(_Shape):
    """A quiz that was begun."""

    id: str
    images: list[str]


class Guesses(_Shape):
    """A person's answers."""

    generated: list[StrictBool] = Field(min_length=10, max_length=10)


class QuizResult(_Shape):
    """A scored quiz."""

    truth: list[bool] = Field(description="Which were generated.")
    classes: list[str]
    probe_scores: list[float | None]
    your_score: int
    probe_score: int | None
    of: int
