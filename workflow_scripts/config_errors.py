"""What is wrong with a study's settings: the error that carries it, and its line."""

from pydantic import ValidationError

from photographs.settings_problems import problem_line


class ConfigError(Exception):
    """A setting that cannot be: one line with the key, its value and the mend."""


def first_problem(error: ValidationError, under: str | None = None) -> str:
    """Return the first thing that is wrong as one line: the key (below the key `under`), its value and the mend."""
    return f"config: {problem_line(error, under)}"
