"""Intervals from draws over new networks and new images: against the truth in simulation."""

import numpy as np
import pytest

from transfer_analysis.crossed_bootstrap import draw_means, percentile_interval

TABLES, IMAGES = 4, 300


def tables_of_answers(rng, n_seeds: int, seed_spread: float) -> np.ndarray:
    """Return right and wrong answers (P, S, N) whose images are equally hard for all tables; log-odds 1 on average."""
    log_odds = 1 + seed_spread * rng.normal(size=(TABLES, n_seeds, 1)) + 2.0 * rng.normal(size=(1, 1, IMAGES))
    return (rng.random((TABLES, n_seeds, IMAGES)) < 1 / (1 + np.exp(-log_odds))).astype(float)


@pytest.mark.parametrize(("n_seeds", "seed_spread"), [(2, 0.2), (3, 0.0), (5, 0.3)])
def test_nominal_95_percent_intervals_of_a_mean_and_of_a_difference_cover_the_truth(n_seeds, seed_spread):
    repetitions = 300
    effects = np.random.default_rng(0).normal(size=(2, 400_000))
    truth = (1 / (1 + np.exp(-1 - seed_spread * effects[0] - 2.0 * effects[1]))).mean()
    covered = np.zeros(2)
    for repetition in range(repetitions):
        rng = np.random.default_rng(repetition)
        draws_bp = draw_means(tables_of_answers(rng, n_seeds, seed_spread), rng, draws=500)
        low, high = percentile_interval(draws_bp[:, 0], 0, 1)
        covered[0] += low <= truth <= high
        low, high = percentile_interval(draws_bp[:, 0] - draws_bp[:, 1], -1, 1)
        covered[1] += low <= 0 <= high
    monte_carlo_error = 2.5 * np.sqrt(0.95 * 0.05 / repetitions)
    assert (covered / repetitions >= 0.93 - monte_carlo_error).all()
    assert (covered / repetitions <= 0.97 + monte_carlo_error).all()


def test_fewer_seeds_widen_the_interval():
    rng = np.random.default_rng(1)
    tables = tables_of_answers(rng, 6, 0.5)
    widths = [
        np.diff(percentile_interval(draw_means(tables[:, :n_seeds], np.random.default_rng(0))[:, 0], 0, 1))[0]
        for n_seeds in (6, 2)
    ]
    assert widths[1] > 1.3 * widths[0]


def test_what_all_tables_find_hard_cancels_out_of_a_difference():
    easy_n = np.arange(200) % 2
    same = np.broadcast_to(easy_n.astype(float), (2, 3, 200))
    draws_bp = draw_means(same, np.random.default_rng(0))
    assert draws_bp[:, 0].std() > 0.02
    assert np.allclose(draws_bp[:, 0], draws_bp[:, 1])


def test_answers_that_are_all_right_prove_no_more_than_an_event_not_seen_in_so_many_images():
    draws_bp = draw_means(np.ones((2, 3, 40)), np.random.default_rng(0))
    low, high = percentile_interval(draws_bp[:, 0], 0, 1)
    assert high == 1
    assert low == pytest.approx(1 + np.log(0.025) / 40, abs=0.01)
    # Neither of two such tables is shown to be the better one, nor to be equal.
    low, high = percentile_interval(draws_bp[:, 0] - draws_bp[:, 1], -1, 1)
    assert low < np.log(0.025) / 40
    assert high > -np.log(0.025) / 40
