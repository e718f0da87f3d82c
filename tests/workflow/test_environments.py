"""The conda environments, which cannot be made without conda's servers, hold what the rules' commands import.

Read from the imports themselves, those inside functions included. The same imports show that no command has both JAX
and PyTorch, which would share a GPU's memory in one process.
"""

import re
import sys
from functools import cache
from importlib.metadata import packages_distributions

import grimp
import pytest
import yaml

from tests.workflow.study import REPOSITORY
from tests.workflow.test_house import LOCK, pins

ROOMS = ("workflow_scripts", "photographs", "text_to_image", "flax_cnn", "transfer_analysis", "data_set_export")
ROOMS_OF_THE_PLAYGROUND = ("webserver",)
NETWORKS = {"../envs/flax_cnn.yaml", "../envs/flax_cnn_cuda.yaml"}
# The others import its classes' names from the module whose function imports tensorflow-datasets.
READING_CIFAR10 = {"workflow_scripts.prepare_real_photos", "workflow_scripts.prepare_downloaded_photos"}
# diffusers and transformers load PyTorch.
SEEING_GPUS = {"jax", "torch", "diffusers", "transformers"}
CUDA = {name: pins((REPOSITORY / f"requirements-cuda-{name}.txt").read_text()) for name in ("jax", "torch")}


def rules_with_their_own_environment():
    """Return (rule, environments' files, modules of the commands it runs) of every rule that names both."""
    found = []
    for path in sorted((REPOSITORY / "rules").glob("*.smk")):
        for rule in re.split(r"\n(?=rule |use rule )", path.read_text())[1:]:
            environment = re.search(r"conda:\n\s+(?:#.*\n\s+)*(\S+)", rule)
            commands = set(re.findall(r"python -m (workflow_scripts\.\w+)", rule))
            commands |= {f"workflow_scripts.{name}" for name in re.findall(r'command="(\w+)"', rule)}
            if environment and commands:
                named = environment[1].strip('"')
                files = NETWORKS if named == "NETWORKS_ENVIRONMENT" else {named}
                found.append((rule.split("\n")[0].split()[-1].rstrip(":"), files, sorted(commands)))
    return found


RULES = rules_with_their_own_environment()


@cache
def imports():
    return grimp.build_graph(*ROOMS, *ROOMS_OF_THE_PLAYGROUND, include_external_packages=True)


def packages_imported_by(command):
    """Return the names of what is imported that is neither of this project nor of Python itself."""
    own = {*ROOMS, *ROOMS_OF_THE_PLAYGROUND}
    roots = {module.split(".")[0] for module in imports().find_upstream_modules(command)}
    return roots - own - sys.stdlib_module_names


def plain(name):
    return name.lower().replace("_", "-")


DISTRIBUTIONS = packages_distributions()


def distributions_of(package):
    return {plain(name) for name in DISTRIBUTIONS.get(package, [package])}


def pins_of(environment):
    dependencies = yaml.safe_load((REPOSITORY / "rules" / environment).read_text())["dependencies"]
    return pins("\n".join(next(entry["pip"] for entry in dependencies if isinstance(entry, dict))))


# Each comes in the one version that its package names.
COMES_WITH = {"jaxlib": "jax", "pydantic-core": "pydantic"}


@cache
def installed_with(environment):
    """Return the names of an environment's pins, and of what comes in one version with them."""
    found = {plain(name) for name in pins_of(environment)}
    return found | {part for part, whole in COMES_WITH.items() if whole in found}


@pytest.mark.parametrize(("rule", "environments", "commands"), RULES, ids=[rule[0] for rule in RULES])
def test_environment_of_a_rule_has_all_that_its_commands_import(rule, environments, commands):
    for environment in environments:
        for command in commands:
            imported = packages_imported_by(command) - (
                set() if command in READING_CIFAR10 else {"tensorflow_datasets"}
            )
            missing = {name for name in imported if not distributions_of(name) & installed_with(environment)}
            assert not missing, f"{environment} lacks {missing}, which {command} imports"


@pytest.mark.parametrize(("rule", "environments", "commands"), RULES, ids=[rule[0] for rule in RULES])
def test_no_command_has_both_jax_and_torch(rule, environments, commands):
    for command in commands:
        assert not {"jax", "torch"} <= packages_imported_by(command), command


@pytest.mark.parametrize(("rule", "environments", "commands"), RULES, ids=[rule[0] for rule in RULES])
def test_command_that_would_see_every_gpu_is_shown_its_own_alone(rule, environments, commands):
    if any(packages_imported_by(command) & SEEING_GPUS for command in commands):
        assert "workflow_scripts.with_own_gpu" in commands


def test_both_gpu_frameworks_get_the_same_cuda_libraries_and_the_lock_s_versions():
    shared = CUDA["jax"].keys() & CUDA["torch"].keys()
    assert {"nvidia-cudnn-cu13", "nvidia-nccl-cu13", "nvidia-cublas"} <= shared
    assert {name: CUDA["jax"][name] for name in shared} == {name: CUDA["torch"][name] for name in shared}
    assert CUDA["jax"]["jax-cuda13-plugin"] == CUDA["jax"]["jax-cuda13-pjrt"] == LOCK["jax"]
    assert f"torch==={LOCK['torch']}\n" in (REPOSITORY / "requirements-cuda-torch.txt").read_text()
    assert pins_of("../envs/flax_cnn_cuda.yaml").items() >= CUDA["jax"].items()
