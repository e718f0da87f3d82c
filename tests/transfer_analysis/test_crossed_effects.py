"""The interval over seeds and images: against the textbook formula, and against the truth in simulation."""

import numpy as np
import pytest
from scipy import stats

from transfer_analysis.crossed_effects import (
    detectable_effect,
    estimate_difference,
    estimate_differences,
    estimate_mean,
    estimate_means,
    seed_variance,
)
from transfer_analysis.several_tests import correct_for_number, describe_differences


def table_of_answers(seed: int, shape: tuple[int, int], seed_spread: float, image_spread: float) -> np.ndarray:
    """Return right and wrong answers whose log-odds are 1 + a seed's effect + an image's effect."""
    rng = np.random.default_rng(seed)
    log_odds = 1 + seed_spread * rng.normal(size=(shape[0], 1)) + image_spread * rng.normal(size=(1, shape[1]))
    return (rng.random(shape) < 1 / (1 + np.exp(-log_odds))).astype(float)


def test_mean_of_a_small_table_is_exact():
    assert estimate_mean(np.array([[1, 1, 0, 1], [1, 0, 0, 1]])).mean == 0.625


def test_variance_is_that_of_the_two_way_table_summed_by_hand():
    table = table_of_answers(3, (4, 60), 0.6, 1.5)
    n_seeds, n_images = table.shape
    grand = table.mean()
    squares = {"seeds": 0.0, "images": 0.0, "residual": 0.0}
    for s in range(n_seeds):
        squares["seeds"] += n_images * (table[s].mean() - grand) ** 2
        for n in range(n_images):
            squares["residual"] += (table[s, n] - table[s].mean() - table[:, n].mean() + grand) ** 2
    for n in range(n_images):
        squares["images"] += n_seeds * (table[:, n].mean() - grand) ** 2
    freedom = {"seeds": n_seeds - 1, "images": n_images - 1, "residual": (n_seeds - 1) * (n_images - 1)}
    mean_squares = {name: squares[name] / freedom[name] for name in squares}
    assert mean_squares["seeds"] > mean_squares["residual"] < mean_squares["images"]  # no component is truncated

    variance = (mean_squares["seeds"] + mean_squares["images"] - mean_squares["residual"]) / table.size
    denominator = sum((mean_squares[name] / table.size) ** 2 / freedom[name] for name in freedom)
    estimate = estimate_mean(table)
    assert estimate.standard_error**2 == pytest.approx(variance, rel=1e-12)
    assert estimate.degrees_of_freedom == pytest.approx(variance**2 / denominator, rel=1e-12)


def test_variance_never_falls_below_that_of_either_factor_alone():
    for seed in range(20):
        table = table_of_answers(seed, (3, 40), 0.0, 1.0)
        over_seeds = table.mean(axis=1).var(ddof=1) / 3
        over_images = table.mean(axis=0).var(ddof=1) / 40
        assert estimate_mean(table).standard_error ** 2 >= max(over_seeds, over_images) * (1 - 1e-9)


def test_one_seed_gives_the_usual_t_interval_over_images_and_says_so():
    table = table_of_answers(1, (1, 50), 0.0, 1.0)
    estimate = estimate_mean(table)
    expected = stats.t.interval(0.95, 49, table.mean(), stats.sem(table[0]))
    assert estimate.interval(0, 1) == pytest.approx(expected)
    assert seed_variance(estimate.n_seeds) == "not estimated"
    assert seed_variance(estimate_mean(np.vstack([table, table])).n_seeds) == "estimated"


@pytest.mark.parametrize(("freedom", "n_tests"), [(1, 1), (2, 6), (4, 1), (30, 6), (None, 6)])
def test_the_minimum_detectable_effect_is_found_four_times_in_five(freedom, n_tests):
    rng = np.random.default_rng(0)
    effect = detectable_effect(1.0, freedom, n_tests)
    errors = 1.0 if freedom is None else np.sqrt(rng.chisquare(freedom, 40_000) / freedom)
    p_values = 2 * stats.t.sf((effect + rng.normal(size=40_000)) / errors, np.inf if freedom is None else freedom)
    assert (p_values < 0.05 / n_tests).mean() == pytest.approx(0.8, abs=0.01)


def test_of_differences_of_nothing_few_are_found_though_networks_differ():
    rng = np.random.default_rng(0)
    false_alarms = 0
    for _ in range(150):
        # Each network is better or worse at each of six classes, which are no harder than others on average.
        chances_sc = 1 / (1 + np.exp(-rng.normal(0.5, 0.2, (3, 6))))
        answers_scn = rng.random((3, 6, 200)) < chances_sc[:, :, None]
        pairs = [(answers_scn[:, k], np.delete(answers_scn, k, axis=1).reshape(3, -1)) for k in range(6)]
        found = [estimate.tested(-1, 1) for estimate in estimate_differences(pairs)]
        correct_for_number(found)
        false_alarms += any(one["p_value_holm"] < 0.05 for one in found)
    assert false_alarms / 150 < 0.09


@pytest.mark.parametrize("n_seeds", [2, 3])
def test_of_several_differences_of_equal_arms_few_are_found_though_their_networks_differ(n_seeds):
    rng = np.random.default_rng(n_seeds)
    false_alarms = 0
    for _ in range(200):
        # Five arms and their reference, whose networks are better and worse by luck, asked about the same images.
        of_networks, of_images = rng.normal(0, 0.2, (6, n_seeds, 1)), rng.normal(0, 1.5, 400)
        answers = rng.random((6, n_seeds, 400)) < 1 / (1 + np.exp(-0.5 - of_networks - of_images))
        found = describe_differences({arm: answers[arm] - answers[0].astype(float) for arm in range(1, 6)}, -1, 1)
        false_alarms += any(one["p_value_holm"] < 0.05 for one in found.values())
    assert false_alarms / 200 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_of_gaps_that_share_their_networks_few_are_found_though_the_networks_differ():
    n_seeds, repetitions, rng = 2, 200, np.random.default_rng(2)
    gaps = [(arm, home) for home in range(3) for arm in range(3) if arm != home]
    false_alarms = 0
    for _ in range(repetitions):
        # Three arms, whose networks are as good or bad by luck on each of three test sets.
        of_networks, of_images = rng.normal(0, 0.2, (3, n_seeds, 1, 1)), rng.normal(0, 1.5, (3, 600))
        answers = (rng.random((3, n_seeds, 3, 600)) < 1 / (1 + np.exp(-0.5 - of_networks - of_images))).astype(float)
        lost = {(arm, home): answers[home, :, home] - answers[arm, :, home] for arm, home in gaps}
        found = describe_differences(lost, -1, 1, n_networks=3)
        false_alarms += any(one["p_value_holm"] < 0.05 for one in found.values())
    assert false_alarms / repetitions < 0.05 + np.sqrt(0.05 * 0.95 / repetitions)


def test_the_shared_variance_is_known_no_better_than_from_one_table_a_network():
    tables = [table_of_answers(number, (3, 900), 0.3, 1.0) for number in range(6)]
    by_network = {n: estimate_means(tables, n) for n in (3, 6, 9, None)}
    assert by_network[6] == by_network[9] == by_network[None]
    pairs = list(zip(by_network[3], by_network[6], strict=True))
    assert all(few.standard_error == many.standard_error for few, many in pairs)
    freedoms = [(few.degrees_of_freedom, many.degrees_of_freedom) for few, many in pairs]
    assert all(few <= many for few, many in freedoms)
    assert any(few < many for few, many in freedoms)


def test_all_right_leaves_the_exact_limit_for_an_unseen_event():
    low, high = estimate_mean(np.ones((3, 200))).interval(0, 1)
    assert high == 1
    assert low == pytest.approx(1 + np.log(0.025) / 200)
    assert low == pytest.approx(0.025 ** (1 / 200), abs=2e-4)  # Clopper and Pearson's


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 2), (2, 2)])
def test_the_smallest_tables_give_wide_finite_intervals(shape):
    estimate = estimate_mean(np.ones(shape))
    low, high = estimate.interval(0, 1)
    assert 0 <= low < 0.6
    assert high == 1
    assert np.isfinite([estimate.p_value(), estimate.minimum_detectable_effect()]).all()


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="not tables"):
        estimate_mean(np.ones((3, 0)))


@pytest.mark.parametrize(("n_seeds", "seed_spread"), [(3, 0.1), (3, 0.2), (5, 0.0), (5, 0.2)])
def test_nominal_95_percent_intervals_cover_the_truth(n_seeds, seed_spread):
    repetitions, image_spread = 600, 2.0
    effects = np.random.default_rng(0).normal(size=(2, 400_000))
    truth = (1 / (1 + np.exp(-1 - seed_spread * effects[0] - image_spread * effects[1]))).mean()
    covered = 0
    for repetition in range(repetitions):
        low, high = estimate_mean(
            table_of_answers(1000 + repetition, (n_seeds, 300), seed_spread, image_spread)
        ).interval(0, 1)
        covered += low <= truth <= high
    monte_carlo_error = 2 * np.sqrt(0.95 * 0.05 / repetitions)
    assert 0.93 - monte_carlo_error <= covered / repetitions <= 0.97 + monte_carlo_error


@pytest.mark.parametrize("n_seeds", [2, 3])
def test_few_trainings_are_covered_by_what_all_tables_know_of_the_seeds(n_seeds):
    repetitions, image_spread, seed_spread = 100, 1.0, 0.2
    effects = np.random.default_rng(0).normal(size=(2, 400_000))
    truth = (1 / (1 + np.exp(-1 - seed_spread * effects[0] - image_spread * effects[1]))).mean()
    alone, together = 0, 0
    for repetition in range(repetitions):
        tables = [
            table_of_answers(6 * repetition + number, (n_seeds, 1500), seed_spread, image_spread) for number in range(6)
        ]
        for table, estimate in zip(tables, estimate_means(tables), strict=True):
            low, high = estimate.interval(0, 1)
            together += low <= truth <= high
            low, high = estimate_mean(table).interval(0, 1)
            alone += low <= truth <= high
    assert together > alone
    assert together / (6 * repetitions) >= 0.94


def test_intervals_are_wider_the_fewer_the_trainings():
    widths = {}
    for n_seeds in (2, 3, 5):
        tables = [table_of_answers(number, (n_seeds, 1500), 0.2, 1.0) for number in range(60)]
        estimates = [estimate for k in range(0, 60, 6) for estimate in estimate_means(tables[k : k + 6])]
        widths[n_seeds] = np.mean([np.ptp(estimate.interval(0, 1)) for estimate in estimates])
    assert widths[2] > 1.3 * widths[3] > 1.3 * 1.3 * widths[5]


def test_a_table_keeps_its_own_variance_where_that_is_larger_than_the_others():
    steady, restless = table_of_answers(5, (3, 900), 0.0, 1.0), table_of_answers(6, (3, 900), 1.5, 1.0)
    first, second = estimate_means([steady, restless])
    assert second == estimate_mean(restless)
    assert first.mean == estimate_mean(steady).mean
    assert first.standard_error > estimate_mean(steady).standard_error
    assert estimate_means([restless]) == [estimate_mean(restless)]
    assert estimate_means([steady[:1]]) == [estimate_mean(steady[:1])]


def test_difference_on_separate_images_adds_the_variances_of_the_images():
    first, second = table_of_answers(1, (1, 80), 0.0, 1.0), table_of_answers(2, (1, 50), 0.0, 1.0)
    difference = estimate_difference(first, second)
    welch = stats.ttest_ind(first[0], second[0], equal_var=False)
    assert difference.mean == pytest.approx(first.mean() - second.mean())
    assert difference.p_value() == pytest.approx(welch.pvalue)
    assert difference.degrees_of_freedom == pytest.approx(welch.df)
