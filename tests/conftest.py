"""How the tests are spread over processes: what shares a costly fixture stays together, and the longest comes first."""

import pytest


# First, because xdist reads the marks in this same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by file, but those of the finished study and of the exported data set as one group each."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: not _is_study(item))


def _group(item: pytest.Item) -> str:
    if "finished_study" in item.fixturenames:
        return "finished study"
    if item.path.parent.name == "data_set_export":
        return "exported data set"
    return item.path.stem


def _is_study(item: pytest.Item) -> bool:
    return "finished_study" in item.fixturenames or item.get_closest_marker("study") is not None
