"""Ways in which a running or finished study can come to harm, each drawn from a seed so that it can be done again."""

import contextlib
import os
import random
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.workflow.study import TinyStudy, kill_group


@dataclass(frozen=True)
class Stage:
    """A piece of the workflow that is small enough to be harmed often.

    Attributes:
        target: what is asked for, below results/.
        made: folders below results/ that it is made in; they are emptied first.
        read: patterns below results/ of finished files that it reads, each checked when it is read.
    """

    target: str
    made: tuple[str, ...]
    read: tuple[str, ...]


STAGES = (
    Stage("synthetic_photos/manifest.json", ("synthetic_photos",), ("generated_images/*/*.npz",)),
    Stage("mixed_photos/test.npz", ("mixed_photos",), ("real_photos/test.npz", "synthetic_photos/test.npz")),
    Stage(
        "predictions/real/seed_0/real.npz",
        ("predictions/real/seed_0",),
        ("classifiers/real/seed_0/checkpoint/**/*", "real_photos/test.npz"),
    ),
    Stage("report/summary.json", ("report",), ("predictions/*/*/real.npz", "predictions/*/*/synthetic.npz")),
)
DRAWING = Stage("synthetic_photos/manifest.json", ("synthetic_photos", "generated_images"), ())


def empty(study: TinyStudy, stage: Stage) -> None:
    """Remove what `stage` makes."""
    for folder in stage.made:
        for path in (study.folder / "results" / folder).rglob("*"):
            if path.is_file():
                path.unlink()


def files_read(study: TinyStudy, stage: Stage) -> list[Path]:
    """Return the finished files that `stage` reads, in a fixed order."""
    results = study.folder / "results"
    files = {path for pattern in stage.read for path in results.glob(pattern) if path.is_file() and path.stat().st_size}
    return sorted(files)


def files_of_text(study: TinyStudy) -> list[Path]:
    """Return the finished reports, tables and figures, in a fixed order; nothing reads most of them again."""
    results = study.folder / "results"
    return sorted(path for kind in ("report", "figures", "*_photos") for path in _texts(results, kind))


def _texts(results: Path, kind: str) -> list[Path]:
    return [path for path in results.glob(f"{kind}/**/*") if path.suffix in (".json", ".csv", ".svg", ".html")]


def truncate(path: Path, chance: random.Random) -> None:
    """Cut the file off somewhere, its time of change unchanged."""
    _rewrite(path, path.read_bytes()[: chance.randrange(path.stat().st_size)])


def flip_a_bit(path: Path, chance: random.Random) -> None:
    """Turn one bit of the file round, its time of change unchanged."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    _rewrite(path, bytes(content))


def _rewrite(path: Path, content: bytes) -> None:
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def kill_everything(process: subprocess.Popen, chance: random.Random) -> None:
    """Kill Snakemake and its jobs together, as a power cut would."""
    kill_group(process)


def kill_snakemake(process: subprocess.Popen, chance: random.Random) -> None:
    """Kill Snakemake alone: its jobs live on as orphans."""
    os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


def kill_a_worker(process: subprocess.Popen, chance: random.Random) -> None:
    """Kill one process below Snakemake; Snakemake itself ends with an error."""
    workers = _workers(process.pid)
    if workers:
        _kill(chance.choice(workers))
    process.communicate()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it may have ended by itself just now
        os.kill(pid, signal.SIGKILL)


def _workers(group: int) -> list[int]:
    """Return the living processes of Snakemake's process group but itself."""
    listed = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=False).stdout
    return [int(pid) for pid in listed.split() if int(pid) != group]


KILLS: tuple[Callable[[subprocess.Popen, random.Random], None], ...] = (kill_everything, kill_snakemake, kill_a_worker)
DAMAGES: tuple[Callable[[Path, random.Random], None], ...] = (truncate, flip_a_bit)
