"""Shapley values are those of the definition, and a template's worth is found, ranked and hedged."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from tests.transfer_analysis.test_sweeps import cell
from transfer_analysis.cells import Cell
from transfer_analysis.figures.style import save_figure
from transfer_analysis.figures.template_worth import draw_template_worth
from transfer_analysis.neighbour_shapley import group_values, replacement_values
from transfer_analysis.template_worth import describe_worth, worth_table


def by_definition(features, labels, test_feature, test_label, neighbours) -> np.ndarray:
    """Average each image's marginal contribution over all orders in which the images could have been added."""

    def utility(members):
        nearest = sorted(members, key=lambda row: np.sum((features[row] - test_feature) ** 2))[:neighbours]
        return sum(labels[row] == test_label for row in nearest) / neighbours

    n = len(features)
    values = np.zeros(n)
    orders = list(itertools.permutations(range(n)))
    for order in orders:
        for place, row in enumerate(order):
            values[row] += utility(order[: place + 1]) - utility(order[:place])
    return values / len(orders)


@pytest.mark.parametrize("neighbours", [1, 2, 4, 9])
def test_shapley_values_are_those_of_the_definition(neighbours):
    rng = np.random.default_rng(neighbours)
    features, labels = rng.normal(size=(6, 3)), rng.integers(0, 2, 6)
    tests, test_labels = rng.normal(size=(3, 3)), rng.integers(0, 2, 3)
    values = group_values(features, labels, np.arange(6), 6, tests, test_labels, neighbours)
    for row in range(3):
        expected = by_definition(features, labels, tests[row], test_labels[row], neighbours)
        np.testing.assert_allclose(values[row], expected, atol=1e-12)


def test_groups_add_up_and_replacements_compare_with_the_others():
    totals_mg = np.array([[4.0, 1.0, 1.0]])
    np.testing.assert_allclose(replacement_values(totals_mg, np.array([2, 1, 1])), [[4 - 2 * 1, 1 - 5 / 3, 1 - 5 / 3]])


def worth(wrong_without, estimates, n_seeds=3):
    everything = cell("all", 100, n_seeds)
    without = [cell(f"without_{number}", n, n_seeds) for number, n in enumerate(wrong_without)]
    noise = np.random.default_rng(0).normal(0, 1e-3, (n_seeds, 600, len(estimates)))
    names = [f"template {number}" for number in range(len(wrong_without))]
    return describe_worth("template", names, everything, without, np.asarray(estimates) + noise)


def test_useful_and_harmful_templates_are_told_from_indifferent_ones():
    described = worth([160, 100, 60, 130], [0.03, 0.0, -0.02, 0.01])
    assert [value["worth"]["mean"] for value in described["values"]] == pytest.approx([0.1, 0, -40 / 600, 0.05])
    assert "leaving out costs accuracy: template 0; template 3" in described["finding"].lower()
    assert "leaving out gains accuracy: template 2" in described["finding"].lower()
    assert described["rank_correlation"]["mean"] == pytest.approx(1)
    assert described["rank_correlation"]["p_value"] == pytest.approx(1 / 24)
    assert "ranks them as retraining does" in described["finding"]
    assert worth_table(described).count("\n") == 5


def test_poor_estimate_is_called_poor():
    described = worth([160, 100, 60, 130], [-0.03, 0.0, 0.02, -0.01])
    assert described["rank_correlation"]["mean"] == pytest.approx(-1)
    assert "do not rely on it" in described["finding"]


def test_ranks_that_one_order_in_six_has_by_luck_are_not_relied_on():
    described = worth([160, 100, 60, 130], [0.02, 0.0, -0.02, 0.03])
    assert described["rank_correlation"]["ci95"][0] > 0
    assert described["rank_correlation"]["p_value"] == pytest.approx(4 / 24)
    assert "do not rely on it" in described["finding"]


def test_too_few_templates_rank_nothing():
    assert "too few to tell" in worth([160, 90], [0.03, -0.01])["finding"]


@pytest.mark.parametrize(("n_seeds", "over"), [(1, "alone, one training each"), (3, "and 3 trainings")])
def test_worth_can_be_drawn_and_of_one_training_says_so(n_seeds, over, tmp_path):
    described = worth([160, 100, 60], [0.03, 0.0, -0.02], n_seeds)
    said = "There is one training of each kind, so the luck of training is not in this."
    assert described["finding"].endswith(said) == (n_seeds == 1)
    figure = draw_template_worth(described)
    assert f"95 % intervals over these {over};" in " ".join(figure.texts[1].get_text().split())
    save_figure(figure, tmp_path / "worth.svg")
    assert ET.parse(tmp_path / "worth.svg").getroot().tag.endswith("svg")


def test_marks_are_filled_by_the_corrected_test_and_estimates_that_none_is_made_of_have_one_face():
    described = worth([160, 100, 60], [0.03, 0.0, -0.02])
    # Its own interval leaves out zero, but that does not outlive the correction.
    described["values"][0]["worth"] |= {"ci95": [0.01, 0.3], "p_value_holm": 0.08}
    measured, estimated = draw_template_worth(described).axes
    faces = [
        [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "s"]
        for axes in (measured, estimated)
    ]
    assert [face == "white" for face in faces[0]] == [True, True, False]
    assert len(set(faces[1])) == 1


def test_template_of_shuffled_labels_is_worth_less_than_nothing_and_found_lowest_both_ways():
    names, classes = ["plain", "shuffled", "outdoors", "indoors"], ("bird", "cat", "dog")
    rng = np.random.default_rng(0)

    def photographs(count):
        labels_n = np.arange(count) % len(classes)
        return np.eye(8)[labels_n] + rng.normal(0, 0.35, (count, 8)), labels_n

    features, labels_n = photographs(600)
    groups_n = np.arange(600) // len(classes) % len(names)
    labels_n[groups_n == 1] = rng.permutation(labels_n[groups_n == 1])
    seen, truth_n = photographs(300)

    def answers(left_out) -> Cell:
        """Three learners of equal training size, each on its own draw of what is not left out."""
        predicted = []
        for seed in range(3):
            kept = np.random.default_rng(seed).permutation(np.flatnonzero(groups_n != left_out))[:400]
            learner = KNeighborsClassifier(3).fit(features[kept], labels_n[kept])
            predicted.append(learner.predict(seen))
        return Cell("", "", classes, truth_n, np.arange(300), np.stack(predicted), np.ones((3, 300)))

    totals_mg = group_values(features, labels_n, groups_n, len(names), seen, truth_n, 10)
    estimates_smg = np.stack([replacement_values(totals_mg, np.bincount(groups_n))] * 3)
    without = [answers(group) for group in range(len(names))]
    described = describe_worth("template", names, answers(None), without, estimates_smg)
    for kind in ("worth", "estimate"):
        found = {value["name"]: value[kind] for value in described["values"]}
        assert min(found, key=lambda name: found[name]["mean"]) == "shuffled"
        assert found["shuffled"]["ci95"][1] < 0
    assert "eaving out gains accuracy: shuffled" in described["finding"]
