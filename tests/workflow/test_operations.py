"""What docs/operations.md tells an operator to type does what it says."""

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.workflow.study import REPOSITORY, TinyStudy, wait_for

COMMAND = re.search(r"^sed -n .*$", (REPOSITORY / "docs" / "operations.md").read_text(), re.MULTILINE)[0]


def failed_logs(study):
    return subprocess.run(["bash", "-c", COMMAND], cwd=study.folder, capture_output=True, text=True, check=True).stdout


# As the README has it typed, and as `make run` does it.
@pytest.mark.parametrize("quiet", [(), ("--quiet", "host", "reason", "rules")], ids=["plain", "quiet"])
def test_one_command_shows_the_log_of_every_job_that_failed_and_nothing_after_a_run_without(tmp_path, quiet):
    study = TinyStudy.create(tmp_path / "study")
    scripts = [
        study.folder / "workflow_scripts" / f"{name}.py" for name in ("prepare_generator", "prepare_downloaded_photos")
    ]
    texts = [script.read_text() for script in scripts]
    for script, text in zip(scripts, texts, strict=True):
        script.write_text(f"raise ValueError('{script.stem} is broken')\n{text}")
    manifest = "results/generator/manifest.json"
    assert study.run(manifest, "results/downloads/real_photos.json", *quiet).returncode == 1
    shown = failed_logs(study)
    assert re.findall("==> (.*) <==", shown) == ["logs/downloads/real_photos.log", "logs/generator.log"]
    assert all(f"{script.stem} is broken" in shown for script in scripts)
    scripts[0].write_text(texts[0])
    assert study.run(manifest, *quiet).returncode == 0
    assert failed_logs(study) == ""


@pytest.mark.parametrize(("sent", "finished"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_ctrl_c_cancels_running_jobs_and_a_termination_waits_for_them(tmp_path, sent, finished):
    running, made = tmp_path / "running", tmp_path / "made"
    (tmp_path / "Snakefile").write_text(
        f"rule all:\n    output: '{made}'\n    shell: 'touch {running}; sleep 5; touch {{output}}'\n"
    )
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Whoever runs the tests in the background has it ignored, by all that they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert wait_for(running.exists, process)
    # A terminal sends Ctrl-C to all of a command's processes; docs/operations.md names Snakemake's alone for the other.
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    process.wait()
    assert made.exists() is finished
