"""Differences of confusion matrices: called where something differs, seldom where only the networks' luck does."""

import matplotlib.text
import numpy as np
import pytest

from tests.transfer_analysis.invented_study import USUAL, invented_summary
from transfer_analysis.cells import Cell
from transfer_analysis.confusion_differences import describe_confusion_difference
from transfer_analysis.crossed_effects import estimate_mean, estimate_means, estimate_unlike_means
from transfer_analysis.figures.confusion_differences import draw_confusion_differences
from transfer_analysis.report.falling_classes import write_falling_classes
from transfer_analysis.tables import summary_tables

CLASSES = ("bird", "cat", "deer", "dog")
K = len(CLASSES)


def two_arms(rng, *, n_seeds=3, per_class=500, planted=0.0) -> tuple[Cell, Cell]:
    """Return the answers of two arms whose networks by luck like each answer to each class more or less.

    `planted` raises, in all networks of the second, the log-odds of the second class as an answer to the first.
    """
    labels_n = np.repeat(np.arange(K), per_class)
    of_images_nk = rng.normal(size=(len(labels_n), K)) + 3.0 * (labels_n[:, None] == np.arange(K))
    cells = []
    for arm, further in (("home", 0.0), ("away", planted)):
        luck_skk = rng.normal(0, 0.2, (n_seeds, K, K))
        luck_skk[:, 0, 1] += further
        scores_snk = of_images_nk + luck_skk[:, labels_n] + rng.gumbel(size=(n_seeds, *of_images_nk.shape))
        answers_sn = scores_snk.argmax(axis=2)
        cells.append(Cell(arm, "d", CLASSES, labels_n, np.arange(len(labels_n)), answers_sn, np.ones(answers_sn.shape)))
    return cells[0], cells[1]


def test_of_two_equal_arms_few_are_told_apart_though_their_networks_differ():
    rng, repetitions = np.random.default_rng(0), 120
    called = sum(np.any(describe_confusion_difference(*two_arms(rng))["differs"]) for _ in range(repetitions))
    assert called / repetitions < 0.05 + 2 * np.sqrt(0.05 * 0.95 / repetitions)


def test_a_planted_confusion_is_found_and_said():
    confusion = describe_confusion_difference(*two_arms(np.random.default_rng(0), planted=2.0))
    first = confusion["confusions"][0]
    assert (first["true"], first["answer"]) == ("bird", "cat")
    assert first["ci95"][0] > 0


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_fewer_than_three_networks_tell_no_confusion_and_every_text_says_so(n_seeds):
    confusion = describe_confusion_difference(*two_arms(np.random.default_rng(0), n_seeds=n_seeds, planted=2.0))
    assert confusion["differs"] is None
    assert confusion["confusions"] == []
    summary = invented_summary(USUAL, n_seeds=n_seeds, per_class=20)
    assert "fewer than three" in write_falling_classes(summary, "synthetic_to_real")
    rows = [line.split(",") for line in summary_tables(summary)["confusion_differences"].splitlines()[1:]]
    assert {row[4] for row in rows} == {""}
    written = draw_confusion_differences(summary).findobj(matplotlib.text.Text)
    assert any("fewer than three networks" in text.get_text() for text in written)
    assert not [text for text in written if text.get_text()[:1] in ("+", "−") and text.get_weight() == "bold"]


def test_a_component_is_shared_in_proportion_to_the_noise():
    rng = np.random.default_rng(0)
    rare, frequent = ((rng.random((3, 2000)) < chance).astype(float) for chance in (0.01, 0.5))
    # The seeds of the second differ, those of the first do not.
    frequent[1, ::4] = 1.0
    alike, unlike = estimate_means([rare, frequent]), estimate_unlike_means([rare, frequent])
    alone = estimate_mean(rare)
    assert alone.standard_error < unlike[0].standard_error < 0.5 * alike[0].standard_error
    assert estimate_unlike_means([frequent]) == estimate_means([frequent])
