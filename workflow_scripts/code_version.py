"""Which code made a result: the project's version and the commit of its checkout.

A container image has no git. Beside its own code stands what that was built from (`--build-arg COMMIT=…`). Of a
checkout that runs in it (`--sdm apptainer`) the commit is read from git's files, which do not tell of changes to it.
"""

import os
import subprocess
import tomllib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_BUILT_FROM = ".commit"
# These name a checkout, whatever the folder; git itself sets them for its hooks.
_OTHER_CHECKOUTS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"}


def code_version() -> dict[str, str]:
    """Return `{"code_version", "commit"}`; the commit says so if files differ from it, or if there is no checkout."""
    version = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    # A copy without git may lie in someone else's checkout.
    checkout, _, commit = (_git("rev-parse", "--show-toplevel", "HEAD") or "").partition("\n")
    if checkout != str(_ROOT):
        return {"code_version": version, "commit": _commit_without_git()}
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return {"code_version": version, "commit": f"{commit} with local changes" if changed else commit}


def _git(*arguments: str) -> str | None:
    environment = {name: value for name, value in os.environ.items() if name not in _OTHER_CHECKOUTS}
    command = ["git", "-C", _ROOT, *arguments]
    try:
        finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return finished.stdout.strip()


def _commit_without_git() -> str:
    built_from = _ROOT / _BUILT_FROM
    if built_from.is_file() and (commit := built_from.read_text(encoding="utf-8").strip()):
        return commit
    if commit := _checked_out(_ROOT / ".git"):
        return f"{commit}, local changes unknown: git could not be asked"
    return "unknown: not a git checkout"


def _checked_out(git_folder: Path) -> str | None:
    """Return the commit that a checkout's HEAD names, by itself or by its branch."""
    head, packed = git_folder / "HEAD", git_folder / "packed-refs"
    if not head.is_file():
        return None
    name = head.read_text(encoding="utf-8").strip()
    if not name.startswith("ref: "):
        return name
    branch = git_folder / name.removeprefix("ref: ")
    if branch.is_file():
        return branch.read_text(encoding="utf-8").strip()
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(name.removeprefix("ref:"))), None)
