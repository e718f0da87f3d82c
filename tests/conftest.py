"""What XLA compiled is shared; tests that share a costly fixture stay together, and the longest come first."""

import os
import shutil

import pytest

from photographs.file_locks import held_lock

_SURVIVED = "fault survived"


def pytest_configure(config: pytest.Config) -> None:
    """Let all processes of a test run, studies' jobs included, share what XLA compiles: half their time otherwise."""
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(config.cache.mkdir("compiled"))
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")


# First, because xdist reads the marks in this same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests by file, but those of the exported data set as one group."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: not _is_long(item))


def _group(item: pytest.Item) -> str:
    return "exported data set" if item.path.parent.name == "data_set_export" else item.path.stem


def _is_long(item: pytest.Item) -> bool:
    return (
        "finished_study" in item.fixturenames
        or item.get_closest_marker("study") is not None
        or item.path.parent.name == "container"
    )


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """Return a tiny study that ran to its end, one for all of xdist's processes. Tests must not change it."""
    # Imported here: most tests need neither JAX nor a study.
    from tests.workflow.study import TinyStudy

    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "finished_study"
    with held_lock(folder.with_suffix(".lock")):
        if (done := folder.with_suffix(".done")).exists():
            return TinyStudy(folder)
        shutil.rmtree(folder, ignore_errors=True)  # where another process' run failed
        study = TinyStudy.create(folder)
        finished = study.run()
        assert finished.returncode == 0, finished.stdout
        done.touch()
    return study


@pytest.fixture
def study_copy(finished_study, tmp_path):
    """Return a copy of the finished study, times of change included, for a test to alter."""
    folder = tmp_path / "study"
    shutil.copytree(finished_study.folder, folder, symlinks=True)
    yield type(finished_study)(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def chromium():
    """Return a real browser."""
    from playwright.sync_api import sync_playwright

    from tests.webserver.browser import ARGUMENTS, CHROMIUM

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def survived(record_property):
    """Return a function that notes a fault which was survived, for the count at the end."""
    return lambda fault: record_property(_SURVIVED, fault)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many faults were survived (tests/faults); xdist brings the notes here from its processes."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    notes = [note for report in reports for note in getattr(report, "user_properties", ()) if report.when == "call"]
    faults = [fault for name, fault in notes if name == _SURVIVED]
    if faults:
        terminalreporter.section(f"faults survived: {len(faults)}")
        for fault in faults:
            terminalreporter.line(fault)
