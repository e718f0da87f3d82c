"""A tiny study in a folder of its own: the project's code linked in, a random model, real photographs."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from flax_cnn.classifier import load_classifier
from photographs.digests import file_digest
from tests.text_to_image.tiny_pipelines import save_stable_diffusion

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = Path(__file__).with_name("tiny_study.yaml")
_NOTING_FRAMEWORKS = Path(__file__).with_name("noting_frameworks")
_CODE = ("Snakefile", "config.yaml", "pyproject.toml", "CITATION.cff")
_ROOMS = (
    "rules",
    "envs",
    "profiles",
    "photographs",
    "text_to_image",
    "flax_cnn",
    "transfer_analysis",
    "data_set_export",
    "workflow_scripts",
    "webserver",
)
# Everything under results/ must be the same after a kill, but what is left of unfinished work.
_UNFINISHED = ".unfinished"


@dataclass
class TinyStudy:
    """A copy of the workflow in `folder`, run under `settings`, each file laid over those before it."""

    folder: Path
    settings: tuple[Path, ...] = (TINY,)

    @classmethod
    def create(cls, folder: Path, *settings: Path) -> "TinyStudy":
        """Copy the code, so that a test may edit it, and make the model that draws; `settings` go over the tiny."""
        folder.mkdir(parents=True)
        for name in _CODE:
            shutil.copy2(REPOSITORY / name, folder / name)
        for name in _ROOMS:
            shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(_model(), folder / "model")
        return cls(folder, (TINY, *settings))

    def start(
        self,
        *arguments: str,
        output: int | TextIO = subprocess.PIPE,
        within: tuple[str, ...] = (),
        cores: tuple[str, ...] = ("--cores", "2"),
    ) -> subprocess.Popen:
        """Start Snakemake on the tiny study, in a process group of its own, or `within` another command.

        Without `cores` a profile says how many.
        """
        return subprocess.Popen(
            [*within, sys.executable, "-m", "snakemake", *arguments, *cores, "--configfile", *self.settings],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(_NOTING_FRAMEWORKS),
                "FRAMEWORKS_NOTED": str(self.folder / "frameworks.txt"),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, within: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
        """Run Snakemake to its end."""
        process = self.start(*arguments, within=within)
        output, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def planned_rules(self, *arguments: str) -> set[str]:
        """Return the rules that a dry run would carry out."""
        finished = self.run(*arguments, "--dry-run", "--quiet", "rules")
        assert finished.returncode == 0, finished.stdout
        lines = [line.split() for line in finished.stdout.splitlines()]
        return {words[0] for words in lines if len(words) == 2 and words[1].isdigit()} - {"total", "all"}

    def frameworks_of_processes(self) -> list[str]:
        """Return "jax", "torch" or "jax+torch" and the command, for every process that loaded one of them."""
        return (self.folder / "frameworks.txt").read_text().splitlines()

    def digests(self) -> dict[str, str]:
        """Return the digest of every finished file under results/, and that of every checkpoint's content.

        Orbax writes the time of saving into a checkpoint, so its files differ where its content does not.
        """
        results = self.folder / "results"
        files = [path for path in sorted(results.rglob("*")) if path.is_file() and _UNFINISHED not in path.parts]
        checkpoints = sorted(results.glob("classifiers/*/*/checkpoint"))
        return {
            str(path.relative_to(results)): file_digest(path) for path in files if "checkpoint" not in path.parts
        } | {str(path.relative_to(results)): load_classifier(path).digest() for path in checkpoints}


@functools.cache
def _model() -> Path:
    """Make the random model once, so that all studies of a test run draw with the very same one."""
    folder = Path(tempfile.mkdtemp()) / "model"
    save_stable_diffusion(folder)
    return folder


def kill_group(process: subprocess.Popen) -> None:
    """Kill Snakemake and all its jobs at once, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def wait_for(condition, process: subprocess.Popen, seconds: float = 300) -> bool:
    """Wait until `condition()` holds; return whether it did before the process ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.05)
    raise TimeoutError("the condition never held")
