"""Hypotheses are judged by intervals, and a version that came after the results is known by it."""

import json

import pytest

from tests.transfer_analysis.test_commands import command
from transfer_analysis.hypotheses import judge_hypotheses
from workflow_scripts.hypotheses import Hypothesis


def judged(region, ci95, **version):
    frozen = {
        "hypotheses": {"h": {"gap": "synthetic_to_real", "sign": "loss", "points": None, "region": region}},
        "versions": [{"after_results": False, "config_sha256": "a", **version}],
    }
    gaps = {"synthetic_to_real": {"ci95": ci95}} if ci95 else {}
    return judge_hypotheses(frozen, gaps, "a")


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


def freeze(folder, hypotheses):
    error = command(
        "write_hypotheses",
        hypotheses=json.dumps(hypotheses),
        config_sha256="a",
        predictions_folder=folder / "predictions",
        record=folder / "record.jsonl",
        output=folder / "frozen.json",
    )
    assert error is None
    return json.loads((folder / "frozen.json").read_text())


def test_what_was_frozen_first_and_what_came_after_results_stays_on_record(tmp_path):
    first = {"h": {"gap": "synthetic_to_real", "sign": "loss"}}
    assert [version["after_results"] for version in freeze(tmp_path, first)["versions"]] == [False]
    (tmp_path / "predictions" / "real").mkdir(parents=True)
    (tmp_path / "predictions" / "real" / "real.npz").write_bytes(b"")
    assert len(freeze(tmp_path, first)["versions"]) == 1
    second = {"h": {"gap": "synthetic_to_real", "sign": "gain"}}
    frozen = freeze(tmp_path, second)
    assert frozen["hypotheses"] == second
    assert [version["after_results"] for version in frozen["versions"]] == [False, True]


def test_a_gap_of_none_that_leaves_out_none_is_refused():
    with pytest.raises(ValueError, match="with sign none they hold 0"):
        Hypothesis(gap="synthetic_to_real", sign="none", points=(5, 20))
