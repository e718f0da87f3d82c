"""What all rules share: the checked study, and small functions named for what they return."""

import json
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

from photographs.splits import SPLITS
from text_to_image.model_source import is_folder
from workflow_scripts.config import TRAINED_GENERATOR_FOLDER, ConfigError, load_study
from workflow_scripts.stale_lock import clear_stale_lock

try:
    STUDY = load_study(config)
except ConfigError as error:
    sys.exit(f"error: {error}")

if workflow.is_main_process and not workflow.dryrun:
    clear_stale_lock(Path.cwd())

DOMAINS = ("real", "synthetic", "mixture")


wildcard_constraints:
    class_name="|".join(STUDY.classes),
    first=r"\d+",
    last=r"\d+",
    arm="|".join(STUDY.arms),
    seed_index=r"\d+",
    domain="|".join(DOMAINS),
    figure="[a-z_]+",


def sources(*names):
    """Return the Python files that decide a rule's result: whole packages, or single commands of workflow_scripts."""
    files = []
    for name in names:
        path = Path(workflow.basedir, name)
        files += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [str(file.relative_to(workflow.basedir)) for file in files]


def command_sources(command, *packages):
    """Return the sources of one command: its own file, what every command shares, and `packages`."""
    return sources(f"workflow_scripts/{command}.py", "workflow_scripts/command.py", "photographs", *packages)


def as_json(settings):
    """Return a params function that gives a slice of the study as JSON, the same for the same settings.

    A function, because Snakemake would take the braces in a plain string for wildcards.
    """
    plain = settings.model_dump(mode="json") if hasattr(settings, "model_dump") else settings
    text = json.dumps(plain, sort_keys=True)

    def json_text(wildcards):
        return text

    return json_text
