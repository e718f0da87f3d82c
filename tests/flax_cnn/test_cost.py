"""What is said of a training's cost, where the answer is known."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import jax
import pytest

from flax_cnn.cost import training_cost
from flax_cnn.memory import peak_device_memory_bytes


def row(seconds, images_per_second):
    return {"seconds": seconds, "core_seconds": 2 * seconds, "images_per_second": images_per_second}


def test_speed_leaves_out_the_interval_that_compiles_and_seconds_do_not():
    cost = training_cost([row(20, 10.0), row(2, 100.0), row(1, 200.0)], seeds=1)
    assert (cost["seconds"], cost["core_seconds"], cost["images_per_second"]) == (23, 46, 150)


def test_speed_of_a_single_interval_is_unknown():
    assert training_cost([row(20, 10.0)], seeds=1)["images_per_second"] is None


def test_cost_says_how_many_seeds_shared_the_program():
    assert training_cost([row(1, 1.0)], seeds=3)["seeds_side_by_side"] == 3


def test_memory_is_that_of_the_fullest_device_and_unknown_where_none_counts(monkeypatch):
    counted = [{"peak_bytes_in_use": 5}, {"peak_bytes_in_use": 7}, {"bytes_limit": 9}, None]
    devices = [SimpleNamespace(memory_stats=lambda each=each: each) for each in counted]
    monkeypatch.setattr(jax, "local_devices", lambda: devices)
    assert peak_device_memory_bytes() == 7
    monkeypatch.setattr(jax, "local_devices", lambda: devices[2:])
    assert peak_device_memory_bytes() is None


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="only Linux tells the memory of a command alone")
def test_memory_of_the_process_that_became_this_one_is_not_counted():
    ask = "from flax_cnn.memory import peak_memory_bytes; print(peak_memory_bytes())"
    grow = f"import os, sys; held = b'x' * 2**30; os.execv(sys.executable, [sys.executable, '-c', {ask!r}])"
    finished = subprocess.run([sys.executable, "-c", grow], capture_output=True, text=True, check=True)
    assert int(finished.stdout) < 2**30
