"""Gaps between arms: known answers, pairing, and the correction for looking at many."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.transfer_analysis.invented_study import USUAL, invented_cell
from transfer_analysis.cells import Cell
from transfer_analysis.crossed_effects import detectable_effect, estimate_mean, estimate_means
from transfer_analysis.gaps import describe_gaps, describe_own_gain
from transfer_analysis.paired_answers import permutation_p_value
from transfer_analysis.several_tests import correct_for_number, holm


def constructed_cell(arm: str, domain: str, right_sn) -> Cell:
    right_sn = np.asarray(right_sn, bool)
    labels_n = np.arange(right_sn.shape[1]) % 2
    predicted_sn = np.where(right_sn, labels_n, 1 - labels_n)
    confidence_sn = np.full(right_sn.shape, 0.9)
    return Cell(arm, domain, ("cat", "dog"), labels_n, np.arange(len(labels_n)), predicted_sn, confidence_sn)


def test_gap_is_home_less_away_and_exact():
    home = constructed_cell("real", "real", [[1, 1, 1, 0, 1, 1, 1, 1]])
    away = constructed_cell("synthetic", "real", [[1, 0, 1, 0, 0, 0, 1, 1]])
    gap = describe_gaps({("real", "real"): home, ("synthetic", "real"): away})["synthetic_to_real"]
    assert gap["mean"] == 0.375
    assert gap["per_class"]["cat"]["mean"] == 0.25
    assert gap["per_class"]["dog"]["mean"] == 0.5
    assert gap["furthest_class"] == "dog"
    assert gap["seed_variance"] == "not estimated"


def test_identical_arms_have_no_gap_within_a_narrow_interval():
    home = invented_cell("real", "real", 0.8)
    gap = describe_gaps({("real", "real"): home, ("copy", "real"): replace(home, arm="copy")})["copy_to_real"]
    assert gap["mean"] == 0
    assert gap["p_value"] == 1
    low, high = gap["ci95"]
    assert -0.02 < low < 0 < high < 0.02


def test_pairing_finds_what_unpaired_intervals_would_hide():
    home_sn = np.repeat(np.arange(400)[None] % 10 < 6, 3, axis=0)
    away_sn = home_sn.copy()
    for seed in range(3):  # every seed loses another 20 of the 240 that the home arm has right
        away_sn[seed, np.flatnonzero(home_sn[seed])[seed::12]] = False
    cells = {
        ("real", "real"): constructed_cell("real", "real", home_sn),
        ("synthetic", "real"): constructed_cell("synthetic", "real", away_sn),
    }
    gap = describe_gaps(cells)["synthetic_to_real"]
    assert gap["mean"] == pytest.approx(0.05)
    assert gap["p_value"] < 0.001
    home, away = (estimate_mean(cell.correct_sn).interval(0, 1) for cell in cells.values())
    assert away[1] > home[0]


def test_every_arm_away_from_home_has_a_gap_and_no_other():
    cells = {key: invented_cell(*key, accuracy) for key, accuracy in USUAL.items()}
    cells["real_half", "real"] = invented_cell("real_half", "real", 0.7)
    cells["real", "sketches"] = invented_cell("real", "sketches", 0.3)
    assert set(describe_gaps(cells)) == {
        *("synthetic_to_real", "mixture_to_real", "real_half_to_real"),
        *("real_to_synthetic", "mixture_to_synthetic", "real_to_mixture", "synthetic_to_mixture"),
    }


def test_gaps_count_the_networks_that_they_share_and_not_themselves():
    cells = {key: invented_cell(*key, accuracy, per_class=400) for key, accuracy in USUAL.items()}
    gaps = describe_gaps(cells)
    lost = [
        cells[gap["domain"], gap["domain"]].correct_sn - cells[gap["arm"], gap["domain"]].correct_sn
        for gap in gaps.values()
    ]
    expected = [estimate.degrees_of_freedom for estimate in estimate_means(lost, n_networks=3)]
    assert [gap["degrees_of_freedom"] for gap in gaps.values()] == pytest.approx(expected)
    assert expected != [estimate.degrees_of_freedom for estimate in estimate_means(lost)]


def test_arms_tested_on_different_images_cannot_be_compared():
    home = invented_cell("real", "real", 0.8)
    shuffled = replace(home, arm="synthetic", indices_n=home.indices_n[::-1])
    with pytest.raises(ValueError, match="different real images"):
        describe_gaps({("real", "real"): home, ("synthetic", "real"): shuffled})


def test_what_is_said_to_be_found_is_found_after_the_correction():
    """Six differences, one of them truly as large as the effect that is said to be found: it is, four times in five."""
    rng, repetitions = np.random.default_rng(0), 200
    found = 0
    for _ in range(repetitions):
        tables = rng.normal(size=(6, 1, 60))
        effect = detectable_effect(1 / np.sqrt(60), 59, 6)
        tables[0] += effect
        entries = [estimate_mean(table_sn).tested(-9, 9) for table_sn in tables]
        single = entries[0]["minimum_detectable_effect"]
        correct_for_number(entries)
        assert entries[0]["minimum_detectable_effect"] > single
        found += entries[0]["p_value_holm"] < 0.05
    monte_carlo_error = 2 * np.sqrt(0.8 * 0.2 / repetitions)
    # Later steps of Holm's correction are less strict than the first, so it may be a little more.
    assert 0.8 - monte_carlo_error <= found / repetitions <= 0.85 + monte_carlo_error


def test_holm_against_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_own_gain_is_above_zero_when_generated_images_are_easier_than_real_ones():
    cells = {
        ("real", "real"): invented_cell("real", "real", 0.7),
        ("real", "synthetic"): invented_cell("real", "synthetic", 0.95),
    }
    assert describe_own_gain(cells)["ci95"][0] > 0
    assert describe_own_gain({("real", "real"): cells["real", "real"]}) is None


def test_a_class_that_falls_further_than_the_others_raises_the_alarm_and_an_even_fall_does_not():
    cells = {("real", "real"): invented_cell("real", "real", 0.85, per_class=150)}
    even = invented_cell("synthetic", "real", 0.6, per_class=150)
    gap = describe_gaps({**cells, ("synthetic", "real"): even})["synthetic_to_real"]
    assert gap["alarming_classes"] == []
    frog = even.classes.index("frog")
    fallen_sn = np.where(even.labels_n == frog, (frog + 1) % 6, even.predicted_sn)
    gap = describe_gaps({**cells, ("synthetic", "real"): replace(even, predicted_sn=fallen_sn)})["synthetic_to_real"]
    assert gap["alarming_classes"] == ["frog"]
    assert gap["per_class"]["frog"]["excess"]["ci95"][0] > 0
    assert gap["per_class"]["cat"]["excess"]["mean"] < 0
    first = gap["confusion_difference"]["confusions"][0]
    assert (first["true"], first["answer"]) == ("frog", "horse")


def test_confusion_differences_of_a_row_add_up_to_nothing_and_the_diagonal_is_the_classes_gap():
    home, away = invented_cell("real", "real", 0.85), invented_cell("synthetic", "real", 0.6)
    gap = describe_gaps({("real", "real"): home, ("synthetic", "real"): away})["synthetic_to_real"]
    difference_kk = np.array(gap["confusion_difference"]["difference"])
    assert difference_kk.sum(axis=1) == pytest.approx(np.zeros(6), abs=1e-12)
    assert -np.diagonal(difference_kk) == pytest.approx([entry["mean"] for entry in gap["per_class"].values()])


def test_two_answers_of_one_network_differ_nowhere():
    home = invented_cell("real", "real", 0.8)
    gap = describe_gaps({("real", "real"): home, ("copy", "real"): replace(home, arm="copy")})["copy_to_real"]
    assert not np.any(gap["confusion_difference"]["differs"])
    assert gap["odds_ratio"] is None
    assert gap["cohens_h"] == 0
    assert gap["p_value_permutation"] == 1


def test_with_one_seed_the_permutation_test_is_mcnemars():
    lost_sn = np.array([[1] * 17 + [-1] * 6 + [0] * 40])
    assert permutation_p_value(lost_sn) == pytest.approx(stats.binomtest(17, 23).pvalue)


def test_permutation_over_several_seeds_is_that_of_all_sign_flips_counted_out():
    lost_sn = np.array([[1, 1, 0, -1, 1, 0, 1], [1, 0, 1, -1, 1, 0, 0], [1, 1, 0, 0, 1, -1, 0]])
    differences_n = lost_sn.sum(axis=0)
    sums = [np.dot(signs, differences_n) for signs in itertools.product((-1, 1), repeat=7)]
    expected = np.mean(np.abs(sums) >= abs(differences_n.sum()))
    assert permutation_p_value(lost_sn) == pytest.approx(expected)


def test_the_bootstrap_agrees_with_the_formula_on_a_gap_of_many_seeds():
    cells = {key: invented_cell(*key, accuracy, per_class=200, n_seeds=20) for key, accuracy in USUAL.items()}
    gap = describe_gaps(cells)["synthetic_to_real"]
    widths = [high - low for low, high in (gap["ci95"], gap["bootstrap_ci95"])]
    assert widths[1] == pytest.approx(widths[0], rel=0.3)
