"""The generator's settings for commands that are called by hand: config.yaml, with studies laid over it."""

import argparse
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from photographs.layered_settings import read_settings
from text_to_image.config import GeneratorConfig
from workflow_scripts.config_errors import first_problem

# Which commits the study in this folder draws with; the rules pass the same file.
PINNED_COMMITS = Path("results/generator/pinned_commits.json")


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where its settings stand."""
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), help="settings (default: config.yaml)")
    parser.add_argument(
        "--study", type=Path, nargs="*", default=[], help="files to lay over them, as Snakemake's --configfile does"
    )


def read_classes(files: list[Path]) -> list[str]:
    """Return the classes of `files`, each laid over those before it; raises what `read_generator` does."""
    classes = read_settings(files).get("classes")
    if not isinstance(classes, list):
        raise ValueError(f"{files[0]}: classes is missing; add it (config.yaml explains each setting)")
    return classes


def read_generator(files: list[Path], **changes: Any) -> GeneratorConfig:
    """Return the generator's settings of `files`, each laid over those before it, with `changes` to single keys.

    Raises:
        ValueError: a file is not YAML, or a setting cannot be; the message names it.
        FileNotFoundError: a file is not there.
    """
    generator = read_settings(files).get("generator")
    if not isinstance(generator, dict):
        raise ValueError(f"{files[0]}: generator is missing; add it (config.yaml explains each setting)")
    try:
        return GeneratorConfig.model_validate(generator | changes)
    except ValidationError as error:
        raise ValueError(first_problem(error, "generator")) from error
