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


def model_files(wildcards):
    """Return what the generator's manifest is made from: the folder's files, the trained model's, or none (hub)."""
    if STUDY.image_folder is not None:
        return []
    tiny_vae = STUDY.generator.tiny_vae
    decoder = files_of_folder(tiny_vae) if tiny_vae is not None and is_folder(tiny_vae) else []
    if not is_folder(STUDY.generator.model):
        return decoder
    if STUDY.generator.model == TRAINED_GENERATOR_FOLDER:
        return [TRAINED_GENERATOR_FOLDER, *decoder]
    return files_of_folder(STUDY.generator.model) + decoder


def files_of_folder(folder):
    """Return all files in a folder, sorted."""
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())


def gpus_to_settle_generator():
    """Return how many GPUs prepare_generator needs: those of the jobs that draw, where it tries something out on one."""
    tries = "auto" in (STUDY.generator.rows_per_forward, STUDY.generator.compile)
    return STUDY.gpus.generation if tries and STUDY.image_folder is None else 0


def shards_of_class(class_name):
    """Return the shard files that hold a class's images; their names are the indices of the first and last image."""
    total = STUDY.images_per_class.synthetic
    return [
        f"results/generated_images/{class_name}/{first}-{min(first + STUDY.shard_size, total) - 1}.npz"
        for first in range(0, total, STUDY.shard_size)
    ]


def share_of_arm(wildcards):
    """Return the share of generated photographs in the arm's training data."""
    return STUDY.arms[wildcards.arm].synthetic_share


def study_description():
    """Return what the report says about the study's settings."""
    return {
        "config_sha256": STUDY.digest(),
        "classes": STUDY.classes,
        "train_images_per_class": STUDY.images_per_class.train,
        "arms": {name: arm.model_dump() for name, arm in STUDY.arms.items()},
        "study_seed": STUDY.seed,
    }


def template_files(wildcards):
    """Return the report's page template and style sheet."""
    return sorted(
        str(path.relative_to(workflow.basedir))
        for path in Path(workflow.basedir, "transfer_analysis/report/templates").iterdir()
    )
