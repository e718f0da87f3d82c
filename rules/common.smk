"""What all rules share: the checked study, and small functions named for what they return."""

import functools
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

from photographs.digests import file_digest
from photographs.layered_settings import read_settings
from photographs.shard_names import shards_of_class
from photographs.splits import SPLITS, split_sizes
from workflow_scripts.config import HOME_DOMAINS, load_study
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.subject_check import check_subjects
from workflow_scripts.sweeps import drawing_config

try:
    # What looks at the files is done once a run: its jobs have the same settings.
    if workflow.is_main_process:
        # Snakemake has read them already, and of a key that stands twice dropped the first without a word.
        read_settings(workflow.configfiles)
    STUDY = load_study(config)
    if workflow.is_main_process:
        check_subjects(STUDY.generators(), STUDY.classes)
except (ConfigError, ValueError) as error:
    sys.exit(f"error: {error}")

DOMAINS = HOME_DOMAINS
# For --sdm conda: where the networks' jobs have a GPU, JAX comes with its plugin for CUDA. PyTorch has it anyway.
NETWORKS_ENVIRONMENT = "../envs/flax_cnn_cuda.yaml" if STUDY.gpus.training else "../envs/flax_cnn.yaml"
# Where images come from a folder: the file that lists them, and the option that names it to commands.
IMAGE_LISTING = {"listing": "results/generator/image_folder.json"} if STUDY.image_folder is not None else {}
LISTING_OPTION = f"--image-listing {IMAGE_LISTING['listing']}" if IMAGE_LISTING else ""
SWEEP_POINTS = STUDY.sweep_points()
SWEEP_SPLITS = split_sizes(STUDY.sweep_size.images_per_class)
# What chooses between settings: real photographs that neither train a classifier nor judge the study.
VALIDATION = "real_validation"
# What no wildcard matches, whatever arms and sweeps are called.
NOTHING = r"(?!)"


wildcard_constraints:
    class_name="|".join(STUDY.classes),
    first=r"\d+",
    last=r"\d+",
    arm="|".join(STUDY.arms),
    seed_index=r"\d+",
    domain="|".join(DOMAINS),
    sweep="|".join(SWEEP_POINTS) or NOTHING,
    point=r"[^/]+",
    drawing=r"[^/]+",
    subset=r"all|without_\d+",
    figure="[a-z_]+",


def sources(*names):
    """Return the source files that decide a rule's result: whole packages, or single commands of workflow_scripts."""
    files = []
    for name in names:
        path = Path(workflow.basedir, name)
        files += sorted([*path.rglob("*.py"), *path.rglob("*.cc")]) if path.is_dir() else [path]
    return [str(file.relative_to(workflow.basedir)) for file in files]


def files_of_command(command, *packages):
    """Return the names of what decides a command's result: its own file, what every command shares, and `packages`."""
    return (f"workflow_scripts/{command}.py", "workflow_scripts/command.py", "photographs", *packages)


def command_sources(command, *packages):
    """Return the sources of one command."""
    return sources(*files_of_command(command, *packages))


@functools.cache
def sources_digest(*names):
    """Return a digest of what `sources` names: for rules of thousands of jobs, whose plans grow with every input file.

    As a parameter it does what input files do: a job is redone when the content changes, whatever its time.
    """
    text = "".join(f"{name} {file_digest(Path(workflow.basedir, name))}\n" for name in sources(*names))
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(settings):
    """Return a params function that gives a slice of the study as JSON, the same for the same settings.

    A function, because Snakemake would take the braces in a plain string for wildcards.
    """
    plain = settings.model_dump(mode="json") if hasattr(settings, "model_dump") else settings
    text = json.dumps(plain, sort_keys=True)

    def json_text(wildcards):
        return text

    return json_text


def without_effect(setting):
    """Return a params function that gives a setting which changes no result: another value makes nothing anew.

    Snakemake keeps no note of a parameter whose function takes the job's resources, for it may differ by the job.
    """

    def setting_of_job(wildcards, resources):
        return setting

    return setting_of_job


def more_each_try(amount):
    """Return a resource's function: `amount` at the first try, twice and three times as much at the next ones."""

    def amount_of_try(wildcards, attempt):
        return amount * attempt

    return amount_of_try


def cores_of_machine(wildcards):
    """Return the cores that Snakemake was given; a cluster's profile sets the rule's threads itself."""
    return workflow.cores


def gpus_to_ask_networks():
    """Return how many GPUs a job needs that asks trained networks: of several, which a training shares, it uses one."""
    return min(1, STUDY.gpus.training)


def gpus_to_settle(generator):
    """Return how many GPUs a job needs that settles a generator: those of the jobs that draw, where it tries one out."""
    return STUDY.gpus.generation if "auto" in (generator.rows_per_forward, generator.compile) else 0


def all_shards(folder, images_per_class):
    """Return the shard files below `folder` that hold the images of all classes."""
    return [
        shard for name in STUDY.classes for shard in shards_of_class(folder, name, images_per_class, STUDY.shard_size)
    ]


def folder_of_shards(wildcards, input):
    """Return the folder that holds the shards, each in its class's folder."""
    return str(Path(input.shards[0]).parent.parent)


def output_folder(wildcards, output):
    """Return the folder that a rule's first output lies in."""
    return str(Path(output[0]).parent)


def named_photos(wildcards, input):
    """Return DOMAIN=FILE for every test set among a rule's inputs."""
    return [f"{domain}={path}" for domain, path in input.items() if domain in (*DOMAINS, VALIDATION)]


def share_of_arm(wildcards):
    """Return the share of generated photographs in the arm's training data."""
    return STUDY.arms[wildcards.arm].synthetic_share


def photos_to_train_on(kind, share):
    """Return the train and the validation set of a kind of photographs, none where a network's share of them is 0."""
    return expand(f"results/{kind}_photos/{{split}}.npz", split=("train", "val")) if share else []


def real_photos_of_arm(wildcards):
    """Return the real photographs that an arm trains on."""
    return photos_to_train_on("real", 1 - share_of_arm(wildcards))


def synthetic_photos_of_arm(wildcards):
    """Return the generated photographs that an arm trains on."""
    return photos_to_train_on("synthetic", share_of_arm(wildcards))


def study_description():
    """Return what the report says about the study's settings."""
    return {
        "config_sha256": STUDY.digest(),
        "classes": STUDY.classes,
        "train_images_per_class": STUDY.images_per_class.train,
        "arms": {name: arm.model_dump() for name, arm in STUDY.arms.items()},
        "study_seed": STUDY.seed,
        "mixture_test_share": STUDY.mixture_test_share,
    }


def template_files(wildcards):
    """Return the report's page template and style sheet."""
    return sorted(
        str(path.relative_to(workflow.basedir))
        for path in Path(workflow.basedir, "transfer_analysis/report/templates").iterdir()
    )
