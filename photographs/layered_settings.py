"""Settings in YAML files, each laid over those before it, as Snakemake's --configfile does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml


def read_settings(files: Sequence[Path]) -> dict[str, Any]:
    """Return the settings of `files`, each laid over those before it.

    Raises:
        ValueError: a file is not YAML, or holds no settings; the message names it.
        OSError: a file is not there, or cannot be read.
    """
    settings: dict[str, Any] = {}
    for path in files:
        settings = laid_over(settings, _read(Path(path)))
    return settings


def laid_over(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` with `changes` laid over them, key by key at every depth."""
    return settings | {
        key: laid_over(settings[key], value)
        if isinstance(value, dict) and isinstance(settings.get(key), dict)
        else value
        for key, value in changes.items()
    }


class _EachKeyOnce(yaml.SafeLoader):
    """YAML forbids a key that stands twice in one block; PyYAML keeps the last one without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        # What is merged (<<) may be several blocks.
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} stands there twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as stream:
            content = yaml.load(stream, _EachKeyOnce)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: holds no settings")
    return content
