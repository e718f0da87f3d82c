"""Buildah's images and containers in a folder of their own, over a Debian made here; nothing stays behind."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE, IMAGE = "fauxtograph-base", "fauxtograph"
# What this machine reaches its package registries with: certificates, proxies, mirrors.
_LENT = (
    "/etc/ssl/certs",
    "/etc/pip.conf",
    "/root/.config/pip",
    "/etc/apt/apt.conf.d",
    "/etc/apt/sources.list",
    "/etc/apt/sources.list.d",
)
_WHEELS = Path("/opt/wheels")  # where this machine keeps PyTorch for the CPU, if it does


class Storage:
    """Buildah with its state in `folder`."""

    def __init__(self, folder: Path, driver: str):
        self.folder = folder
        place = ["--root", str(folder / driver), "--runroot", str(folder / f"{driver}_run")]
        self._global = [*place, "--storage-driver", driver]

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that hands `arguments` to buildah."""
        return ["buildah", *self._global, *arguments]

    def run(self, *arguments: str) -> str:
        """Run buildah and return what it prints."""
        finished = subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout[-3000:] + finished.stderr[-3000:]
        return finished.stdout.strip()

    def works(self) -> bool:
        """Return whether this storage can make a container and mount it; overlay cannot on every file system."""
        try:
            container = self.run("from", "scratch")
            self.run("mount", container)
            self.run("rm", container)
        except AssertionError:
            return False
        return True

    def clear(self) -> None:
        """Unmount and remove every container and image."""
        for arguments in (("umount", "--all"), ("rm", "--all"), ("rmi", "--all", "--force")):
            subprocess.run(self.command(*arguments), capture_output=True, check=False)


@contextmanager
def image_storage(folder: Path) -> Iterator[Storage]:
    """Yield a storage in `folder` that is cleared and removed in the end, whatever happens."""
    # Overlay shares files between layers; vfs, which copies all of them for each, works everywhere.
    candidates = [Storage(folder, driver) for driver in ("overlay", "vfs")]
    try:
        yield next(storage for storage in candidates if storage.works())
    finally:
        for storage in candidates:
            storage.clear()
        _unmount_below(folder)
        shutil.rmtree(folder, ignore_errors=True)


def make_base(storage: Storage) -> None:
    """Make an image of a small Debian with Python 3.11, which reaches the package registries as this machine does."""
    base = storage.folder / "base"
    packages = "--include=ca-certificates,python3,python3-venv"
    debootstrap = ["debootstrap", "--variant=minbase", packages, "bookworm", str(base)]
    finished = subprocess.run(debootstrap, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-3000:]
    for path in map(Path, _LENT):
        _lend(path, base / path.relative_to("/"))
    container = storage.run("from", "scratch")
    storage.run("add", "--quiet", container, str(base), "/")
    storage.run("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(base)


def build_image(storage: Storage, repository: Path) -> None:
    """Build the repository's Dockerfile over the base."""
    wheels = ["--volume", f"{_WHEELS}:{_WHEELS}:ro"] if _WHEELS.is_dir() else []
    # Docker's format, for OCI's knows no health check.
    form = ["--format", "docker", "--isolation", "chroot", "--pull-never"]
    base = ["--build-arg", f"BASE=localhost/{BASE}"]
    storage.run("bud", *form, *base, *wheels, "--tag", IMAGE, str(repository))


def _lend(path: Path, target: Path) -> None:
    # In place of what stands there: Debian's own settings would point elsewhere.
    if path.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(path, target, ignore_dangling_symlinks=True)
    elif path.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


def _unmount_below(folder: Path) -> None:
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if Path(mount).is_relative_to(folder)), reverse=True):
        subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
