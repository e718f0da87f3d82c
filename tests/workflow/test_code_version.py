"""The code that made a result is named, in a checkout and in an image that has none."""

import subprocess

import pytest

from workflow_scripts import code_version as module
from workflow_scripts.code_version import code_version


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project's folder that is no checkout, taken for this one."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    monkeypatch.setattr(module, "_ROOT", tmp_path)
    monkeypatch.delenv("STUDY_COMMIT", raising=False)
    return tmp_path


def test_folder_without_checkout_is_said_to_be_one(project):
    assert code_version() == {"code_version": "1.2.3", "commit": "unknown: not a git checkout"}


@pytest.mark.parametrize(("built_from", "said"), [("abc123", "abc123"), ("", "unknown: not a git checkout")])
def test_image_names_the_commit_that_it_was_built_from(project, monkeypatch, built_from, said):
    monkeypatch.setenv("STUDY_COMMIT", built_from)
    assert code_version()["commit"] == said


def test_checkout_s_own_commit_stands_above_what_the_environment_says(project, monkeypatch):
    monkeypatch.setenv("STUDY_COMMIT", "abc123")
    me = ["-c", "user.name=me", "-c", "user.email=me@localhost"]
    for command in (["init", "--quiet"], ["add", "."], [*me, "commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", "-C", project, *command], check=True)
    commit = code_version()["commit"]
    assert len(commit) == 40
    (project / "pyproject.toml").write_text('[project]\nversion = "1.2.4"\n')
    assert code_version() == {"code_version": "1.2.4", "commit": f"{commit} with local changes"}
