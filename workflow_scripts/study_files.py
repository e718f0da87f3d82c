"""The generator's settings for commands that are called by hand: config.yaml, with studies laid over it."""

import argparse
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from text_to_image.config import GeneratorConfig
from workflow_scripts.config import first_problem


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where its settings stand."""
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), help="settings (default: config.yaml)")
    parser.add_argument(
        "--study", type=Path, nargs="*", default=[], help="files to lay over them, as Snakemake's --configfile does"
    )


def read_generator(files: list[Path], **changes: Any) -> GeneratorConfig:
    """Return the generator's settings of `files`, each laid over those before it, with `changes` to single keys.

    Raises:
        ValueError: a file is not YAML, or a setting cannot be; the message names it.
        FileNotFoundError: a file is not there.
    """
    settings: dict[str, Any] = {}
    for path in files:
        settings = laid_over(settings, _read(path))
    generator = settings.get("generator")
    if not isinstance(generator, dict):
        raise ValueError(f"{files[0]}: generator is missing; add it (config.yaml explains each setting)")
    try:
        return GeneratorConfig.model_validate(generator | changes)
    except ValidationError as error:
        raise ValueError(first_problem(error, "generator")) from error


def laid_over(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` with `changes` laid over them, key by key at every depth."""
    return settings | {
        key: laid_over(settings[key], value)
        if isinstance(value, dict) and isinstance(settings.get(key), dict)
        else value
        for key, value in changes.items()
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: holds no settings")
    return content
