"""Prompt sets: files of templates and words that can be read, shared and named in a study."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

PROMPT_SETS = Path(__file__).with_name("prompt_sets")


def prompt_set_names() -> list[str]:
    """Return the names of the prompt sets that come with the project."""
    return sorted(path.stem for path in PROMPT_SETS.glob("*.yaml"))


def read_prompt_set(name: str, kind: type[BaseModel]) -> dict[str, Any]:
    """Return the keys of a prompt set, as they stand in the file.

    Args:
        name: a set's name, or the path of a YAML file (with a `/`, or ending in `.yaml` or `.yml`).
        kind: the settings' type; a set must be sound by itself.

    Raises:
        ValueError: there is no such set, or it is not sound; the message names the file and the key.
    """
    path = Path(name) if "/" in name or name.endswith((".yaml", ".yml")) else PROMPT_SETS / f"{name}.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(
            f"there is no prompt set {name!r}; there are {', '.join(prompt_set_names())}, "
            "or give the path of a YAML file of your own"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"prompt set {path} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ValueError(f"prompt set {path} holds no settings; write keys such as templates: [...]")
    if "set" in content:
        raise ValueError(f"prompt set {path} names another set; a set stands by itself")
    try:
        kind.model_validate(content)
    except ValidationError as error:
        raise ValueError(f"prompt set {path}: {_problem(error, kind)}") from error
    return content


def _problem(error: ValidationError, kind: type[BaseModel]) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = ", ".join(name for name in kind.model_fields if name != "set")
        return f"{key} is no key of a prompt set; known are {known}"
    message = first["msg"].removeprefix("Value error, ").replace("Input should be", "it must be")
    return f"{key}: {message}" if key else message
