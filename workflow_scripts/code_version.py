"""Which code made a result: the project's version and the commit of its checkout.

In a container image there is no checkout: STUDY_COMMIT says what it was built from (`--build-arg COMMIT=…`).
"""

import os
import subprocess
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_COMMIT = "STUDY_COMMIT"


def code_version() -> dict[str, str]:
    """Return `{"code_version", "commit"}`; the commit says so if files differ from it, or if there is no checkout."""
    version = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["version"]
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return {"code_version": version, "commit": os.environ.get(_COMMIT) or "unknown: not a git checkout"}
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {"code_version": version, "commit": f"{commit} with local changes" if changed else commit}


def _git(*arguments: str) -> str | None:
    try:
        finished = subprocess.run(["git", "-C", _ROOT, *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return finished.stdout.strip()
