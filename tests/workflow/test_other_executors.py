"""The example profiles for Kubernetes and AWS Batch: what their commands ask of stand-ins for kubectl and aws."""

import json
import os
import re
import subprocess

import pytest
import yaml
from snakemake.cli import get_argument_parser

from tests.workflow.rule_texts import rule_texts
from tests.workflow.study import REPOSITORY, TinyStudy
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.profile_placeholders import check_filled_in_command

NAMES = ("kubernetes", "aws-batch")
PROFILES = {name: yaml.safe_load((REPOSITORY / "profiles" / name / "config.yaml").read_text()) for name in NAMES}
PLUGIN_OPTIONS = {f"cluster-generic-{name}-cmd" for name in ("submit", "status", "cancel")}
PLUGIN_OPTIONS |= {"cluster-generic-cancel-nargs"}
# It keeps what it was asked, and answers what the test says.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$@" > "$ASKED"
case "$*" in *create*) cat > "$ASKED.manifest" ;; esac
printf '%s' "$ANSWER"
exit "${CODE:-0}"
"""


@pytest.fixture
def call(tmp_path):
    """Return a function that runs one of a profile's commands beside stand-ins, and returns what it printed."""
    for name in ("kubectl", "aws"):
        (tmp_path / name).write_text(STAND_IN)
        (tmp_path / name).chmod(0o755)

    def run(profile, command, *arguments, answer="", code=0):
        settings = {"ASKED": str(tmp_path / "asked"), "ANSWER": answer, "CODE": str(code)}
        environment = {**os.environ, **settings, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        program = REPOSITORY / "profiles" / profile / command
        finished = subprocess.run([program, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    return run


def arguments_of_submission(profile, gpus):
    """Return what Snakemake would put in place of the profile's placeholders and braces, and the script."""
    values = {"{threads}": "2", "{resources.mem_mb}": "4000", "{resources.gpu}": gpus, "{resources.runtime}": "30"}
    _, *words = PROFILES[profile]["cluster-generic-submit-cmd"].split()
    return [values.get(word, word.lower().replace("set_", "my-")) for word in words] + ["/study/job.sh"]


@pytest.mark.parametrize("name", NAMES)
def test_snakemake_knows_every_key(name):
    known = {option.lstrip("-") for action in get_argument_parser()._actions for option in action.option_strings}
    assert PROFILES[name].keys() <= known | PLUGIN_OPTIONS
    takes_all = {rule for rule, text in rule_texts().items() if "threads: cores_of_machine" in text}
    assert PROFILES[name]["set-threads"].keys() == takes_all


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_what_a_submission_names(name):
    needed = set(re.findall(r"\{resources\.(\w+)\}", PROFILES[name]["cluster-generic-submit-cmd"]))
    assert needed == {"mem_mb", "gpu", "runtime"}
    for rule, text in rule_texts().items():
        assert all(re.search(rf"^\s+{resource}=", text, re.MULTILINE) for resource in needed), rule


@pytest.mark.parametrize(("name", "first"), [("kubernetes", "SET_NAMESPACE"), ("aws-batch", "SET_QUEUE")])
def test_placeholder_is_refused_in_one_line_and_a_filled_in_command_is_not(name, first):
    command = PROFILES[name]["cluster-generic-submit-cmd"]
    with pytest.raises(ConfigError, match=f"^cluster-generic-submit-cmd: {first} is a placeholder"):
        check_filled_in_command(command)
    check_filled_in_command(re.sub("SET_[A-Z_]+", "mine", command))


@pytest.mark.parametrize("gpus", ["0", "1"])
def test_job_on_kubernetes_has_its_cores_memory_time_volume_and_a_gpu_only_if_it_asks(call, tmp_path, gpus):
    printed = call("kubernetes", "submit", *arguments_of_submission("kubernetes", gpus), answer="fauxtograph-x")
    assert printed == "my-namespace/fauxtograph-x"
    pod = yaml.safe_load((tmp_path / "asked.manifest").read_text())["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["activeDeadlineSeconds"] == 1800
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "my-claim"}
    assert container["image"] == "my-image"
    assert container["command"] == ["sh", "/study/job.sh"]
    assert container["workingDir"] == container["volumeMounts"][0]["mountPath"] == str(tmp_path)
    assert container["resources"]["requests"] == {"cpu": 2, "memory": "4000M"}
    gpu = {"nvidia.com/gpu": 1} if gpus == "1" else {}
    assert container["resources"]["limits"] == {"memory": "4000M", **gpu}


@pytest.mark.parametrize("gpus", ["0", "1"])
def test_job_on_aws_batch_has_its_cores_memory_time_and_a_gpu_only_if_it_asks(call, tmp_path, gpus):
    assert call("aws-batch", "submit", *arguments_of_submission("aws-batch", gpus), answer="1-2-3") == "1-2-3"
    asked = (tmp_path / "asked").read_text().splitlines()
    options = dict(zip(asked[2::2], asked[3::2], strict=True))
    assert (options["--job-queue"], options["--job-definition"]) == ("my-queue", "my-job_definition")
    assert options["--timeout"] == "attemptDurationSeconds=1800"
    overrides = json.loads(options["--container-overrides"])
    assert overrides["command"] == ["sh", "/study/job.sh"]
    needs = {need["type"]: need["value"] for need in overrides["resourceRequirements"]}
    assert needs == {"VCPU": "2", "MEMORY": "4000"} | ({"GPU": "1"} if gpus == "1" else {})


@pytest.mark.parametrize(
    ("name", "answer", "state"),
    [
        ("kubernetes", "x 1 ", "success"),
        ("kubernetes", "x  1", "failed"),
        ("kubernetes", "", "failed"),
        ("kubernetes", "x  ", "running"),
        ("aws-batch", "SUCCEEDED", "success"),
        ("aws-batch", "FAILED", "failed"),
        ("aws-batch", "None", "failed"),
        ("aws-batch", "RUNNABLE", "running"),
    ],
)
def test_states_are_told_in_snakemake_s_words(call, name, answer, state):
    assert call(name, "status", "space/x", answer=answer) == state
    assert call(name, "status", "space/x", code=1) == "running", "a question without answer is asked again"


@pytest.mark.parametrize(("name", "word"), [("kubernetes", "delete"), ("aws-batch", "terminate-job")])
def test_job_is_cancelled_by_the_name_that_its_submission_printed(call, tmp_path, name, word):
    call(name, "cancel", "space/x")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert word in asked
    assert {"x", "space/x"} & set(asked)


@pytest.mark.parametrize("name", NAMES)
def test_dry_run_and_refusal_where_the_plugin_is_installed(name, tmp_path):
    pytest.importorskip("snakemake_executor_plugin_cluster_generic", reason="NOT RUN: pip install it to try")
    study = TinyStudy.create(tmp_path / "study")
    planned = study.run("--workflow-profile", f"profiles/{name}", "--dry-run", "--quiet", "rules")
    assert planned.returncode == 0, planned.stdout
    refused = study.run("--workflow-profile", f"profiles/{name}")
    assert refused.returncode == 1
    assert "error: cluster-generic-submit-cmd: SET_" in refused.stdout
