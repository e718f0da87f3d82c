"""Whether a cluster's profile has been filled in: what only its user knows stands there as SET_... until then."""

import re
from pathlib import Path

from workflow_scripts.config_errors import ConfigError

_PLACEHOLDER = re.compile(r"^[^#]*?\b(SET_[A-Z_]+)\b")


def check_filled_in(profile: Path) -> None:
    """Check that no placeholder is left in the profile's files.

    Raises:
        ConfigError: for the first that is.
    """
    for file in sorted(profile.glob("*.yaml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if found := _PLACEHOLDER.match(line):
                raise ConfigError(
                    f"{file}, line {number}: {found[1]} is a placeholder; write your cluster's own (docs/cluster.md)"
                )


def check_filled_in_command(command: str) -> None:
    """Check that no placeholder is left in a profile's command that submits jobs.

    Raises:
        ConfigError: for the first that is.
    """
    if found := _PLACEHOLDER.match(command):
        raise ConfigError(f"cluster-generic-submit-cmd: {found[1]} is a placeholder; write your own in its profile")
