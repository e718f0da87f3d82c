"""A finished study's description as an RO-Crate: read back by the library, and true of the files."""

import json
import subprocess
import sys

import pytest
from rocrate.rocrate import ROCrate

from photographs.digests import file_digest
from tests.workflow.study import REPOSITORY

SUMMARY = {
    "study": {
        "code_version": "0.1.0",
        "config_sha256": "c0" * 32,
        "classes": ["cat", "frog"],
        "generator": {"model": "stabilityai/sd-turbo", "revision": "b261bac6fd2cf515557d5d0707481eafa0485ec2"},
    },
    "transfer": {},
    "gaps": {},
    "provenance": {"commit": "0123abcd", "versions": {"python": "3.11.7", "jax": "0.10.2"}},
}
MANIFEST = {
    "generator": SUMMARY["study"]["generator"] | {"kind": "diffusers", "settings": {}, "digest": "e1" * 32},
    "classes": ["cat", "frog"],
    "images_per_class": {"train": 1},
    "digests": {"train": "d1" * 32},
    "redrawn": 0,
    "rejected": 0,
}


def write_crate(results, *arguments):
    command = [sys.executable, "-m", "workflow_scripts.write_crate", "--results", str(results), *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)


@pytest.fixture
def crate(tmp_path):
    """Return the folder of a described study."""
    results = tmp_path / "results"
    for name in ("report/report.html", "photos/a photo.npz", ".unfinished/classifiers/real.lock"):
        (results / name).parent.mkdir(parents=True, exist_ok=True)
        (results / name).write_text(name)
    (results / "report" / "summary.json").write_text(json.dumps(SUMMARY))
    (results / "synthetic_photos").mkdir()
    (results / "synthetic_photos" / "manifest.json").write_text(json.dumps(MANIFEST))
    finished = write_crate(results)
    assert finished.returncode == 0, finished.stderr
    return results


def test_library_reads_every_finished_file_with_its_digest(crate):
    read = ROCrate(crate)
    files = {entity.id: entity for entity in read.data_entities}
    assert set(files) == {
        "report/report.html",
        "report/summary.json",
        "photos/a%20photo.npz",
        "synthetic_photos/manifest.json",
    }
    page = files["report/report.html"]
    assert page["sha256"] == file_digest(crate / "report" / "report.html")
    assert (page["contentSize"], page["encodingFormat"]) == ("18", "text/html")


def test_says_what_made_it_and_from_what(crate):
    read = ROCrate(crate)
    action = read.dereference("#study")
    assert action["instrument"]["version"] == "0.1.0"
    assert action["instrument"]["identifier"] == "0123abcd"
    assert "jax 0.10.2" in action["instrument"]["softwareRequirements"]
    assert {used.id: used.get("value") or used["version"] for used in action["object"]} == {
        "#settings": SUMMARY["study"]["config_sha256"],
        "#generator": SUMMARY["study"]["generator"]["revision"],
    }
    assert len(action["result"]) == 4


def test_names_the_licences_of_its_parts(crate):
    read = ROCrate(crate)
    licences = read.root_dataset["license"]["description"]
    assert "Software: MIT." in licences
    assert "CIFAR-10" in licences
    assert "stabilityai/sd-turbo. Its licence is not known here" in licences
    assert read.dereference("#fauxtograph")["license"] == "https://spdx.org/licenses/MIT"


def test_written_again_it_is_the_same(crate):
    first = (crate / "ro-crate-metadata.json").read_bytes()
    assert write_crate(crate).returncode == 0
    assert (crate / "ro-crate-metadata.json").read_bytes() == first


def test_altered_and_missing_files_are_named(crate):
    assert write_crate(crate, "--check").returncode == 0
    (crate / "photos" / "a photo.npz").write_text("another")
    (crate / "report" / "report.html").unlink()
    checked = write_crate(crate, "--check")
    assert checked.returncode == 1
    assert checked.stderr.startswith("error: not as ")
    assert "photos/a photo.npz, report/report.html" in checked.stderr


def test_files_that_came_later_are_named(crate):
    (crate / "photos" / "later.npz").write_text("later")
    (crate / ".unfinished" / "work").write_text("work")
    (crate / "photos" / ".train.npz.x1y2.part").write_text("a killed writer's")
    checked = write_crate(crate, "--check")
    assert checked.returncode == 1
    assert checked.stderr == f"error: not described in {crate}/ro-crate-metadata.json: photos/later.npz\n"


@pytest.mark.parametrize("spoilt", ['{"@graph": [', "{}"])
def test_spoilt_description_is_one_line_and_stays(crate, spoilt):
    metadata = crate / "ro-crate-metadata.json"
    metadata.write_text(spoilt)
    checked = write_crate(crate, "--check")
    assert checked.returncode == 1
    (line,) = checked.stderr.splitlines()
    assert line.startswith(f"error: {metadata}: ")
    assert line.endswith("`make crate` describes the study anew")
    assert metadata.read_text() == spoilt


def test_parts_that_lie_behind_a_link_are_described(crate, tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "0-9.npz").write_text("a shard")
    (crate / "generated_images").symlink_to(tmp_path / "scratch")
    assert "generated_images/0-9.npz" in write_crate(crate, "--check").stderr
    assert write_crate(crate).returncode == 0
    assert write_crate(crate, "--check").returncode == 0
    (tmp_path / "scratch" / "0-9.npz").write_text("another")
    assert "generated_images/0-9.npz" in write_crate(crate, "--check").stderr


def test_unfinished_study_is_one_line(tmp_path):
    finished = write_crate(tmp_path)
    assert finished.returncode == 1
    assert finished.stderr == f"error: {tmp_path}/report/summary.json: No such file or directory\n"
