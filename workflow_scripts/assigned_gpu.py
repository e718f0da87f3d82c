"""Whether a job's framework uses the GPU that the job was given; on the CPU it would go on for days, and hold the GPU.

`with_own_gpu` says in the environment which GPUs a job was given.
"""

import os

ASSIGNED = "STUDY_ASSIGNED_GPUS"
# Set by whoever wants such jobs to run on the CPU all the same.
ALLOWED = "STUDY_CPU_INSTEAD"
MEND = f"set `gpus` to 0 in the study, or export {ALLOWED}=1 to run such jobs on the CPU"


def require_gpu(framework: str, sees_one: bool) -> None:
    """Raise RuntimeError if this job was given a GPU and its framework ("jax" or "torch"), as it says, sees none."""
    assigned = os.environ.get(ASSIGNED)
    if assigned and not sees_one and not os.environ.get(ALLOWED):
        raise RuntimeError(
            f"this job was given GPU {assigned}, but {framework} sees none: install requirements-cuda-{framework}.txt "
            f"(docs/installation.md), {MEND}"
        )
