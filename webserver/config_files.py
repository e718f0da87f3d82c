"""The parts of a study's config that the playground reads: its own, the generator's, and the classes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from photographs.layered_settings import read_settings
from photographs.settings_problems import problem_line
from text_to_image.config import GeneratorConfig
from webserver.settings import PlaygroundConfig, with_environment


def read_config(
    files: Sequence[Path], environment: Mapping[str, str]
) -> tuple[PlaygroundConfig, GeneratorConfig, tuple[str, ...]]:
    """Return the playground's settings, the generator's, and the classes.

    Raises:
        ValueError: a setting cannot be; the message names it.
        OSError: a file is not there, or cannot be read.
    """
    study = read_settings(files)
    own = study.get("playground", {})
    if not isinstance(own, dict):
        raise ValueError(f"playground is {own!r}; it takes keys and values")
    try:
        generator = GeneratorConfig.model_validate(study.get("generator"))
    except ValidationError as error:
        raise ValueError(problem_line(error, "generator")) from error
    classes = study.get("classes")
    if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"classes is {classes!r}; it takes a list of names")
    return with_environment(own, environment), generator, tuple(classes)
