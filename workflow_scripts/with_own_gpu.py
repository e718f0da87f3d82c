"""Run a command with GPUs that no other job on this machine has: python -m workflow_scripts.with_own_gpu N COMMAND...

Snakemake counts GPUs but tells no job which one is its own, so every job would take the first. Here a job takes free
ones under file locks and names them in CUDA_VISIBLE_DEVICES before JAX or torch is imported. The locks pass to the
command and end with it, however it ends. With N = 0 the command sees no GPU. What a command was given it must use
(assigned_gpu.py).

A CUDA_VISIBLE_DEVICES that is set already, by hand or by SLURM, names the GPUs to choose from; otherwise nvidia-smi
lists them, in the order of their slots. Where SLURM gave a job as many as it needs, its choice is left alone; where a
whole run shares one allocation of several GPUs, its jobs share them out as on a machine of their own.

XLA is told to use deterministic kernels, and not to choose among them by the clock, so that a job that was killed and
goes on computes as it did before. What XLA_FLAGS says already stays, and outdoes these.
"""

import argparse
import fcntl
import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import MutableMapping
from pathlib import Path

from workflow_scripts.assigned_gpu import ALLOWED, ASSIGNED, MEND
from workflow_scripts.command import parser

_SECONDS_BETWEEN_TRIES = 0.5
# A number, or the UUID of a GPU or of a part of one. "-1" and the like are none.
_GPU_NAME = re.compile(r"\d+$|GPU-|MIG-")
# The share of a GPU's memory that a job may take: JAX takes it at its start, torch as it goes. The rest is CUDA's and
# its libraries' own. torch.cuda reads its setting under this name in every version.
_SHARE = "0.9"
_MEMORY = {
    "XLA_PYTHON_CLIENT_MEM_FRACTION": _SHARE,
    "PYTORCH_CUDA_ALLOC_CONF": f"per_process_memory_fraction:{_SHARE}",
}
# Both names are those of the pinned JAX: XLA ends a process that names a flag which it does not know.
_SAME_BITS = "--xla_gpu_exclude_nondeterministic_ops=true --xla_gpu_autotune_level=0"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("n_gpus", type=int, help="GPUs that the command needs")
    arguments.add_argument("command", nargs=argparse.REMAINDER, help="the command and its arguments")
    options = arguments.parse_args()
    os.environ.pop(ASSIGNED, None)
    if options.n_gpus == 0 and not _given_by_gres(os.environ):
        os.environ.update(CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu")
    else:
        for name, value in _MEMORY.items():
            os.environ.setdefault(name, value)
        # Of two flags of one name XLA takes the later.
        os.environ["XLA_FLAGS"] = f"{_SAME_BITS} {os.environ.get('XLA_FLAGS', '')}".rstrip()
        if not (_given_by_gres(os.environ) or _chosen_by_slurm(options.n_gpus, os.environ)):
            _take_gpus(options.n_gpus, os.environ)
        os.environ[ASSIGNED] = ",".join(_named_gpus(os.environ))
        if os.environ[ASSIGNED]:
            print(f"GPU {os.environ[ASSIGNED]}", file=sys.stderr)
    os.execvp(options.command[0], options.command)


def _take_gpus(n_gpus: int, environment: MutableMapping[str, str]) -> None:
    listed = _listed_gpus()
    chosen = environment.get("CUDA_VISIBLE_DEVICES")
    gpus = list(listed) if chosen is None else _named_gpus(environment)
    if not gpus:
        why = "nvidia-smi lists none" if chosen is None else f"CUDA_VISIBLE_DEVICES is {chosen!r}, which names none"
        if ALLOWED not in environment:
            sys.exit(f"error: the job asks for a GPU and has none: {why}. Without a GPU {MEND}")
        print(f"no GPU was found ({why}): this job runs on the CPU", file=sys.stderr)
        return
    if len(gpus) < n_gpus:
        sys.exit(f"error: the job needs {n_gpus} GPUs, this machine has {len(gpus)}: lower `gpus` in the config")
    environment.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # nvidia-smi's numbers
    locks = {gpu: f"{_identity(gpu, listed)}{_allocation(environment)}.lock".replace("/", "_") for gpu in gpus}
    folder = _lock_folder(environment)
    while len(taken := _locked(locks, n_gpus, folder)) < n_gpus:
        time.sleep(_SECONDS_BETWEEN_TRIES)
    environment["CUDA_VISIBLE_DEVICES"] = ",".join(taken)


def _chosen_by_slurm(n_gpus: int, environment: MutableMapping[str, str]) -> bool:
    return "SLURM_JOB_ID" in environment and len(_named_gpus(environment)) == n_gpus


def _given_by_gres(environment: MutableMapping[str, str]) -> bool:
    """Return whether the job asked for its GPU in a way that Snakemake's `gpu` does not count (profiles/slurm)."""
    by_gres = environment.get("STUDY_GPUS") == "gres"
    return by_gres and "SLURM_JOB_ID" in environment and bool(_named_gpus(environment))


def _allocation(environment: MutableMapping[str, str]) -> str:
    # SLURM may number the GPUs of each allocation from 0: only jobs of the same one mean the same GPU by "0".
    return f"_{environment['SLURM_JOB_ID']}" if "SLURM_JOB_ID" in environment else ""


def _named_gpus(environment: MutableMapping[str, str]) -> list[str]:
    # As CUDA reads it: what follows a name that is none is not seen either.
    names = environment.get("CUDA_VISIBLE_DEVICES", "").split(",")
    return list(itertools.takewhile(_GPU_NAME.match, (name.strip() for name in names)))


def _listed_gpus() -> dict[str, str]:
    """Return the UUIDs of the machine's GPUs by their numbers; end the job where nvidia-smi cannot tell."""
    if shutil.which("nvidia-smi") is None:
        return {}
    listing = ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"]
    finished = subprocess.run(listing, capture_output=True, text=True)
    if finished.returncode == 0:
        return dict(line.split(", ", 1) for line in finished.stdout.splitlines())
    if ALLOWED in os.environ:
        return {}
    said = " ".join((finished.stdout + finished.stderr).split())
    sys.exit(f"error: nvidia-smi fails ({said}), so no GPU can be used: mend the driver. Without a GPU {MEND}")


def _identity(gpu: str, listed: dict[str, str]) -> str:
    """Return what is the same however a GPU is named: its UUID, which CUDA takes shortened too."""
    if gpu in listed:
        return listed[gpu]
    return next((uuid for uuid in listed.values() if uuid.startswith(gpu)), gpu)


def _lock_folder(environment: MutableMapping[str, str]) -> Path:
    # Not the temporary folder: of two sessions each may have its own, and their jobs would take the same GPU.
    memory = Path("/dev/shm")
    parent = memory if os.access(memory, os.W_OK) else Path("/tmp")
    folder = Path(environment.get("STUDY_GPU_LOCKS", parent / f"fauxtograph_gpus_{os.getuid()}"))
    folder.mkdir(exist_ok=True)
    return folder


def _locked(locks: dict[str, str], n_gpus: int, folder: Path) -> list[str]:
    """Lock `n_gpus` GPUs, or none: two jobs that wait for one more each would wait for ever.

    Args:
        locks: the names of the lock files by the GPUs' names.
    """
    handles: dict[str, int] = {}
    for gpu, name in locks.items():
        handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        handles[gpu] = handle
        if len(handles) == n_gpus:
            for handle in handles.values():
                os.set_inheritable(handle, True)
            return list(handles)
    for handle in handles.values():
        os.close(handle)
    return []


if __name__ == "__main__":
    main()
