"""A finished file that is not as it was written makes way for a new one, and is kept: someone may want to know why."""

import shutil
from pathlib import Path

RESULTS = Path("results")
UNFINISHED = RESULTS / ".unfinished"
# Under results/.unfinished: what cannot be read, and what was changed. Each keeps the last of a name.
DAMAGED, ALTERED = "damaged", "altered"


def set_aside(study_folder: Path, name: Path, why: str) -> Path:
    """Move a file or folder of the study to where those go that are `why` (`DAMAGED` or `ALTERED`).

    Args:
        name: relative to the study, under results/.

    Returns:
        The new place, relative to the study.
    """
    aside = UNFINISHED / why / name.relative_to(RESULTS)
    remove(study_folder / aside)
    (study_folder / aside).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(study_folder / name, study_folder / aside)
    return aside


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
