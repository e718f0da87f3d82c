"""Killed or spoilt, the same command again ends with the files of an undisturbed run."""

import os
import random
import re
import signal
import subprocess
import time

import pytest

from tests.workflow.study import TinyStudy, kill_group, wait_for

pytestmark = pytest.mark.study


def spoil(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def test_killed_at_random_moments_it_ends_with_the_same_files(finished_study, tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    moments = random.Random(20)
    for kill in range(4):
        process = study.start()
        try:
            process.wait(timeout=moments.uniform(6, 25))
        except subprocess.TimeoutExpired:
            if kill % 2:
                os.kill(process.pid, signal.SIGKILL)  # Snakemake alone: its jobs live on as orphans
                process.stdout.close()
                process.wait()
            else:
                kill_group(process)
    finished = study.run()
    assert finished.returncode == 0, finished.stdout
    assert study.digests() == finished_study.digests()


def test_killed_job_is_redone_and_finished_ones_are_kept(finished_study, tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    process = study.start()
    shards = study.folder / "results" / "generated_images"
    assert wait_for(lambda: len(list(shards.glob("*/*.npz"))) >= 3, process)
    kill_group(process)
    kept = {path: path.stat().st_mtime_ns for path in shards.glob("*/*.npz")}
    finished = study.run()
    assert finished.returncode == 0, finished.stdout
    untouched = [path for path, changed in kept.items() if path.stat().st_mtime_ns == changed]
    assert len(untouched) >= len(kept) - 2  # at most the two that were being finished
    assert study.digests() == finished_study.digests()


@pytest.mark.parametrize(
    ("spoilt", "removed", "target"),
    [
        ("generated_images/frog/0-11.npz", "synthetic_photos", "synthetic_photos/manifest.json"),
        ("classifiers/real/seed_0/checkpoint", "predictions/real/seed_0", "predictions/real/seed_0/real.npz"),
        ("predictions/mixture/seed_1/real.npz", "report", "report/report.html"),
    ],
)
def test_spoilt_file_is_named_and_made_anew(finished_study, study_copy, spoilt, removed, target):
    results = study_copy.folder / "results"
    for path in (results / removed).rglob("*"):
        if path.is_file():
            path.unlink()
    victim = results / spoilt
    if victim.is_dir():
        victim = max((path for path in victim.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    before = victim.stat()
    spoil(victim)
    os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
    time.sleep(0.1)
    first = study_copy.run(f"results/{target}")
    assert first.returncode != 0
    assert re.search(rf"error: \S*results/{re.escape(spoilt)}: ", first.stdout), first.stdout
    assert "run the same command again" in first.stdout
    second = study_copy.run(f"results/{target}")
    assert second.returncode == 0, second.stdout
    assert study_copy.digests() == finished_study.digests()
