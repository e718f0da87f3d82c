"""What XLA compiled is shared; tests that share a costly fixture stay together, and the longest come first."""

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of a test run, studies' jobs included, share what XLA compiles: half their time otherwise."""
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(config.cache.mkdir("compiled"))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


# First, because xdist reads the marks in this same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by file, but those of the finished study and of the exported data set as one group each.

    Those on SLURM, which wait more than they work, make a study of their own to compare with.
    """
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: not _is_long(item))


def _group(item: pytest.Item) -> str:
    if item.path.parent.name == "slurm":
        return "slurm"
    if "finished_study" in item.fixturenames:
        return "finished study"
    if item.path.parent.name == "data_set_export":
        return "exported data set"
    return item.path.stem


def _is_long(item: pytest.Item) -> bool:
    return (
        "finished_study" in item.fixturenames
        or item.get_closest_marker("study") is not None
        or item.path.parent.name == "container"
    )
