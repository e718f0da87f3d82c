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
    return tmp_path


def test_folder_without_checkout_is_said_to_be_one(project):
    assert code_version() == {"code_version": "1.2.3", "commit": "unknown: not a git checkout"}


def commit_all(project):
    me = ["-c", "user.name=me", "-c", "user.email=me@localhost"]
    for command in (["init", "--quiet"], ["add", "."], [*me, "commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", "-C", project, *command], check=True)


@pytest.mark.parametrize(("built_from", "said"), [("abc123\n", "abc123"), ("\n", "unknown: not a git checkout")])
def test_image_names_the_commit_that_it_was_built_from(project, built_from, said):
    (project / ".commit").write_text(built_from)
    assert code_version()["commit"] == said


def test_checkout_names_its_commit_and_whether_files_differ_from_it(project):
    commit_all(project)
    commit = code_version()["commit"]
    assert len(commit) == 40
    (project / "pyproject.toml").write_text('[project]\nversion = "1.2.4"\n')
    assert code_version() == {"code_version": "1.2.4", "commit": f"{commit} with local changes"}


def test_copy_inside_another_checkout_does_not_take_that_ones_commit(project, monkeypatch):
    copy = project / "unpacked"
    copy.mkdir()
    (copy / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    commit_all(project)
    monkeypatch.setattr(module, "_ROOT", copy)
    assert code_version()["commit"] == "unknown: not a git checkout"
    monkeypatch.setenv("GIT_DIR", str(project / ".git"))
    assert code_version()["commit"] == "unknown: not a git checkout"


@pytest.mark.parametrize("change", [(), ("pack-refs", "--all"), ("checkout", "--quiet", "--detach")])
def test_checkout_in_an_image_without_git_names_its_commit_all_the_same(project, monkeypatch, change):
    commit_all(project)
    commit = code_version()["commit"]
    if change:
        subprocess.run(["git", "-C", project, *change], check=True)
    monkeypatch.setenv("PATH", "")
    assert code_version()["commit"] == f"{commit}, local changes unknown: git could not be asked"
