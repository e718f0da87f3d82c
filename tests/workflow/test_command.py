"""A failure that a user can mend is one line and a non-zero exit; nothing unforeseen is hidden."""

import errno
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from flax_cnn.config import TrainingConfig
from photographs.atomic_files import CorruptFileError
from workflow_scripts.command import run
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.stale_lock import clear_stale_lock


def failing(error):
    def main():
        raise error

    return main


def message(error):
    with pytest.raises(SystemExit) as raised:
        run(failing(error))
    assert "\n" not in raised.value.code
    return raised.value.code


def test_corrupt_file_of_the_study_is_named_and_set_aside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path, aside = Path("results/shards/0.npz"), Path("results/.unfinished/damaged/shards/0.npz")
    path.parent.mkdir(parents=True)
    for text in ("half", "once more"):
        path.write_text(text)
        assert message(CorruptFileError(path, "truncated")) == (
            f"error: {path}: truncated; it was set aside, to {aside}: run the same command again to make it anew"
        )
        assert not path.exists()
        assert aside.read_text() == text


def test_corrupt_folder_is_set_aside_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = Path("results/classifiers/real/checkpoint")
    (folder / "arrays").mkdir(parents=True)
    message(CorruptFileError(folder, "incomplete"))
    assert not folder.exists()
    assert Path("results/.unfinished/damaged/classifiers/real/checkpoint/arrays").is_dir()


def test_corrupt_download_in_the_cache_is_removed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = tmp_path / "fauxtograph" / "cifar10"
    package.mkdir(parents=True)
    assert "it was removed" in message(CorruptFileError(package, "another digest"))
    assert not package.exists()


def test_what_is_not_the_studys_own_is_left_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert "so it was left where it is" in message(CorruptFileError(tmp_path / "mine", "not readable"))
    assert (tmp_path / "mine").is_dir()


def test_shortage_of_memory_is_one_line():
    assert message(MemoryError("176 MiB")) == "error: memory ran short (176 MiB); run it again where there is more"


def test_full_disk_is_one_line():
    error = OSError(errno.ENOSPC, "No space left on device", "results/train.npz")
    assert message(error) == "error: results/train.npz: no space left; free some and run the same command again"


def test_file_that_cannot_be_read_is_one_line_and_an_error_without_a_file_keeps_its_traceback():
    assert message(PermissionError(errno.EACCES, "Permission denied", "hub")) == "error: hub: Permission denied"
    assert message(IsADirectoryError(errno.EISDIR, "Is a directory", "x.png")) == "error: x.png: Is a directory"
    with pytest.raises(ConnectionError):
        run(failing(ConnectionError("reset")))


def test_missing_file_and_impossible_value_are_one_line():
    assert message(FileNotFoundError(2, "no such folder", "model")) == "error: model: no such folder"
    assert message(ValueError("seeds is 0; it must be 1 or more")) == "error: seeds is 0; it must be 1 or more"


def test_settings_that_cannot_be_are_one_line():
    def settings(**changes):
        with pytest.raises(ValidationError) as caught:
            TrainingConfig.model_validate(changes)
        return caught.value

    assert message(settings(steps=0)).startswith("error: TrainingConfig.steps: Input should be greater than or equal")
    assert message(settings(augmentation={"flips": True})).startswith("error: TrainingConfig.augmentation.flips: ")
    assert message(settings(steps=25)).startswith("error: TrainingConfig: steps is 25 and evaluations is 10: make")


def test_setting_that_cannot_be_is_one_line():
    assert message(ConfigError("config: seeds is 0")) == "error: config: seeds is 0"


def test_what_nobody_foresaw_keeps_its_traceback():
    with pytest.raises(KeyError):
        run(failing(KeyError("labels")))


def leave_lock(folder):
    """Leave what a killed run does; return Snakemake's lock."""
    clear_stale_lock_from_another_process(folder)
    stale = folder / ".snakemake" / "locks"
    stale.mkdir()
    (stale / "0.input.lock").touch()
    return stale


@pytest.mark.parametrize("changed", [{}, {"name": "another container"}, {"boot": "the one before"}])
def test_lock_of_a_dead_run_is_cleared(tmp_path, changed):
    stale = leave_lock(tmp_path)
    note = tmp_path / ".snakemake" / "fauxtograph_machine.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | changed))
    assert clear_stale_lock(tmp_path)
    assert not stale.exists()


@pytest.mark.parametrize("noted", ['{"name": "login2", "boot": "its own"}', None, "{"])
def test_lock_of_a_run_elsewhere_stays_and_is_said_to(tmp_path, capsys, noted):
    stale = leave_lock(tmp_path)
    note = tmp_path / ".snakemake" / "fauxtograph_machine.json"
    note.unlink()
    if noted:
        note.write_text(noted)
    assert not clear_stale_lock(tmp_path)
    assert stale.exists()
    (line,) = capsys.readouterr().err.splitlines()
    assert ("login2" if noted and "login2" in noted else "not known") in line
    assert "snakemake --unlock" in line


def test_lock_of_a_living_run_stays_and_the_second_run_ends(tmp_path):
    clear_stale_lock(tmp_path)  # this process now is the living run
    lock = tmp_path / ".snakemake" / "locks"
    lock.mkdir()
    (lock / "0.input.lock").touch()
    other = clear_stale_lock_from_another_process(tmp_path)
    assert (other.returncode, other.stderr) == (
        1,
        "error: another run works in this study; wait for its end, or stop it\n",
    )
    assert lock.exists()


def clear_stale_lock_from_another_process(folder):
    import subprocess
    import sys

    code = (
        f"from pathlib import Path; from workflow_scripts.stale_lock import *; clear_stale_lock(Path({str(folder)!r}))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
