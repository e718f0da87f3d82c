"""A finished report with all its parts holds, and a number, table or figure that is not its sources' is found."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.transfer_analysis.invented_study import invented_summary
from tests.transfer_analysis.test_commands import command
from tests.transfer_analysis.test_mixtures import study
from transfer_analysis.hypotheses import judge_hypotheses
from transfer_analysis.mixtures.description import describe_mixtures
from transfer_analysis.report.print_version.typesetting import typeset

PUBLISHED = Path(__file__).parents[2] / "transfer_analysis" / "published_results.json"
OTHER_PAGE = "<header><h1>Another</h1><div></div></header><main><p>Nothing was found.</p></main>"
FIGURES = ("gaps", "confusion_differences", "mixtures", "learning_curves", "exchange_rate", "published_results")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    summary = invented_summary(per_class=100)
    expected = {"partly lost": {"gap": "synthetic_to_real", "sign": "loss", "points": [10, 60], "region": [0.1, 0.6]}}
    versions = [{"after_results": True, "config_sha256": "other"}]
    parts = {
        "mixtures": describe_mixtures(study(np.random.default_rng(0), n_images=600), draws=200),
        "hypotheses": judge_hypotheses(expected, versions, summary["gaps"], summary["study"]["config_sha256"]),
    }
    for name, content in {"summary": summary, **parts}.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    inputs = {"summary": folder / "summary.json", "parts": (folder / "mixtures.json", PUBLISHED)}
    for figure in FIGURES:
        assert command("plot_part", figure=figure, **inputs, output=folder / "figures" / f"{figure}.svg") is None
    parts = (folder / "mixtures.json", folder / "hypotheses.json", PUBLISHED)
    written = {"summary": folder / "summary.json", "parts": parts, "figures": folder / "figures"}
    assert command("write_report", **written, output=folder / "report.html") is None
    assert command("write_print_version", page=folder / "report.html", output=folder / "report.pdf") is None
    return folder


def altered(finished, tmp_path, name, change):
    folder = tmp_path / "report"
    shutil.copytree(finished, folder)
    (folder / name).write_text(change((folder / name).read_text()))
    return command("verify_report", folder=folder)


def test_an_untouched_report_holds_with_all_its_figures_and_tables(finished, capsys):
    assert command("verify_report", folder=finished) is None
    assert f"and {len(FIGURES)} figures are those of its sources, and so is report.pdf; 0 figures" in " ".join(
        capsys.readouterr().out.split()
    )


def test_another_number_in_a_part_is_found_in_text_tables_and_figures(finished, tmp_path, capsys):
    def change(text):
        mixtures = json.loads(text)
        mixtures["points"][-1]["accuracy"]["mean"] += 0.01
        return json.dumps(mixtures)

    assert "parts of the report are not what its sources give" in altered(finished, tmp_path, "mixtures.json", change)
    found = capsys.readouterr().out
    for problem in ("/mixtures/points/4/accuracy/mean", "mixtures.csv", "figure learning_curves"):
        assert problem in found
    assert "figure gaps" not in found


def test_a_figure_that_was_drawn_from_other_numbers_is_found(finished, tmp_path, capsys):
    page = (finished / "report.html").read_text()
    start = page.index('data-figure="gaps" src="') + len('data-figure="gaps" src="')
    other = page.index('data-figure="mixtures" src="') + len('data-figure="mixtures" src="')
    picture = page[other : page.index('"', other)]
    message = altered(
        finished, tmp_path, "report.html", lambda text: text[:start] + picture + text[text.index('"', start) :]
    )
    assert message is not None
    assert "figure gaps" in capsys.readouterr().out


def test_a_print_version_of_another_page_is_found(finished, tmp_path, capsys):
    folder = tmp_path / "report"
    shutil.copytree(finished, folder)
    (folder / "report.pdf").write_bytes(typeset(OTHER_PAGE))
    assert command("verify_report", folder=folder) is not None
    found = capsys.readouterr().out
    assert "report.pdf: it is not this page" in found
    assert "the PDF lacks" in found


def test_hypotheses_that_came_after_the_results_are_called_so(finished):
    page = (finished / "report.html").read_text()
    assert "Not written beforehand" in page
    assert "no longer those that they were frozen with" in page
