"""What stands twice is kept equal: pins, commands, help."""

import re
import runpy
import sys
import tomllib

import pytest
import yaml

from tests.transfer_analysis.invented_study import USUAL, invented_summary
from tests.workflow.study import REPOSITORY
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import save_figure
from workflow_scripts.write_readme_results import README, SHOWN, STUDY, results_text, sources_of, with_results

COMMANDS = sorted(
    path.stem for path in (REPOSITORY / "workflow_scripts").glob("*.py") if '__name__ == "__main__"' in path.read_text()
)


def pins(text):
    return dict(line.split("==") for line in text.splitlines() if re.match(r"[A-Za-z0-9_.-]+==", line))


LOCK = pins((REPOSITORY / "requirements.lock").read_text())


@pytest.mark.parametrize("path", sorted((REPOSITORY / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_conda_pins_are_those_of_the_lock(path):
    dependencies = yaml.safe_load(path.read_text())["dependencies"]
    inline = pins("\n".join(next(entry["pip"] for entry in dependencies if isinstance(entry, dict))))
    assert inline
    known = LOCK | (pins((REPOSITORY / "requirements-cuda-jax.txt").read_text()) if "cuda" in path.stem else {})
    assert inline.items() <= known.items()


def test_everything_asked_for_is_locked():
    asked = re.findall(r"^([A-Za-z0-9_-]+)", (REPOSITORY / "requirements.in").read_text(), re.MULTILINE)
    locked = {name.lower().replace("_", "-") for name in LOCK}
    assert {name.lower().replace("_", "-") for name in asked} <= locked


def test_files_of_text_are_read_and_written_as_utf_8_whatever_the_locale_says():
    for room in tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]:
        for path in (REPOSITORY / room).rglob("*.py"):
            assert not re.search(r"\.(read|write)_text\((?!.*encoding)", path.read_text(encoding="utf-8")), path


def test_torch_is_pinned_exactly():
    assert LOCK["torch"] == "2.13.0"


def test_every_rule_has_log_benchmark_environment_threads_and_resources():
    for path in (REPOSITORY / "rules").glob("*.smk"):
        for rule in re.split(r"\n(?=rule |use rule )", path.read_text())[1:]:
            needed = {"log:", "benchmark:"}
            if rule.startswith("rule "):
                needed |= {"conda:", "threads:", "gpu=", "mem_mb=", "runtime="}
            assert not {part for part in needed if part not in rule}, f"{path.name}: {rule.splitlines()[0]}"


def test_what_the_docs_commands_make_is_neither_committed_nor_part_of_the_image():
    committed, built = (set((REPOSITORY / f".{tool}ignore").read_text().splitlines()) for tool in ("git", "docker"))
    for made in (
        "study",
        "wheels",
        "wheels.txt",
        "downloads",
        ".cache",
        "snakemake_report.zip",
        "*.tar",
        "*.tar.gz",
        "*.sif",
    ):
        assert f"/{made}" in committed, "from the root alone: rules/downloads.smk is source"
        assert made in built


def test_readmes_numbers_are_those_of_the_default_study():
    readme = README.read_text()
    assert with_results(readme, sources_of(STUDY)) == readme, "run: python -m workflow_scripts.write_readme_results"


@pytest.mark.parametrize(
    ("accuracies", "generator", "said"),
    [
        ({}, {}, ("instead of real ones costs", "the embedded generator", "of each of 6 classes")),
        ({("real", "real"): 0.5, ("synthetic", "real"): 0.9}, {}, ("instead of real ones gains",)),
        ({("real", "real"): 0.8, ("synthetic", "real"): 0.8}, {}, ("no difference was detected",)),
        ({}, {"is_embedded": False, "model": "stabilityai/sd-turbo"}, ("each; `stabilityai/sd-turbo`. ",)),
        ({}, {"is_embedded": False, "model": "cars", "pipeline_class": None}, ("images of the folder `cars`. ",)),
    ],
)
def test_readmes_words_follow_what_was_found(accuracies, generator, said):
    text = results_text(invented_summary({**USUAL, **accuracies}, **generator))
    assert [words for words in said if words not in text] == []
    assert ("costs" in text) == (not accuracies)
    assert "animals" not in text


def test_readme_says_what_the_generated_images_owe_to_photographs():
    summary = invented_summary()
    summary["study"]["generator"]["settings"] = {"prompts": {"counted_among": "newts"}}
    assert "the embedded generator, whose prompts' words were counted among newts. " in results_text(summary)
    summary["provenance"]["generated_images"]["rejected"] = 10**9
    assert "among newts and 100 % of whose images a classifier refused. " in results_text(summary)


@pytest.mark.parametrize("name", SHOWN)
def test_readmes_figures_are_those_of_the_default_study(name, tmp_path):
    assert f"docs/default_study/{name}.svg" in README.read_text()
    save_figure(DRAWN[name](sources_of(STUDY)), tmp_path / "figure.svg")
    drawn, shown = (path.read_bytes() for path in (tmp_path / "figure.svg", STUDY / f"{name}.svg"))
    assert drawn == shown, "run: python -m workflow_scripts.write_readme_results"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, monkeypatch, capsys):
    # In this process, which has most of what they import.
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module(f"workflow_scripts.{name}", run_name="__main__")
    assert end.value.code == 0
    assert len(capsys.readouterr().out.split("options:")[0].split()) > 10


def test_every_rules_command_exists():
    rules = "".join(path.read_text() for path in (REPOSITORY / "rules").glob("*.smk"))
    for name in re.findall(r"python -m workflow_scripts\.(\w+)", rules):
        assert name in COMMANDS


def test_tests_that_share_a_costly_fixture_stay_together(request):
    if request.config.getoption("loadgroup", None):
        assert "@" in request.node.nodeid, "pytest-xdist's groups are without effect: every process makes its own study"
