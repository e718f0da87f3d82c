"""Run a command with GPUs that no other job on this machine has: python -m workflow_scripts.with_own_gpu N COMMAND...

Snakemake counts GPUs but tells no job which one is its own, so every job would take the first. Here a job takes free
ones under file locks and names them in CUDA_VISIBLE_DEVICES before JAX or torch is imported. The locks pass to the
command and end with it, however it ends. With N = 0 the command sees no GPU. What a command was given it must use
(assigned_gpu.py).

A CUDA_VISIBLE_DEVICES that is set already, by hand or by SLURM, names the GPUs to choose from; otherwise nvidia-smi
lists them. Where SLURM gave a job as many as it needs, its choice is left alone; where a whole run shares one
allocation of several GPUs, its jobs share them out as on a machine of their own.

XLA is told to use deterministic kernels, and not to choose among them by the clock, so that a job that was killed and
goes on computes as it did before. What XLA_FLAGS says already stays, and outdoes these.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from pathlib import Path

from workflow_scripts.assigned_gpu import ASSIGNED
from workflow_scripts.command import parser

_SECONDS_BETWEEN_TRIES = 0.5
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
    gpus = _gpus_of_machine(environment)
    if not gpus:
        print("no GPU was found (nvidia-smi lists none): this job runs on the CPU", file=sys.stderr)
        return
    if len(gpus) < n_gpus:
        sys.exit(f"error: the job needs {n_gpus} GPUs, this machine has {len(gpus)}: lower `gpus` in the config")
    folder = Path(tempfile.gettempdir(), f"fauxtograph_gpus_{os.getuid()}{_allocation(environment)}")
    folder.mkdir(exist_ok=True)
    while len(taken := _locked(gpus, n_gpus, folder)) < n_gpus:
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
    return [name for name in environment.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]


def _gpus_of_machine(environment: MutableMapping[str, str]) -> list[str]:
    if "CUDA_VISIBLE_DEVICES" in environment:
        return _named_gpus(environment)
    if shutil.which("nvidia-smi") is None:
        return []
    listing = ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"]
    finished = subprocess.run(listing, capture_output=True, text=True)
    return finished.stdout.split() if finished.returncode == 0 else []


def _locked(gpus: list[str], n_gpus: int, folder: Path) -> list[str]:
    """Lock `n_gpus` GPUs, or none: two jobs that wait for one more each would wait for ever."""
    handles: dict[str, int] = {}
    for gpu in gpus:
        handle = os.open(folder / f"{gpu.replace('/', '_')}.lock", os.O_RDWR | os.O_CREAT, 0o600)
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
