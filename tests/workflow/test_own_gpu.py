"""Jobs side by side on a machine with two GPUs (a made-up nvidia-smi lists them): each has one of its own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workflow.rule_texts import rule_texts
from tests.workflow.study import REPOSITORY
from workflow_scripts.assigned_gpu import ALLOWED

SAME_BITS = ("--xla_gpu_exclude_nondeterministic_ops=true", "--xla_gpu_autotune_level=0")
SAY_GPU_AND_STAY = 'echo "$CUDA_VISIBLE_DEVICES" "${JAX_PLATFORMS-}"; read -r _'


@pytest.fixture
def environment(tmp_path):
    """Return the environment of a machine with two GPUs and no jobs on them."""
    listing = tmp_path / "nvidia-smi"
    listing.write_text("#!/bin/sh\necho 0, GPU-aaaa-0\necho 1, GPU-bbbb-1\n")
    listing.chmod(0o755)
    hidden = (
        "CUDA_VISIBLE_DEVICES",
        "SLURM_JOB_ID",
        "STUDY_GPUS",
        "JAX_PLATFORMS",
        "XLA_PYTHON_CLIENT_MEM_FRACTION",
        "PYTORCH_CUDA_ALLOC_CONF",
        ALLOWED,
        "XLA_FLAGS",
    )
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PATH": f"{tmp_path}:{os.environ['PATH']}", "STUDY_GPU_LOCKS": str(tmp_path / "locks")}


def start(environment, n_gpus=1):
    """Start a job that says which GPUs it sees and stays until its input ends."""
    command = [sys.executable, "-m", "workflow_scripts.with_own_gpu", str(n_gpus), "sh", "-c", SAY_GPU_AND_STAY]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def end(*jobs):
    for job in jobs:
        job.communicate()


def test_two_jobs_have_a_gpu_each_and_the_third_waits_for_the_first_to_end(environment):
    first, second = start(environment), start(environment)
    assert {first.stdout.readline().strip(), second.stdout.readline().strip()} == {"0", "1"}
    third = start(environment)
    time.sleep(1)
    assert environment_of(third).get("CUDA_VISIBLE_DEVICES") is None, "the third job started with a GPU in use"
    end(first)
    freed = third.stdout.readline().strip()
    fourth = start(environment)
    end(second)
    assert {freed, fourth.stdout.readline().strip()} == {"0", "1"}
    end(third, fourth)


def environment_of(job):
    text = Path(f"/proc/{job.pid}/environ").read_text()
    return dict(line.split("=", 1) for line in text.split("\0") if "=" in line)


def test_killed_job_gives_its_gpu_back(environment):
    both = start(environment, n_gpus=2)
    assert both.stdout.readline().strip() == "0,1"
    both.send_signal(signal.SIGKILL)
    both.communicate()
    after = start(environment)
    assert after.stdout.readline().strip() in {"0", "1"}
    end(after)


def test_scheduler_s_choice_is_left_alone(environment):
    chosen = {"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "3"}
    jobs = [start({**environment, **chosen}) for _ in range(2)]
    assert [job.stdout.readline().strip() for job in jobs] == ["3", "3"]
    end(*jobs)


def test_gpu_that_was_asked_for_by_gres_is_used_though_snakemake_counts_none(environment):
    chosen = {"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "3"}
    job = start({**environment, **chosen, "STUDY_GPUS": "gres"}, n_gpus=0)
    assert job.stdout.readline().strip() == "3"
    end(job)
    job = start({**environment, "SLURM_JOB_ID": "8", "STUDY_GPUS": "gres"}, n_gpus=0)
    assert job.stdout.readline().rstrip("\n") == " cpu"
    end(job)


def test_jobs_in_one_allocation_of_several_gpus_have_one_each_whatever_other_allocations_call_theirs(environment):
    allocations = [{"SLURM_JOB_ID": job, "CUDA_VISIBLE_DEVICES": "0,1"} for job in ("7", "8")]
    jobs = [start({**environment, **allocation}) for allocation in allocations for _ in range(2)]
    assert sorted(job.stdout.readline().strip() for job in jobs[:2]) == ["0", "1"]
    assert sorted(job.stdout.readline().strip() for job in jobs[2:]) == ["0", "1"]
    end(*jobs)


def test_job_may_fill_most_of_its_gpu_and_no_more_unless_the_user_says_otherwise(environment):
    shares = {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.9", "PYTORCH_CUDA_ALLOC_CONF": "per_process_memory_fraction:0.9"}
    job = start(environment)
    job.stdout.readline()  # so that it is the command itself that runs
    theirs = environment_of(job)
    assert {name: theirs[name].split(",")[0] for name in shares} == shares
    end(job)
    job = start({**environment, "XLA_PYTHON_CLIENT_MEM_FRACTION": "0.4"})
    job.stdout.readline()
    assert environment_of(job)["XLA_PYTHON_CLIENT_MEM_FRACTION"] == "0.4"
    end(job)


def test_xla_computes_the_same_way_every_time_unless_the_user_says_otherwise(environment):
    theirs = "--xla_gpu_autotune_level=4"
    for given, expected in (({}, [*SAME_BITS]), ({"XLA_FLAGS": theirs}, [*SAME_BITS, theirs])):
        job = start({**environment, **given})
        job.stdout.readline()  # so that it is the command itself that runs
        assert environment_of(job)["XLA_FLAGS"].split() == expected
        end(job)


def test_installed_xla_knows_the_flags(environment):
    # It ends a process that names one that it does not know, on a CPU too.
    given = {**environment, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": " ".join(SAME_BITS)}
    subprocess.run([sys.executable, "-c", "import jax; jax.devices()"], env=given, check=True)


def test_gpus_named_by_hand_are_the_only_ones_used(environment):
    job = start({**environment, "CUDA_VISIBLE_DEVICES": "1"})
    assert job.stdout.readline().strip() == "1"
    end(job)


def test_gpu_has_one_lock_by_whatever_name_and_from_whatever_session(environment, tmp_path):
    first = start({**environment, "CUDA_VISIBLE_DEVICES": "GPU-aaaa", "TMPDIR": str(tmp_path)})
    assert first.stdout.readline().strip() == "GPU-aaaa"
    second = start(environment)
    assert second.stdout.readline().strip() == "1"
    end(first, second)


@pytest.mark.parametrize("none", ["", "-1", "NoDevFiles", "-1,0"])
def test_job_that_asks_for_a_gpu_where_none_is_named_ends_with_one_line_unless_the_cpu_is_allowed(environment, none):
    named = {**environment, "CUDA_VISIBLE_DEVICES": none}
    job = start(named)
    _, errors = job.communicate()
    assert job.returncode == 1
    assert errors.startswith(
        f"error: the job asks for a GPU and has none: CUDA_VISIBLE_DEVICES is {none!r}, which names"
    )
    assert len(errors.splitlines()) == 1
    allowed = start({**named, ALLOWED: "1"})
    assert allowed.stderr.readline().startswith("no GPU was found")
    end(allowed)


def test_machine_without_gpu_is_said_in_one_line(environment, tmp_path):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    job = start(environment)
    _, errors = job.communicate()
    assert job.returncode == 1
    assert errors.startswith(
        "error: the job asks for a GPU and has none: nvidia-smi lists none. Without a GPU set `gpus`"
    )


def test_driver_that_fails_is_one_clear_line_unless_the_cpu_is_allowed(environment, tmp_path):
    listing = tmp_path / "nvidia-smi"
    listing.write_text("#!/bin/sh\necho Failed to initialize NVML: Driver/library version mismatch\nexit 18\n")
    job = start(environment)
    _, errors = job.communicate()
    assert job.returncode == 1
    assert errors.startswith(
        "error: nvidia-smi fails (Failed to initialize NVML: Driver/library version mismatch), so no GPU can be used"
    )
    allowed = start({**environment, ALLOWED: "1"})
    assert allowed.stderr.readline().startswith("no GPU was found")
    end(allowed)


def test_job_without_gpu_sees_none(environment):
    job = start(environment, n_gpus=0)
    assert job.stdout.readline().rstrip("\n") == " cpu"
    end(job)


def test_more_gpus_than_there_are_is_one_clear_line(environment):
    job = start(environment, n_gpus=3)
    _, errors = job.communicate()
    assert job.returncode == 1
    assert errors.splitlines() == [
        "error: the job needs 3 GPUs, this machine has 2: lower `gpus` in the config",
    ]


ASKING = {
    "jax": "import jax; assigned_gpu.require_gpu('jax', jax.default_backend() != 'cpu')",
    "torch": "import torch; assigned_gpu.require_gpu('torch', torch.cuda.is_available())",
}


@pytest.mark.parametrize("framework", ASKING)
def test_gpu_that_the_framework_cannot_use_is_one_clear_line_unless_that_is_allowed(environment, framework):
    def ask(n_gpus, **more):
        asking = f"from workflow_scripts import assigned_gpu\n{ASKING[framework]}"
        command = [sys.executable, "-m", "workflow_scripts.with_own_gpu", str(n_gpus), sys.executable, "-c", asking]
        return subprocess.run(command, env={**environment, **more}, cwd=REPOSITORY, capture_output=True, text=True)

    refused = ask(1)
    assert refused.returncode == 1
    said = refused.stderr.splitlines()[-1]
    assert said.startswith(
        f"RuntimeError: this job was given GPU 0, but {framework} sees none: install requirements-cuda"
    )
    assert Path(REPOSITORY, re.search(r"requirements-\S+", said)[0]).is_file()
    for allowed in (ask(0), ask(1, **{ALLOWED: "1"})):
        assert allowed.returncode == 0, allowed.stderr


def test_every_job_that_can_have_a_gpu_looks_whether_its_framework_uses_it():
    with_gpu = {name: text for name, text in rule_texts().items() if not re.search(r"^\s+gpu=0,", text, re.MULTILINE)}
    assert with_gpu
    asked = {
        f"require_gpu{words.split('; assigned_gpu.require_gpu')[1]}".replace("'", '"') for words in ASKING.values()
    }
    for name, text in with_gpu.items():
        command = re.findall(r"python -m workflow_scripts\.(?!with_own_gpu)(\w+)", text)[-1]
        source = (REPOSITORY / "workflow_scripts" / f"{command}.py").read_text()
        assert any(words in source for words in asked), name
