"""Two runs of one job never work in its folder at once."""

import errno
import fcntl
import os
import subprocess
import sys
import threading

import pytest

from photographs.exclusive_folder import exclusive_folder

HOLD = """
import sys
from pathlib import Path
from photographs.exclusive_folder import exclusive_folder
with exclusive_folder(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def _start_holder(folder):
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_second_run_waits_says_so_and_goes_on_when_the_first_is_killed(tmp_path, capsys):
    folder = tmp_path / "job"
    holder = _start_holder(folder)
    entered = threading.Event()

    def enter():
        with exclusive_folder(folder):
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.5)
    holder.kill()
    holder.communicate()
    waiting.join(30)
    assert entered.is_set()
    assert capsys.readouterr().err.splitlines() == [
        f"{folder} is in use by another run of this job: waiting for it to end"
    ]


def test_free_folder_is_entered_without_a_word(tmp_path, capsys):
    for _ in range(2):
        with exclusive_folder(tmp_path / "job"):
            assert (tmp_path / "job").is_dir()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("answer", [errno.ENOSYS, errno.ENOLCK])
def test_file_system_without_locks_is_said_and_leaves_no_marker_that_outlives_a_kill(
    tmp_path, capsys, monkeypatch, answer
):
    def no_locks(descriptor, operation):
        raise OSError(answer, os.strerror(answer))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with exclusive_folder(tmp_path / "job"), exclusive_folder(tmp_path / "job"):
        assert (tmp_path / "job").is_dir()
    assert all("has no locks" in line for line in capsys.readouterr().err.splitlines())


def test_other_errors_of_a_lock_are_told(tmp_path, monkeypatch):
    def fails(descriptor, operation):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(OSError, match="Input/output error"), exclusive_folder(tmp_path / "job"):
        pass
