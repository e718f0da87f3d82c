"""A failure that a user can mend is one line and a non-zero exit; nothing unforeseen is hidden."""

import errno

import pytest
from pydantic import ValidationError

from flax_cnn.config import TrainingConfig
from photographs.atomic_files import CorruptFileError
from workflow_scripts.command import run
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


def test_corrupt_file_is_named_and_removed(tmp_path):
    path = tmp_path / "shard.npz"
    path.write_text("half")
    assert message(CorruptFileError(path, "truncated")) == (
        f"error: {path}: truncated; it was removed: run the same command again to make it anew"
    )
    assert not path.exists()


def test_corrupt_folder_is_removed_whole(tmp_path):
    folder = tmp_path / "checkpoint"
    (folder / "arrays").mkdir(parents=True)
    message(CorruptFileError(folder, "incomplete"))
    assert not folder.exists()


def test_full_disk_is_one_line():
    error = OSError(errno.ENOSPC, "No space left on device", "results/train.npz")
    assert message(error) == "error: results/train.npz: no space left; free some and run the same command again"


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


def test_what_nobody_foresaw_keeps_its_traceback():
    with pytest.raises(KeyError):
        run(failing(KeyError("labels")))


def test_lock_of_a_dead_run_is_cleared(tmp_path):
    stale = tmp_path / ".snakemake" / "locks"
    stale.mkdir(parents=True)
    (stale / "0.input.lock").touch()
    clear_stale_lock(tmp_path)
    assert not stale.exists()


def test_lock_of_a_living_run_stays(tmp_path):
    clear_stale_lock(tmp_path)  # this process now is the living run
    lock = tmp_path / ".snakemake" / "locks"
    lock.mkdir()
    clear_stale_lock_from_another_process(tmp_path)
    assert lock.exists()


def clear_stale_lock_from_another_process(folder):
    import subprocess
    import sys

    code = (
        f"from pathlib import Path; from workflow_scripts.stale_lock import *; clear_stale_lock(Path({str(folder)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
