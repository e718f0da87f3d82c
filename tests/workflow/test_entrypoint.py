"""How the container's entry point lays the project's code into a study's folder, without a container."""

import subprocess

import pytest

from tests.workflow.study import REPOSITORY


@pytest.fixture
def enter(tmp_path):
    """Return a function that runs a command through the entry point, in a folder `study` for /study."""
    project, study = tmp_path / "project", tmp_path / "study"
    (project / "benchmarks").mkdir(parents=True)
    (project / "rules").mkdir()
    study.mkdir()
    for name in ("Snakefile", "README.md", "config.yaml", "benchmarks/scaling.py", "benchmarks/speeds.yaml"):
        (project / name).write_text(f"the project's {name}")
    script = (REPOSITORY / "container" / "entrypoint").read_text()
    (tmp_path / "entrypoint").write_text(script.replace("/opt/fauxtograph", str(project)).replace("/study", str(study)))

    def run(*command):
        return subprocess.run(["sh", tmp_path / "entrypoint", *command], capture_output=True, text=True)

    return run


def test_code_is_linked_settings_are_the_users_own_and_times_have_a_folder(enter, tmp_path):
    study = tmp_path / "study"
    for _ in range(2):
        entered = enter("cat", "Snakefile", "benchmarks/scaling.py", "benchmarks/speeds.yaml", "config.yaml")
        assert entered.returncode == 0, entered.stderr
    assert entered.stdout.count("the project's") == 4
    assert (study / "Snakefile").is_symlink()
    assert (study / "rules").is_symlink()
    assert not (study / "benchmarks").is_symlink()
    assert not (study / "config.yaml").is_symlink()
    (study / "config.yaml").write_text("seeds: 5")
    assert enter("cat", "config.yaml").stdout == "seeds: 5"


@pytest.mark.parametrize("linked", [True, False])
def test_playground_reads_a_studys_settings_in_its_folder_and_the_images_code(enter, tmp_path, monkeypatch, linked):
    study, project, programs = (tmp_path / name for name in ("study", "project", "programs"))
    programs.mkdir()
    (programs / "python").write_text('#!/bin/sh\npwd; echo "$PYTHONPATH" "$FAUXTOGRAPH_RESULTS" "$@"\n')
    (programs / "python").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    (study / "config.yaml").write_text("seeds: 5")
    if linked:
        (study / "models").mkdir()
    folder, started = enter("playground", "--verbose").stdout.splitlines()
    assert folder == str(study if linked else project)
    assert started == f"{project} {study}/results -P -m webserver --config {study}/config.yaml --verbose"


@pytest.mark.parametrize("name", ["README.md", "rules", "benchmarks/scaling.py"])
def test_what_is_the_users_own_is_left_and_named(enter, tmp_path, name):
    mine = tmp_path / "study" / name
    mine.mkdir() if name == "rules" else mine.parent.mkdir(exist_ok=True)
    if name != "rules":
        mine.write_text("mine")
    refused = enter("true")
    assert refused.returncode == 1
    assert f"{name} is a file of yours, where the project's own is to be" in refused.stderr
    assert not mine.is_symlink()
