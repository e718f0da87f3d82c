"""A cluster's profile that is not filled in is named by file, line and word."""

import shutil

import pytest

from tests.workflow.study import REPOSITORY
from workflow_scripts.config_errors import ConfigError
from workflow_scripts.profile_placeholders import check_filled_in


@pytest.fixture
def profile(tmp_path):
    return shutil.copytree(REPOSITORY / "profiles" / "slurm", tmp_path / "slurm")


def test_shipped_profile_asks_for_the_account_first_and_then_the_partitions(profile):
    with pytest.raises(ConfigError, match=r"slurm/config.yaml, line \d+: SET_ACCOUNT is a placeholder"):
        check_filled_in(profile)
    config = profile / "config.yaml"
    config.write_text(config.read_text().replace("SET_ACCOUNT", "mine"))
    with pytest.raises(ConfigError, match=r"slurm/partitions.yaml, line \d+: SET_CPU_PARTITION is a placeholder"):
        check_filled_in(profile)


def test_filled_in_profile_passes_though_its_comments_speak_of_placeholders(profile):
    assert "# placeholder (SET_...)" in (profile / "config.yaml").read_text()
    for file in profile.iterdir():
        words = ("SET_ACCOUNT", "SET_CPU_PARTITION", "SET_GPU_PARTITION")
        for word in words:
            file.write_text(file.read_text().replace(word, "mine"))
    check_filled_in(profile)
