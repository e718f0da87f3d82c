"""The workflow's own commands, run as the rules run them: each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

FAKE_TOKEN = "hf_NotATrueTokenButLongEnough"


def run_command(name, *arguments, check=True, **environment):
    """Run a command of workflow_scripts; offline, without a token, unless `environment` says otherwise."""
    finished = start_command(name, *arguments, **environment)
    output, errors = finished.communicate(timeout=900)
    result = subprocess.CompletedProcess(finished.args, finished.returncode, output, errors)
    if check:
        assert result.returncode == 0, result.stderr
    return result


def start_command(name, *arguments, **environment):
    """Start a command of workflow_scripts."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    return subprocess.Popen(
        [sys.executable, "-m", f"workflow_scripts.{name}", *map(str, arguments)],
        env={**clean, "HF_HUB_OFFLINE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def the_line(finished):
    """Return the one line that an expected failure ends with, after checking that it is all there is to it."""
    assert finished.returncode == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    line = finished.stderr.strip().splitlines()[-1]
    assert line.startswith("error: ")
    return line


def draw_frogs(manifest, folder, last=2, check=True, **environment):
    """Run generate_images for frogs 0 to `last`; return what came of it and the shard's path."""
    shard = Path(folder) / "shard.npz"
    finished = run_command(
        "generate_images",
        *("--generator-manifest", manifest, "--class-name", "frog", "--first", 0, "--last", last),
        *("--state-folder", Path(folder) / "state", "--output", shard),
        check=check,
        **environment,
    )
    return finished, shard
