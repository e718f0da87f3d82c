"""The cluster's profile fits the workflow: its rules exist, and the small jobs at the end are one job."""

import re

import pytest
import yaml

from tests.workflow.rule_texts import rule_texts
from tests.workflow.study import REPOSITORY, TinyStudy

PROFILE = yaml.safe_load((REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text())
RULES = rule_texts()
WITH_EVERY_PART = ("--config", "mixtures={seeds: 1, shares: [0.75], real_parts: [0.5], synthetic_parts: []}")


def test_profile_names_no_rule_that_is_not_there():
    assert set(PROFILE["groups"]) | set(PROFILE["set-threads"]) <= RULES.keys()


def test_what_takes_every_core_of_one_machine_has_a_number_of_them_on_a_cluster():
    # Snakemake itself has no number of cores there: it would stop at the first such rule.
    assert PROFILE["set-threads"].keys() == {
        name for name, rule in RULES.items() if "threads: cores_of_machine" in rule
    }


def test_profile_names_every_rule_whose_jobs_can_have_a_gpu():
    # In the file that is edited by hand: a cluster's partitions are written over the other.
    text = (REPOSITORY / "profiles" / "slurm" / "config.yaml").read_text()
    listed = text[text.index("With gpus.generation") : text.index("# The variants")]
    with_gpu = {name for name, rule in RULES.items() if not re.search(r"^\s+gpu=0,", rule, re.MULTILINE)}
    assert {word for word in re.findall(r"\w+", listed) if word in RULES} == with_gpu


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """Return a dry run of a study with every part of the report, in the profile's groups."""
    study = TinyStudy.create(tmp_path_factory.mktemp("study") / "planned")
    groups = [f"{rule}={group}" for rule, group in PROFILE["groups"].items()]
    return study.run("--dry-run", "--quiet", "rules", *WITH_EVERY_PART, "--groups", *groups)


def test_groups_can_be_scheduled(plan):
    assert plan.returncode == 0, plan.stdout


def test_analyses_figures_and_report_are_one_job(plan):
    planned = set(re.findall(r"^(\w+) +\d+$", plan.stdout, re.MULTILINE))
    small = {rule for rule in planned if rule.startswith(("analyse_", "plot_", "write_"))}
    assert small
    assert small <= set(PROFILE["groups"]), "add to groups in profiles/slurm/config.yaml"
    assert len({PROFILE["groups"][rule] for rule in small}) == 1
