"""Hypotheses are judged by intervals, and a version that came after the results is known by it."""

import hashlib
import json

import pytest
from markupsafe import Markup

from tests.transfer_analysis.invented_study import invented_summary
from transfer_analysis.hypotheses import judge_hypotheses
from transfer_analysis.report.page import render_page
from transfer_analysis.report.verification import find_problems
from workflow_scripts.hypotheses import Hypothesis
from workflow_scripts.hypotheses_record import RECORD, read_record, record_hypotheses


def judged(region, ci95, **version):
    hypotheses = {"h": {"gap": "synthetic_to_real", "sign": "loss", "points": None, "region": region}}
    versions = [{"after_results": False, "config_sha256": "a", **version}]
    gaps = {"synthetic_to_real": {"ci95": ci95}} if ci95 else {}
    return judge_hypotheses(hypotheses, versions, gaps, "a")


@pytest.mark.parametrize(
    ("region", "ci95", "verdict"),
    [
        ([0.0, None], [0.02, 0.3], "held"),
        ([0.0, None], [-0.01, 0.3], "undecided"),
        ([0.0, None], [-0.2, -0.01], "refuted"),
        ([None, 0.0], [-0.2, -0.01], "held"),
        ([0.1, 0.2], [0.12, 0.18], "held"),
        ([0.1, 0.2], [0.15, 0.25], "undecided"),
        ([0.1, 0.2], [0.25, 0.3], "refuted"),
        ([0.1, 0.2], [0.0, 0.5], "undecided"),
        ([0.1, 0.2], None, "undecided"),
    ],
)
def test_verdict_is_where_the_interval_lies(region, ci95, verdict):
    assert judged(region, ci95)["judged"]["h"]["verdict"] == verdict


def test_other_settings_than_those_at_freezing_are_said():
    assert not judged([0.0, None], [0.1, 0.2])["config_changed"]
    assert judged([0.0, None], [0.1, 0.2], config_sha256="b")["config_changed"]


def section(summary, hypothesis_ci95, tmp_path, **gap):
    """Return the text of the report's section on one hypothesis, of a loss, with the gap's interval and p as given."""
    summary["gaps"]["synthetic_to_real"] |= {"ci95": hypothesis_ci95, **gap}
    sources = {**summary, "hypotheses": judged([0.0, None], hypothesis_ci95)}
    page = render_page(sources, tmp_path)
    assert find_problems(page, sources) == []
    return " ".join(
        Markup(page[page.index('id="hypotheses-heading"') : page.index('id="matrix-heading"')]).striptags().split()
    )


def test_a_verdict_by_an_interval_that_does_not_outlive_the_correction_is_said_to_be_so(tmp_path):
    caveat = "does not outlive the correction for 6 gaps, and no difference was detected"
    for ci95, verdict in (([0.02, 0.19], "held"), ([-0.19, -0.02], "refuted")):
        text = section(invented_summary(), ci95, tmp_path, p_value_holm=0.128)
        assert f"{verdict} by its own interval" in text
        assert caveat in text
        assert caveat not in section(invented_summary(), ci95, tmp_path, p_value_holm=0.01)
    assert caveat not in section(invented_summary(), [-0.02, 0.19], tmp_path, p_value_holm=0.128)


@pytest.mark.parametrize(
    ("n_seeds", "words"),
    [
        (1, "With 1 network an arm, the luck of training is not in the intervals: take"),
        (2, "With 2 networks an arm, the luck of training is hardly known and the intervals may be too narrow: take"),
        (3, None),
    ],
)
def test_verdicts_of_few_networks_are_provisional(n_seeds, words, tmp_path):
    text = section(invented_summary(n_seeds=n_seeds), [0.02, 0.19], tmp_path)
    assert ("provisional" in text) == (words is not None)
    assert words is None or words in text


def on_record(folder, hypotheses):
    record_hypotheses(folder, hypotheses, "a")
    return [version["after_results"] for version in read_record(folder / RECORD)]


def test_what_was_expected_first_and_what_came_after_results_stays_on_record(tmp_path):
    first = {"h": {"gap": "synthetic_to_real", "sign": "loss"}}
    assert on_record(tmp_path, first) == [False]
    (tmp_path / "results" / "predictions" / "real").mkdir(parents=True)
    (tmp_path / "results" / "predictions" / "real" / "real.npz").write_bytes(b"")
    assert on_record(tmp_path, first) == [False]
    assert on_record(tmp_path, {"h": {"gap": "synthetic_to_real", "sign": "gain"}}) == [False, True]


def test_runs_that_expected_nothing_are_no_versions_and_old_records_of_them_are_read_right(tmp_path):
    expected = {"h": {"gap": "synthetic_to_real", "sign": "loss"}}
    assert on_record(tmp_path, {}) == []
    assert on_record(tmp_path, expected) == [False]
    line = (tmp_path / RECORD).read_text()
    of_nothing = line.replace(json.loads(line)["hypotheses_sha256"], hashlib.sha256(b"{}").hexdigest())
    again = line.replace("false", "true")
    (tmp_path / RECORD).write_text(of_nothing + line + of_nothing + again)
    assert on_record(tmp_path, expected) == [False]
    assert on_record(tmp_path, {}) == [False]
    assert on_record(tmp_path, {"h": {"gap": "synthetic_to_real", "sign": "gain"}}) == [False, False]
    assert (tmp_path / RECORD).read_text().startswith(of_nothing + line + of_nothing + again)


@pytest.mark.parametrize("text", ["{", "[]\n", "{}\n"])
def test_damaged_record_is_named(tmp_path, text):
    (tmp_path / RECORD).parent.mkdir(parents=True)
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(ValueError, match=r"record\.jsonl is damaged"):
        record_hypotheses(tmp_path, {}, "a")


def test_without_a_record_nothing_is_judged(tmp_path):
    assert read_record(tmp_path / RECORD) == []


def test_a_gap_of_none_that_leaves_out_none_is_refused():
    with pytest.raises(ValueError, match="with sign none they hold 0"):
        Hypothesis(gap="synthetic_to_real", sign="none", points=(5, 20))
