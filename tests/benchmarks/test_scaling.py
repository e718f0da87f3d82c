"""The simulation of large studies, and the tables in docs/scaling.md that it printed."""

import re
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.scaling import Costs, drawing_seconds, last_worthwhile, simulate
from tests.workflow.study import REPOSITORY

COSTS = Costs(
    images_per_second=2,
    start_seconds=50,
    planned_shards_per_second=10,
    merged_images_per_second=100,
    trainings=3,
    images_a_training=1000,
    trained_images_per_second=10,
    submissions_per_second=1000,
    jobs_in_hand=1000,
)
PRINTED = re.findall(
    r"```sh\npython -m benchmarks\.scaling ?(.*)\n```\n\n((?:\|.*\n)+\n.*\n)",
    (REPOSITORY / "docs" / "scaling.md").read_text(),
)


def test_known_answer():
    course = simulate(images=4000, shard_size=400, gpus=5, costs=COSTS)
    assert course.planning * 3600 == pytest.approx(1)
    assert course.drawing * 3600 == pytest.approx(2 * 250, abs=0.02)  # ten jobs of 250 s on five GPUs
    assert course.merging * 3600 == pytest.approx(40)
    assert course.training * 3600 == pytest.approx(150)
    assert course.gpu_hours * 3600 == pytest.approx(10 * 250 + 3 * 150)


def test_slow_submission_bounds_the_gpus_that_work():
    slow = replace(COSTS, submissions_per_second=0.1)
    assert drawing_seconds(100, 20, gpus=50, costs=slow) == pytest.approx(99 * 10 + 20)


def test_jobs_in_hand_bound_the_gpus_that_work():
    few = replace(COSTS, jobs_in_hand=4)
    assert drawing_seconds(100, 20, gpus=50, costs=few) == pytest.approx(100 / 4 * 20, rel=0.01)


def test_scaling_ends_where_what_cannot_be_shared_rules():
    assert last_worthwhile(4_000_000, 400, COSTS) < last_worthwhile(
        4_000_000, 400, replace(COSTS, merged_images_per_second=100_000)
    )


def test_there_are_tables_to_check():
    assert len(PRINTED) == 2


@pytest.mark.parametrize(("arguments", "table"), PRINTED)
def test_table_in_the_documentation_is_what_its_command_prints(arguments, table):
    command = [sys.executable, "-m", "benchmarks.scaling", *shlex.split(arguments)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY).stdout
    assert printed == table
