"""What a run does before its first job and after its last: locks, altered files, and what it refuses."""

import functools
import sys
from pathlib import Path

from snakemake.cli import get_argument_parser

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

# How Snakemake is asked to show, list or tidy, and not to run jobs. That it knows itself only after these files.
LOOKING = (
    *("dryrun", "summary", "detailed_summary", "dag", "rulegraph", "filegraph", "d3dag", "lint", "report"),
    *("list_rules", "list_target_rules", "list_changes", "list_input_changes", "list_params_changes", "list_untracked"),
    *("unlock", "archive", "containerize", "generate_unit_tests", "print_compilation", "cleanup_metadata"),
    *("cleanup_shadow", "container_cleanup_images", "list_conda_envs", "conda_cleanup_envs", "conda_create_envs_only"),
    *("delete_all_output", "delete_temp_output"),
)


def refuse_too_many_gpus():
    """End the run if a job asks for more GPUs than it may use: Snakemake would give it fewer, without a word."""
    limit = workflow.global_resources.get("gpu")
    most = limit and limit.value
    for kind, asked in STUDY.gpus.model_dump().items():
        if most is not None and asked > most:
            sys.exit(
                f"error: gpus.{kind} is {asked}, and this run may use {most}: add --resources gpu={asked}, or lower it"
            )


if workflow.is_main_process:
    refuse_too_many_gpus()
    asked, _ = get_argument_parser().parse_known_args(sys.argv[1:])
    if any(getattr(asked, way) for way in LOOKING):
        name_altered(Path.cwd())
    # Who touches the files says that what is there is good.
    elif clear_stale_lock(Path.cwd()) and not asked.touch:
        set_altered_aside(Path.cwd())


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


@functools.cache
def output_files():
    """Return the rules' outputs that are files."""
    return [output for rule in workflow.rules for output in rule.output if not output.is_directory]


def is_output_file(path):
    """Return whether a rule makes the file at `path` (by itself, not as part of a folder)."""
    return any(output.match(path) for output in output_files())


def altered_files(wildcards):
    """Return the altered files that were set aside and are to be made anew, as far as this study's rules make them."""
    return [name for name in not_yet_anew(Path.cwd()) if is_output_file(name)]
