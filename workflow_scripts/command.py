"""What every command shares: its `--help` is its module's docstring, and an expected failure is one clear line."""

import argparse
import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from photographs.atomic_files import CorruptFileError
from photographs.cifar10 import cache_folder
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.set_aside import DAMAGED, RESULTS, remove, set_aside


def parser(docstring: str) -> argparse.ArgumentParser:
    """Return an argument parser whose help is the command's docstring."""
    return argparse.ArgumentParser(description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter)


def json_argument(text: str):
    """Parse a slice of the config, which rules pass as JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error


def named_file(text: str) -> tuple[str, Path]:
    """Parse NAME=FILE."""
    name, separator, path = text.partition("=")
    if not (name and separator and path):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    return name, Path(path)


def require_at_least(option: str, value: int, least: int) -> None:
    """Raise ValueError if an option's number is too small."""
    if value < least:
        raise ValueError(f"{option} is {value}; it takes at least {least}")


def run(main: Callable[[], None]) -> None:
    """Call `main`; turn a failure that a user can mend into one line on standard error and exit status 1.

    A corrupt input that the study made is set aside first, so that the same Snakemake command makes it anew. Anything
    unforeseen keeps its traceback.
    """
    try:
        main()
    except CorruptFileError as error:
        sys.exit(f"error: {error}; {_part_with(error.path)}")
    except MemoryError as error:
        sys.exit(f"error: memory ran short ({error}); run it again where there is more")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"error: {error.filename or 'disk'}: no space left; free some and run the same command again")
        # One without a file's name is none that a user could mend.
        if error.filename is None:
            raise
        sys.exit(f"error: {error.filename}: {error.strerror}")
    except ConfigError as error:
        sys.exit(f"error: {error}")
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in (error.title, *problem["loc"]))
        sys.exit(f"error: {key}: {problem['msg'].removeprefix('Value error, ')}")
    except (ValueError, RuntimeError, FloatingPointError) as error:
        if type(error) not in (ValueError, RuntimeError, FloatingPointError):
            raise
        sys.exit(f"error: {error}")


def _part_with(path: Path) -> str:
    """Take a corrupt file or folder out of the way if it is the study's own; return what was done, and what to do."""
    again = "run the same command again to make it anew"
    path, study, cache = path.absolute(), Path.cwd(), cache_folder().absolute()
    if path.is_relative_to(study / RESULTS):
        try:
            return f"it was set aside, to {set_aside(study, path.relative_to(study), DAMAGED)}: {again}"
        except FileNotFoundError:  # another job that met it was quicker
            return f"it is no longer there: {again}"
    if path.is_relative_to(cache):
        remove(path)
        return f"it was removed: {again}"
    return "it is none of the study's own files, so it was left where it is: mend or replace it"
