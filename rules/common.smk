"""What all rules share: the checked study, and small functions named for what they return."""

import functools
import hashlib
import json
import sys
from pathlib import Path

sys.path.insert(0, workflow.basedir)

from snakemake.cli import get_argument_parser

from photographs.digests import file_digest
from photographs.shard_names import shards_of_class
from photographs.splits import SPLITS, split_sizes
from workflow_scripts.config import HOME_DOMAINS, load_study
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.hypotheses_record import record_hypotheses
from workflow_scripts.noted_digests import (
    forget_digests,
    name_altered,
    not_yet_anew,
    note_digests,
    set_altered_aside,
)
from workflow_scripts.profile_placeholders import check_filled_in, check_filled_in_command
from workflow_scripts.stale_lock import clear_stale_lock
from workflow_scripts.subject_check import check_subjects
from workflow_scripts.sweeps import drawing_config

try:
    STUDY = load_study(config)
    if workflow.is_main_process:  # once a run: its jobs have the same settings
        check_subjects(STUDY.generators(), STUDY.classes)
except ConfigError as error:
    sys.exit(f"error: {error}")

# How Snakemake is asked to show, list or tidy, and not to run jobs. That it knows itself only after these files.
LOOKING = (
    *("dryrun", "summary", "detailed_summary", "dag", "rulegraph", "filegraph", "d3dag", "lint", "report"),
    *("list_rules", "list_target_rules", "list_changes", "list_input_changes", "list_params_changes", "list_untracked"),
    *("unlock", "archive", "containerize", "generate_unit_tests", "print_compilation", "cleanup_metadata"),
    *("cleanup_shadow", "container_cleanup_images", "list_conda_envs", "conda_cleanup_envs", "conda_create_envs_only"),
    *("delete_all_output", "delete_temp_output"),
)


def is_looking():
    """Return whether this run executes no job: then it leaves the study's files as they are."""
    asked, _ = get_argument_parser().parse_known_args(sys.argv[1:])
    return any(getattr(asked, way) for way in LOOKING)


if workflow.is_main_process:
    if is_looking():
        name_altered(Path.cwd())
    elif clear_stale_lock(Path.cwd()):
        set_altered_aside(Path.cwd())

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


wildcard_constraints:
    class_name="|".join(STUDY.classes),
    first=r"\d+",
    last=r"\d+",
    arm="|".join(STUDY.arms),
    seed_index=r"\d+",
    domain="|".join(DOMAINS),
    sweep="|".join(SWEEP_POINTS) or "none",
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


def put_hypotheses_on_record():
    """Note what is expected, before anything is tested; end the run where the record cannot be read."""
    try:
        record_hypotheses(Path.cwd(), STUDY.frozen_hypotheses(), STUDY.digest())
    except ValueError as error:
        sys.exit(f"error: {error}")


def refuse_placeholders():
    """End the run if it goes to a cluster whose profile is not filled in."""
    partitions = getattr(workflow.executor_settings, "partition_config", None)
    command = getattr(workflow.executor_settings, "submit_cmd", None)
    try:
        if partitions is not None:
            check_filled_in(Path(partitions).parent)
        if command is not None:
            check_filled_in_command(command)
    except ConfigError as error:
        sys.exit(f"error: {error}")


def is_output_file(path):
    """Return whether a rule makes the file at `path` (by itself, not as part of a folder)."""
    outputs = [output for rule in workflow.rules for output in rule.output if not output.is_directory]
    return any(output.match(path) for output in outputs)


def altered_files(wildcards):
    """Return the altered files that were set aside and are to be made anew, as far as this study's rules make them."""
    return [name for name in not_yet_anew(Path.cwd()) if is_output_file(name)]


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
