"""Sweeps: the study's generator with some settings varied over a grid, every combination a point with a name.

Also the settings of the two analyses of the generator that stand beside the study: `sweeps` and `template_worth`.
"""

import hashlib
import itertools
import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, PositiveInt, ValidationError

from photographs.settings_problems import problem_line
from photographs.strict_settings import StrictSettings
from text_to_image.config import GeneratorConfig

# A sweep: lists of values by the generator's key.
Grid = dict[str, list[Any]]
_LONGEST_WORD, _LONGEST_NAME = 40, 120


class SweepSize(StrictSettings):
    """How large every point of every sweep is."""

    images_per_class: int = Field(
        240, ge=12, description="Generated a point; cut as the study's are, so three quarters of them train."
    )
    seeds: PositiveInt = Field(3, description="Trainings a point, paired between points.")
    steps: PositiveInt | None = Field(None, description="Training steps; null: as many as the study's trainings take.")
    most_evaluations: PositiveInt | None = Field(
        None,
        description="Speed limit of the choice: network evaluations an image may cost (guidance takes two a step); "
        "null: none.",
    )


class TemplateWorth(StrictSettings):
    """The analysis that says what each part of the prompts is worth to a classifier."""

    by: Literal["template", "domain"] = Field("template", description="Which part: the template or the domain.")
    seeds: PositiveInt = Field(3, description="Trainings with everything, and without each value; paired.")
    images_per_class: PositiveInt | None = Field(
        None, description="Training images a class, the same with and without; null: what any value's lack leaves."
    )


@dataclass(frozen=True)
class Point:
    """One combination of a sweep's values.

    Attributes:
        name: tells it from the sweep's others; a valid file name.
        label: the same for people.
        settings: the varied keys and their values here.
        generator: the study's generator with these laid over it.
        drawing: the name of what has to be drawn for it, which points that differ in their resampling share.
    """

    name: str
    label: str
    settings: dict[str, Any]
    generator: GeneratorConfig
    drawing: str


def points_of(generator: GeneratorConfig, grid: Grid) -> dict[str, Point]:
    """Return a sweep's points by name, in the grid's order, the last key varying fastest.

    Raises:
        ValueError: a key or value that the generator does not take, or two points of one name; the message has no
            prefix that names the sweep.
    """
    for key, values in grid.items():
        if not values:
            raise ValueError(f"{key} has no values; list some or take it out")
    if not grid:
        raise ValueError("there is nothing to vary; name a generator setting and list its values")
    words = {key: _words(values) for key, values in grid.items()}
    points: dict[str, Point] = {}
    for numbers in itertools.product(*(range(len(values)) for values in grid.values())):
        settings = {key: grid[key][number] for key, number in zip(grid, numbers, strict=True)}
        try:
            varied = GeneratorConfig.model_validate({**generator.model_dump(mode="json"), **settings})
        except ValidationError as error:
            problem = error.errors()[0]
            if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
                raise ValueError(f"{problem['loc'][0]} is no setting of the generator; correct its name") from error
            raise ValueError(problem_line(error)) from error
        if varied.resampling == "none":
            raise ValueError("resampling is none: classifiers take 32x32; choose a kernel")
        if any(varied == point.generator for point in points.values()):
            twice = _name({key: _word(value) for key, value in settings.items()})
            raise ValueError(f"{twice} stands there twice; name each value once")
        named = {key: words[key][number] for key, number in zip(grid, numbers, strict=True)}
        name = _name(named)
        drawn = {key: word for key, word in named.items() if key != "resampling"}
        # Beside points of these names there is no folder of this one: theirs all say "resampling=".
        drawing = name if len(drawn) == len(named) else _name(drawn) or "every_kernel"
        points[name] = Point(name, _label(settings), settings, varied, drawing)
    return points


def drawing_config(point: Point) -> GeneratorConfig:
    """Return the settings to draw a point's images with: at the model's own size if the sweep varies the kernel."""
    if "resampling" not in point.settings:
        return point.generator
    return GeneratorConfig.model_validate({**point.generator.model_dump(mode="json"), "resampling": "none"})


def safe_leftover(images_per_class: int, values: int) -> int:
    """Return how many of a class's images are sure to be left when those of one of `values` equal parts are taken out.

    Images draw their part independently, so what is left is binomial: its mean less four standard deviations.
    """
    share = 1 - 1 / values
    mean = images_per_class * share
    return max(0, math.floor(mean - 4 * math.sqrt(mean * (1 - share))))


def _name(words: dict[str, str]) -> str:
    return _shortened(",".join(f"{key}={word}" for key, word in words.items()), _LONGEST_NAME)


def _words(values: list[Any]) -> list[str]:
    """Return a word for each value; those that differ in what no file name can hold are told apart by a digest."""
    words = [_word(value) for value in values]
    return [
        f"{word}_{_digest(json.dumps(value, default=str))}" if words.count(word) > 1 else word
        for word, value in zip(words, values, strict=True)
    ]


def _word(value: Any) -> str:
    if value is None:
        return "own"
    if isinstance(value, dict):
        text = "_".join(f"{key}.{_word(part)}" for key, part in value.items())
    elif isinstance(value, list | tuple):
        text = "-".join(_word(part) for part in value)
    else:
        text = str(value)
    return _shortened(re.sub(r"[^A-Za-z0-9.+-]+", "_", text), _LONGEST_WORD)


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    return f"{text[: longest - 9]}_{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _label(settings: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_value_label(value)}" for key, value in settings.items())


def _value_label(value: Any) -> str:
    if value is None:
        return "as the model's"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
