"""With --sdm apptainer every job runs in the project's image. A stand-in for Apptainer says what it was asked."""

import pytest

from tests.workflow.study import TinyStudy

STAND_IN = """#!/bin/sh
if [ "$1" = --version ]; then echo "apptainer version 1.3.6"; exit; fi
echo "$@" >> "$CALLS"
while [ "$1" != "$STUDY_IMAGE" ]; do shift; done
shift
exec "$@"
"""


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """Put a stand-in for Apptainer first on PATH; return the file that it writes its arguments to."""
    program, image = tmp_path / "bin" / "apptainer", tmp_path / "image.sif"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    image.touch()
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("STUDY_IMAGE", str(image))
    return tmp_path / "calls"


def test_jobs_run_in_the_image_at_the_study_s_folder(calls, tmp_path):
    study = TinyStudy.create(tmp_path / "study")
    target = "results/generator/manifest.json"
    finished = study.run(target, "--sdm", "apptainer")
    assert finished.returncode == 0, finished.stdout
    assert (study.folder / target).is_file()
    asked = calls.read_text()
    assert f"exec --home {study.folder}" in asked.replace("'", "")
    assert "python -m workflow_scripts.prepare_generator" in asked
