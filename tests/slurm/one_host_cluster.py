"""A real SLURM on this machine for the length of a test: controller, accounting, and three compute nodes.

The daemons are Debian's (packages `slurm-wlm slurmdbd munge mariadb-server`), with folders, sockets and ports of their
own, so that one that the machine already runs is left alone. Two of the nodes own two GPUs each that are none: device
files that SLURM counts and hands out as it would real ones.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = ("munged", "mariadbd", "mariadb-install-db", "slurmdbd", "slurmctld", "slurmd", "sacctmgr", "sbatch")
ACCOUNT = "study"
NODES = ("cpu1", "gpu1", "gpu2")
_CORES_A_NODE, _MEMORY_MB = 8, 20000
_SETTINGS = Path(__file__).with_name("settings")


def missing_programs() -> list[str]:
    """Return which of SLURM's programs this machine lacks; daemons may lie outside a user's PATH."""
    return [name for name in PROGRAMS if shutil.which(name, path=_SEARCH_PATH) is None]


_SEARCH_PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


class OneHostCluster:
    """The daemons, and what a test does to them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{folder / 'bin'}:{_SEARCH_PATH}"}
        self._daemons: dict[str, subprocess.Popen] = {}

    def start(self) -> None:
        """Start every daemon and wait until all nodes take jobs."""
        self._write_settings()
        self._wrap_srun()
        self._start_munge()
        self._start_database()
        self._start_daemon("slurmdbd", "slurmdbd", "-D")
        self._until(lambda: self._answers("sacctmgr", "-i", "add", "cluster", "here"), "slurmdbd")
        self._start_daemon("slurmctld", "slurmctld", "-D", "-f", self.folder / "slurm.conf")
        self.run("sacctmgr", "-i", "add", "account", ACCOUNT)
        self.run("sacctmgr", "-i", "add", "user", getpass.getuser(), f"account={ACCOUNT}")
        for node in NODES:
            self.start_node(node)
        self._until(lambda: self.node_states() == ["idle"] * len(NODES), "the nodes")

    def stop(self) -> None:
        """End every daemon, and the jobs that are still running."""
        if "slurmctld" in self._daemons:
            self._call("scancel", "--full", "--state=RUNNING,PENDING", "--user=root")
        for daemon in reversed(self._daemons.values()):
            daemon.terminate()
            try:
                daemon.wait(timeout=15)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._daemons.clear()
        # Jobs and their shepherds, which outlive a daemon that ended before it had killed them.
        self._kill_processes()

    def start_node(self, node: str) -> None:
        """Start a compute node's daemon."""
        self._start_daemon(node, "slurmd", "-D", "-N", node, "-f", self.folder / "slurm.conf")

    def fail_node(self, node: str) -> None:
        """Kill a node's daemon and all its jobs without warning, as a power cut would, and declare the node dead."""
        daemon = self._daemons.pop(node)
        daemon.kill()
        daemon.wait()
        self._kill_processes(f"SLURMD_NODENAME={node}")
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=power cut")

    def revive_node(self, node: str) -> None:
        """Start a failed node again; the scheduler takes it back as it registers (ReturnToService)."""
        self.start_node(node)
        self._until(lambda: "down" not in " ".join(self.node_states()), node)

    def node_states(self) -> list[str]:
        """Return the state of every node, sorted."""
        return sorted(self.run("sinfo", "--noheader", "--Node", "--format=%N %T").split()[1::2])

    def accounting(self, *fields: str) -> list[dict[str, str]]:
        """Return a row a job that SLURM's accounting knows, repeats after a requeue included."""
        lines = self.run("sacct", "--allocations", "--duplicates", "--parsable2", "--format", ",".join(fields))
        names, *rows = [line.split("|") for line in lines.splitlines()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def run(self, *command: str) -> str:
        """Run one of SLURM's client commands and return what it prints."""
        finished = self._call(*command)
        assert finished.returncode == 0, f"{command}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def _kill_processes(self, *variables: str) -> None:
        """Kill every process of this cluster whose environment has `variables` (NAME=value).

        A job's shepherd first: it would report the end of its job, which a power cut leaves nobody to do.
        """
        for process in _processes_with(*variables, f"SLURM_CONF={self.folder / 'slurm.conf'}"):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def _answers(self, *command: str) -> bool:
        return self._call(*command).returncode == 0

    def _call(self, *command) -> subprocess.CompletedProcess:
        return subprocess.run(
            list(map(str, command)), env={**os.environ, **self.environment}, capture_output=True, text=True
        )

    def _start_daemon(self, name: str, *command) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        environment = {**os.environ, **self.environment}
        self._daemons[name] = subprocess.Popen(
            list(map(str, command)), env=environment, stdout=log, stderr=log, start_new_session=True
        )

    def _start_munge(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        files = {"socket": "munge.socket", "pid-file": "munge.pid", "log-file": "munge.log", "seed-file": "munge.seed"}
        options = [f"--{option}={self.folder / name}" for option, name in files.items()]
        # Forced: munged dislikes folders that others may write to, such as /tmp.
        self._start_daemon("munged", "munged", "--foreground", "--force", f"--key-file={key}", *options)
        self._until((self.folder / "munge.socket").exists, "munged")

    def _start_database(self) -> None:
        data, database_socket = self.folder / "database", self.folder / "database.socket"
        # Nothing here outlives the test, so nothing waits for a disk.
        as_root = ["--no-defaults", f"--datadir={data}", "--user=root", "--innodb-flush-method=nosync"]
        made = self._call("mariadb-install-db", *as_root, "--auth-root-authentication-method=normal", "--skip-test-db")
        assert made.returncode == 0, made.stdout + made.stderr
        place = [f"--socket={database_socket}", f"--port={self._ports['database']}", "--bind-address=127.0.0.1"]
        self._start_daemon("mariadbd", "mariadbd", *as_root, *place)
        ping = ("mariadb-admin", "--no-defaults", f"--socket={database_socket}", "ping")
        self._until(lambda: self._answers(*ping), "mariadbd")

    def _write_settings(self) -> None:
        self._ports = dict(zip(("database", "slurmdbd", "slurmctld", *NODES), _free_ports(3 + len(NODES)), strict=True))
        words = {
            "FOLDER": self.folder,
            "HOST": socket.gethostname().split(".")[0],
            "CORES": _CORES_A_NODE,
            "MEMORY_MB": _MEMORY_MB,
            **{f"PORT_{name.upper()}": port for name, port in self._ports.items()},
        }
        for template in _SETTINGS.iterdir():
            text = template.read_text()
            for word, value in words.items():
                text = text.replace(f"@{word}@", str(value))
            (self.folder / template.name).write_text(text)
        (self.folder / "slurmdbd.conf").chmod(0o600)

    def _wrap_srun(self) -> None:
        # The plugin takes every SLURM_ variable from a job's srun, SLURM_CONF too, which then looks in /etc alone.
        wrapper = self.folder / "bin" / "srun"
        wrapper.parent.mkdir()
        real = shutil.which("srun", path=_SEARCH_PATH)
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder / "slurm.conf"} exec {real} "$@"\n')
        wrapper.chmod(0o755)

    def _until(self, condition: Callable[[], bool], name: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            dead = [daemon for daemon, process in self._daemons.items() if process.poll() is not None]
            if dead or time.monotonic() > deadline:
                logs = [self.folder / f"{daemon}.log" for daemon in dead or [name]]
                words = "".join(log.read_text()[-3000:] for log in logs if log.exists())
                raise RuntimeError(f"{name}: not ready; ended: {dead}\n{words}")
            time.sleep(0.2)


def _processes_with(*variables: str) -> list[int]:
    """Return the processes whose environment has all of `variables` (NAME=value), after the shepherds of their jobs."""
    found, shepherds = [], []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if {variable.encode() for variable in variables} <= set(environ.read_bytes().split(b"\0")):
                found.append(int(environ.parent.name))
                parent = int((environ.parent / "stat").read_text().rpartition(")")[2].split()[1])
                # Its own environment is not to be seen: it writes its title over it.
                if Path(f"/proc/{parent}/comm").read_text().strip() == "slurmstepd":
                    shepherds.append(parent)
    return [*dict.fromkeys(shepherds), *found]


def _free_ports(n: int) -> list[int]:
    sockets = [socket.create_server(("", 0)) for _ in range(n)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


@contextmanager
def running_cluster(folder: Path) -> Iterator[OneHostCluster]:
    """Start a cluster in `folder`, and end it whatever happens."""
    cluster = OneHostCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
