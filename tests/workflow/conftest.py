"""One finished tiny study that the workflow's tests share."""

import shutil

import pytest

from tests.workflow.study import TinyStudy


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """Return a tiny study that ran to its end. Tests must not change it; see `study_copy`."""
    study = TinyStudy.create(tmp_path_factory.mktemp("study") / "finished")
    finished = study.run()
    assert finished.returncode == 0, finished.stdout
    return study


@pytest.fixture
def study_copy(finished_study, tmp_path):
    """Return a copy of the finished study, times of change included, for a test to alter."""
    folder = tmp_path / "study"
    shutil.copytree(finished_study.folder, folder, symlinks=True)
    return TinyStudy(folder)
