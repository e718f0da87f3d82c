"""Finished files of text carry no digest of their own; a run notes theirs at its end, and the next one looks again.

Arrays and checkpoints are checked by whoever reads them. A report, a table, a figure or a JSON file in which a digit
changed would pass for good. The note is valid from the end of a run to the start of the next one's first job: a run
that is killed leaves none, and what it left half done is then Snakemake's to find.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from photographs.atomic_files import CorruptFileError, read_json, write_json
from photographs.digests import file_digest
from workflow_scripts.set_aside import ALTERED, RESULTS, UNFINISHED, set_aside

_NOTE = Path(".snakemake") / "fauxtograph_digests.json"
# These carry a digest that every read checks, and may be large.
_CHECKED_WHEN_READ = ".npz"


def note_digests(study_folder: Path, is_output: Callable[[str], bool]) -> None:
    """Note the digest of every finished file of text.

    Args:
        is_output: whether a path (relative to the study) is a file that a rule makes, and could make again.
    """
    results = study_folder / RESULTS
    paths = sorted(path for path in results.rglob("*") if path.is_file() and path.suffix != _CHECKED_WHEN_READ)
    names = [path.relative_to(study_folder) for path in paths]
    digests = {
        str(name): file_digest(study_folder / name)
        for name in names
        if not name.is_relative_to(UNFINISHED) and is_output(str(name))
    }
    write_json(study_folder / _NOTE, digests)


def forget_digests(study_folder: Path) -> None:
    """Drop the note: files are about to change."""
    (study_folder / _NOTE).unlink(missing_ok=True)


def set_altered_aside(study_folder: Path) -> list[Path]:
    """Move every file that is not as noted to results/.unfinished/altered, saying so; see `not_yet_anew`.

    Returns:
        The files' former places, relative to the study.
    """
    altered = _altered(study_folder)
    for name in altered:
        aside = set_aside(study_folder, name, ALTERED)
        _say(name, f"the whole study makes it anew (what stood there is now {aside})")
    return altered


def name_altered(study_folder: Path) -> None:
    """Say which files are not as noted, and leave them: for who plans or looks and runs nothing."""
    for name in _altered(study_folder):
        _say(name, "the next run makes it anew")


def _altered(study_folder: Path) -> list[Path]:
    noted = {Path(name): digest for name, digest in _noted(study_folder).items()}
    return [
        name
        for name, digest in noted.items()
        if (study_folder / name).is_file() and file_digest(study_folder / name) != digest
    ]


def _say(name: Path, what_follows: str) -> None:
    print(f"{name} was altered since the study wrote it: {what_follows}", file=sys.stderr, flush=True)


def not_yet_anew(study_folder: Path) -> list[str]:
    """Return, relative to the study, the files that were set aside and do not stand in their places again.

    They have to be asked for: Snakemake misses no file whose readers are all finished. That they are found by what was
    set aside, and not by this run's own search, lets a killed run's successor find them too.
    """
    aside = study_folder / UNFINISHED / ALTERED
    names = [RESULTS / path.relative_to(aside) for path in aside.rglob("*") if path.is_file()]
    return sorted(str(name) for name in names if not (study_folder / name).exists())


def _noted(study_folder: Path) -> dict[str, str]:
    try:
        return read_json(study_folder / _NOTE)
    except FileNotFoundError:
        return {}
    except CorruptFileError:
        print(f"{_NOTE} is damaged: what it noted of the finished files is not checked this time", file=sys.stderr)
        forget_digests(study_folder)
        return {}
