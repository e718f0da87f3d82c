"""A cluster that ends with the tests that use it."""

import importlib.util
import os

import pytest

from tests.slurm.one_host_cluster import missing_programs, running_cluster
from workflow_scripts.assigned_gpu import ALLOWED

_HOW = "Debian: apt-get install slurm-wlm slurmdbd munge mariadb-server; pip install -r requirements-slurm.lock"


def _what_is_missing() -> str:
    missing = missing_programs()
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        missing.append("snakemake-executor-plugin-slurm")
    if os.geteuid() != 0:
        missing.append("root (slurmd starts jobs as their users)")
    return ", ".join(missing)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return a running cluster of three nodes; SLURM's commands find it by SLURM_CONF."""
    if missing := _what_is_missing():
        pytest.skip(f"NOT TESTED ON SLURM: missing {missing}. {_HOW}")
    with running_cluster(tmp_path_factory.mktemp("slurm")) as running, pytest.MonkeyPatch.context() as environment:
        for name, value in running.environment.items():
            environment.setenv(name, value)
        # Its GPUs are none.
        environment.setenv(ALLOWED, "1")
        yield running
