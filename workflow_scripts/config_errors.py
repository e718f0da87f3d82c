"""What is wrong with the settings, as one line: the key, its value and the mend."""

import json

from pydantic import ValidationError


class ConfigError(Exception):
    """A setting that cannot be: one line with the key, its value and the mend."""


def first_problem(error: ValidationError, under: str | None = None) -> str:
    """Return the first thing that is wrong as one line: the key (below the key `under`), its value and the mend."""
    problem = error.errors()[0]
    key = ".".join(str(part) for part in (under, *problem["loc"]) if part is not None) or "the study"
    if problem["type"] == "extra_forbidden":
        return f"config: {key} is no setting; remove it or correct its name"
    if problem["type"] == "missing":
        return f"config: {key} is missing; add it (config.yaml explains each setting)"
    message = problem["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    if not problem["loc"] and under is None:
        return f"config: {message}"
    if isinstance(problem["input"], dict):
        return f"config: {key}: {message}"
    return f"config: {key} is {json.dumps(problem['input'], default=str)}: {message[0].lower() + message[1:]}"
