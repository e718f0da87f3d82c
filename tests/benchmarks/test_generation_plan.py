"""The arithmetic of large data sets, and the tables in docs/ that it printed."""

import re
import shlex
import subprocess
import sys

import pytest

from benchmarks.generation_plan import plan
from tests.workflow.study import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "generation-speed.md").read_text()
PRINTED = re.findall(r"```sh\npython -m benchmarks\.generation_plan (.*)\n```\n\n(.*\n\n(?:\|.*\n)+)", DOCUMENT)


def test_known_answer():
    row = plan(images_per_second=2, classes=3, images_per_class=1000, shard_size=400, start_seconds=50, gpus=2)
    assert row.jobs == 9  # 400, 400 and 200 images of each class
    assert row.drawing_hours * 3600 == pytest.approx(1500)
    assert row.starting_hours * 3600 == pytest.approx(450)
    assert row.minutes_a_job * 60 == pytest.approx(250)
    assert row.wall_hours * 3600 == pytest.approx(5 * 1950 / 9)
    assert row.start_share == pytest.approx(450 / 1950)
    assert row.gigabytes == pytest.approx(3000 * 3885 / 1e9)


def test_there_are_tables_to_check():
    assert len(PRINTED) >= 3


@pytest.mark.parametrize(("arguments", "table"), PRINTED)
def test_table_in_the_documentation_is_what_its_command_prints(arguments, table):
    command = [sys.executable, "-m", "benchmarks.generation_plan", *shlex.split(arguments)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout
    assert printed == table
