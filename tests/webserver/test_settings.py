"""Settings come from the config and, above it, the environment; wrong ones are one clear line."""

import re
import subprocess
import sys

import pytest

from tests.workflow.study import REPOSITORY
from webserver.__main__ import page_address
from webserver.config_files import read_config
from webserver.settings import PREFIX, PlaygroundConfig, with_environment
from webserver.token_bucket import TokenBuckets


def test_environment_goes_above_the_config():
    settings = with_environment({"port": 1, "host": "::1"}, {"FAUXTOGRAPH_PORT": "2", "PORT": "3"})
    assert (settings.port, settings.host) == (2, "::1")


@pytest.mark.parametrize(
    ("settings", "environment", "message"),
    [
        ({}, {"FAUXTOGRAPH_PROT": "1"}, "FAUXTOGRAPH_PROT is no setting; known are .*FAUXTOGRAPH_PORT, "),
        ({}, {"FAUXTOGRAPH_PORT": "high"}, 'FAUXTOGRAPH_PORT is "high": it must be a valid integer'),
        ({}, {"FAUXTOGRAPH_MAX_UPLOAD_MEGABYTES": "inf"}, 'FAUXTOGRAPH_MAX_UPLOAD_MEGABYTES is "inf"'),
        ({}, {"FAUXTOGRAPH_QUEUE_LENGTH": "0"}, 'FAUXTOGRAPH_QUEUE_LENGTH is "0": it must be greater than 0'),
        ({"waiting_images": 31}, {}, "playground.waiting_images is 31: below max_batch.* 32 photographs"),
        ({"max_batch": 4}, {"FAUXTOGRAPH_WAITING_IMAGES": "9"}, 'FAUXTOGRAPH_WAITING_IMAGES is "9": .* a quiz\'s 10'),
        ({"port": -1}, {}, "playground.port is -1"),
        ({"max_count": True}, {}, "playground.max_count is true: it is neither a number nor a word"),
        ({"prot": 1}, {}, "playground.prot is no setting; remove it or correct its name"),
    ],
)
def test_wrong_setting_is_named(settings, environment, message):
    with pytest.raises(ValueError, match=message):
        with_environment(settings, environment)


@pytest.mark.parametrize(("key", "value"), [("guidance_scale", 2.0), ("port", 9000), ("trusted_hosts", "localhost")])
def test_null_in_the_environment_undoes_the_configs_value(key, value):
    settings = with_environment({key: value}, {f"{PREFIX}{key.upper()}": "null"})
    assert getattr(settings, key) == PlaygroundConfig.model_fields[key].default


def test_projects_own_config_can_be_served():
    settings, generator, classes = read_config([REPOSITORY / "config.yaml"], {})
    assert generator.model == "models/embedded"
    assert len(classes) == 6
    assert not settings.classes_only


def test_documentation_lists_every_setting_as_it_is():
    text = (REPOSITORY / "docs" / "playground.md").read_text()
    for key, field in PlaygroundConfig.model_fields.items():
        assert f"| `{key}` | `{PREFIX}{key.upper()}` | {field.default} | {field.description} |" in text


def test_readme_names_every_setting_and_no_other():
    text = (REPOSITORY / "README.md").read_text().split("## The playground")[1].split("\n## ")[0]
    assert set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", text)) == {key.upper() for key in PlaygroundConfig.model_fields}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "high", 'error: FAUXTOGRAPH_PORT is "high": it must be a valid integer'),
        ("HOST", "nowhere.invalid", "error: playground.host is nowhere.invalid: "),
        ("HOST", "192.0.2.1", "error: playground.host is 192.0.2.1: "),
    ],
)
def test_wrong_setting_ends_the_server_with_one_line(name, value, said):
    finished = subprocess.run(
        [sys.executable, "-m", "webserver"],
        cwd=REPOSITORY,
        env={f"FAUXTOGRAPH_{name}": value, "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith(said)
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(("name", "content"), [("folder", None), ("config.yaml", b"port: \xff")])
def test_config_that_cannot_be_read_is_named_in_one_line(tmp_path, name, content):
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    finished = subprocess.run(
        [sys.executable, "-m", "webserver", "--config", str(path)], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert finished.returncode == 1
    assert finished.stderr.splitlines()[-1].startswith(f"error: {path}: ")
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://127.0.0.1:8000/"), ("::1", "http://[::1]:8000/")])
def test_printed_address_can_be_opened(host, address):
    assert page_address(host, 8000) == address


def test_client_waits_for_its_own_tokens_alone():
    now = [0.0]
    buckets = TokenBuckets(2, clock=lambda: now[0])
    assert [buckets.seconds_to_wait("a") for _ in range(3)] == [0, 0, 30]
    assert buckets.seconds_to_wait("b") == 0
    now[0] = 30
    assert buckets.seconds_to_wait("a") == 0
    assert buckets.seconds_to_wait("a") == 30
