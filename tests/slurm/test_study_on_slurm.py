"""The tiny study on a real SLURM, with a job killed and a node lost on the way: the files of a local run come out."""

import os
import signal
import time
from contextlib import suppress

import pytest

from tests.slurm.one_host_cluster import ACCOUNT
from tests.workflow.study import TinyStudy

pytestmark = pytest.mark.study
_ON_GPUS = ("--config", "gpus={generation: 1, training: 1}")
# What is made on the cluster: photographs, classifiers and their accuracies; `make slurm-test` makes the whole study.
_TARGET = os.environ.get("SLURM_TARGET", "results/report/summary.json")


def filled_in_profile(study):
    profile = study.folder / "profiles" / "slurm"
    for file in profile.iterdir():
        text = file.read_text()
        for placeholder, value in {
            "SET_ACCOUNT": ACCOUNT,
            "SET_CPU_PARTITION": "cpu",
            "SET_GPU_PARTITION": "gpu",
        }.items():
            text = text.replace(placeholder, value)
        file.write_text(text)
    # Looks at jobs after 3 s in place of 60: the jobs here take seconds.
    return ("--workflow-profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "3")


def running_jobs(cluster, node):
    return cluster.run("squeue", "--noheader", "--states=RUNNING", f"--nodelist={node}", "--format=%i").split()


def wait_for_job(cluster, node, process, seconds=600):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if jobs := running_jobs(cluster, node):
            return jobs[0]
        time.sleep(0.5)
    pytest.fail(f"no job ran on {node}")


def test_killed_job_and_lost_node_change_no_file(cluster, finished_study, tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    log = tmp_path / "log"
    process = study.start(_TARGET, *filled_in_profile(study), *_ON_GPUS, output=log.open("w"), cores=())
    try:
        killed = wait_for_job(cluster, "gpu1", process)
        cluster.run("scancel", "--full", "--signal=KILL", killed)
        while killed in running_jobs(cluster, "gpu1"):
            time.sleep(0.5)
        lost = wait_for_job(cluster, "gpu1", process)
        cluster.fail_node("gpu1")
        cluster.revive_node("gpu1")
        # SLURM starts the lost job again after two minutes, which it gives a failed node to settle.
        process.wait(timeout=1800)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, log.read_text()
    made, local = study.digests(), finished_study.digests()
    assert made.items() <= local.items()
    assert made.keys() == local.keys() if _TARGET == "all" else _TARGET.removeprefix("results/") in made
    states = {(row["JobID"], row["State"]) for row in cluster.accounting("JobID", "State")}
    assert (killed, "CANCELLED by 0") in states, states
    assert (lost, "NODE_FAIL") in states, states
    jobs = cluster.accounting("Partition", "AllocTRES", "Account", "State")
    for row in jobs:
        if row["State"] == "COMPLETED":
            assert ("gres/gpu=1" in row["AllocTRES"]) == (row["Partition"] == "gpu"), row
            assert row["Account"] == ACCOUNT


def test_placeholder_left_in_the_profile_stops_the_run_before_anything_is_submitted(cluster, tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    before = cluster.accounting("JobID")
    finished = study.run("--workflow-profile", "profiles/slurm")
    assert finished.returncode == 1
    assert "profiles/slurm/config.yaml, line " in finished.stdout
    assert "SET_ACCOUNT is a placeholder" in finished.stdout
    assert cluster.accounting("JobID") == before
    assert not list((study.folder / "results").rglob("*.npz"))
