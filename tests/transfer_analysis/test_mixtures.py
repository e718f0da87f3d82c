"""What a generated photograph is worth: known answers, endless rates, bounds, and intervals that hold the truth."""

import re
from pathlib import Path

import numpy as np
import pytest
from markupsafe import Markup

from tests.transfer_analysis.invented_study import invented_cell, invented_summary
from transfer_analysis.cells import Cell
from transfer_analysis.crossed_bootstrap import describe_draws, draw_means
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.exchange_rate import draw_exchange_rate
from transfer_analysis.mixtures.description import TrainedPoint, describe_mixtures
from transfer_analysis.mixtures.exchange_rate import Sizes, may_be, rate
from transfer_analysis.mixtures.power_law import describe_power_law
from transfer_analysis.mixtures.real_equivalents import levelled, real_equivalents
from transfer_analysis.mixtures.tables import mixture_tables
from transfer_analysis.report.learning_curve_answer import write_learning_curves
from transfer_analysis.report.mixture_answer import write_mixture_answer
from transfer_analysis.report.numbers import FORMATS
from transfer_analysis.report.page import render_page
from transfer_analysis.several_tests import SIGNIFICANCE

REAL_CURVE = {75: 0.45, 150: 0.53, 300: 0.61, 600: 0.69}


def answers(accuracies, rng, n_seeds=2, n_images=1200, seed_spread=0.01) -> list[Cell]:
    """Return cells about the same images, each seed right where the image is easier than it is skilful."""
    hardness_n = rng.random(n_images)
    labels_n = np.arange(n_images) % 6
    cells = []
    for accuracy in accuracies:
        skill_s1 = accuracy + seed_spread * rng.normal(size=(n_seeds, 1))
        right_sn = hardness_n + 0.1 * rng.normal(size=(n_seeds, n_images)) < skill_s1
        predicted_sn = np.where(right_sn, labels_n, (labels_n + 1) % 6)
        classes = ("bird", "cat", "deer", "dog", "frog", "horse")
        cells.append(Cell("a", "real", classes, labels_n, np.arange(n_images), predicted_sn, np.ones(right_sn.shape)))
    return cells


def points(sizes, cells):
    return [TrainedPoint(f"real_{r}_synthetic_{s}", r, s, cell) for (r, s), cell in zip(sizes, cells, strict=True)]


def study(rng, **arguments):
    """Return points whose generated images are worth a quarter each: 600 of them do what 150 real ones do."""
    sizes = [*((real, 0) for real in REAL_CURVE), (0, 600)]
    return points(sizes, answers([*REAL_CURVE.values(), REAL_CURVE[150]], rng, **arguments))


def test_equivalents_are_the_sizes_themselves_on_the_curve_and_bounds_beyond_it():
    curve = np.array(list(REAL_CURVE.values()))
    looked_up = np.array([*curve, 0.57, 0.9, 1 / 6, 0.0])
    found = real_equivalents(looked_up, np.tile(curve, (8, 1)), np.array(list(REAL_CURVE)), 1 / 6)
    assert found == pytest.approx([75, 150, 300, 600, np.sqrt(150 * 300), 600, 0, 0])


def test_a_dip_of_the_curve_is_levelled():
    rising = levelled(np.array([[0.4, 0.6, 0.5, 0.7]]))[0]
    assert rising == pytest.approx([0.4, 0.55, 0.55, 0.7])


def test_generated_images_are_worth_something_just_where_they_gain_though_the_real_curve_dips():
    rng, sizes = np.random.default_rng(0), np.array([75, 150, 300, 600])
    curve_bm = rng.choice([0.5, 0.55, 0.6], (400, 4)) + rng.choice([0.0, 1e-3], (400, 4)) * rng.random((400, 4))
    for control in (0, 1, 2):
        gain_b = rng.choice([-0.02, 0.0, 0.02], 400)
        found_b = real_equivalents(curve_bm[:, control] + gain_b, curve_bm, sizes, 1 / 6, control)
        gained_b = curve_bm[:, control] + gain_b > curve_bm[:, control]
        assert np.array_equal(found_b > sizes[control], gained_b)
    dipping = np.array([[0.64, 0.58, 0.67, 0.73]])
    # Levelled, the control stands at 0.61, and two points above it is what is looked up: a third of the way to 0.67.
    (found,) = real_equivalents(np.array([0.6]), dipping, sizes, 1 / 6, control=1)
    assert found == pytest.approx(150 * 2 ** (1 / 3))


def test_a_gain_over_a_control_that_dips_has_a_rate():
    cells = answers([0.64, 0.58, 0.62, 0.73], np.random.default_rng(0), n_images=6000, seed_spread=0.003)
    mixtures = describe_mixtures(points([(75, 0), (150, 0), (150, 450), (600, 0)], cells), fit=False)
    mixture = mixtures["points"][2]
    assert mixture["gain"]["ci95"][0] > 0
    assert mixture["exchange_rate"]["ci95"][1]["relation"] == "equal"


@pytest.mark.parametrize(
    ("equivalent", "expected"),
    [
        (300, {"value": 450 / 150, "relation": "equal"}),
        (150, {"value": None, "relation": "infinite"}),
        (80, {"value": None, "relation": "infinite"}),
        (600, {"value": 1.0, "relation": "less"}),
    ],
)
def test_rate_is_generated_images_for_each_real_one_saved(equivalent, expected):
    assert rate(equivalent, Sizes(real=150, synthetic=450, smallest=75, largest=600)) == expected


def test_below_the_smallest_real_set_the_rate_is_a_bound():
    assert rate(40, Sizes(real=0, synthetic=600, smallest=75, largest=600)) == {"value": 8.0, "relation": "more"}


LESS, MORE, ENDLESS = (
    {"value": 1.0, "relation": "less"},
    {"value": 8.0, "relation": "more"},
    {"value": None, "relation": "infinite"},
)


def equal(value):
    return {"value": value, "relation": "equal"}


@pytest.mark.parametrize(
    ("ends", "holds_one"),
    [
        ((LESS, LESS), False),
        ((LESS, equal(1.2)), True),
        ((LESS, equal(0.9)), False),
        ((LESS, ENDLESS), True),
        ((equal(1.0), equal(3.0)), True),
        ((equal(1.1), MORE), False),
        (({"value": 1.0, "relation": "more"}, ENDLESS), False),
        ((LESS, {"value": 2.0, "relation": "less"}), True),
        ((ENDLESS, ENDLESS), False),
    ],
)
def test_an_interval_of_rates_is_open_beyond_its_bounds(ends, holds_one):
    assert may_be(ends, 1.0) is holds_one


@pytest.mark.parametrize(
    ("k", "ends", "said", "not_said"),
    [
        (MORE, (LESS, MORE), ("In this sample, networks", "not rule out that generated images are as good"), "open"),
        (MORE, (LESS, ENDLESS), ("In this sample, networks", "rules out neither"), "is open"),
        (MORE, (equal(6.9), MORE), ("In this sample, networks", "a bound"), "rule"),
        (MORE, (MORE, MORE), ("Networks trained on", "a bound"), "rule"),
        (LESS, (LESS, LESS), ("Networks trained on", "a bound"), "rule"),
        (LESS, (LESS, equal(1.3)), ("In this sample, networks", "not rule out 1.3 either"), "is open"),
        (LESS, (LESS, ENDLESS), ("In this sample, networks", "worth nothing is not ruled out"), "either"),
        (equal(3.0), (equal(0.9), equal(9.0)), ("about 3.0", "not rule out that generated images are as good"), "open"),
        (equal(3.0), (equal(2.0), ENDLESS), ("about 3.0", "worth nothing is not ruled out"), "as good"),
    ],
)
def test_what_is_said_of_the_rate_leaves_open_what_its_interval_does(k, ends, said, not_said):
    mixtures = describe_mixtures(study(np.random.default_rng(0)), fit=False, draws=100)
    mixtures["points"][-1]["exchange_rate"] |= {"k": k, "ci95": list(ends)}
    text = Markup(write_mixture_answer({"mixtures": mixtures})[0]).striptags()
    assert [words for words in said if words not in text] == []
    assert not_said not in text


def test_a_rate_that_may_be_lower_than_was_measured_is_drawn_with_an_arrow_to_the_left():
    mixtures = describe_mixtures(study(np.random.default_rng(0)), fit=False, draws=100)
    for ends, arrows in (((LESS, LESS), ["<"]), ((LESS, ENDLESS), ["<", ">"]), ((equal(2.0), equal(3.0)), [])):
        mixtures["points"][-1]["exchange_rate"] |= {"k": ends[1], "ci95": list(ends)}
        (axes,) = draw_exchange_rate(mixtures).axes
        assert sorted(line.get_marker() for line in axes.lines if line.get_marker() in ("<", ">")) == arrows
        left = min(min(line.get_xdata()) for line in axes.lines)
        assert (left < 1.0) == ("<" in arrows)


def test_interval_of_the_rate_holds_the_truth_about_as_often_as_it_says():
    held, repetitions = 0, 80
    for repetition in range(repetitions):
        described = describe_mixtures(study(np.random.default_rng(repetition), n_images=600), draws=300, fit=False)
        low, high = described["points"][-1]["exchange_rate"]["ci95"]
        held += low["value"] <= 4 and (high["value"] is None or high["value"] >= 4)
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions) <= held / repetitions


def test_intervals_widen_when_seeds_are_taken_away():
    rng = np.random.default_rng(3)
    full = study(rng, n_seeds=6, seed_spread=0.03)
    widths = []
    for n_seeds in (6, 2):
        fewer = [
            TrainedPoint(point.name, point.real, point.synthetic, first_seeds(point.cell, n_seeds)) for point in full
        ]
        low, high = describe_mixtures(fewer, fit=False)["points"][-1]["exchange_rate"]["equivalent_real_ci95"]
        widths.append(high - low)
    assert widths[1] > widths[0]


def first_seeds(cell, n_seeds):
    return Cell(
        *(cell.arm, cell.domain, cell.classes, cell.labels_n, cell.indices_n),
        *(cell.predicted_sn[:n_seeds], cell.confidence_sn[:n_seeds]),
    )


def test_generated_images_that_teach_nothing_have_an_endless_rate_and_no_gain():
    rng = np.random.default_rng(0)
    sizes = [(150, 0), (300, 0), (600, 0), (0, 600), (150, 450)]
    mixtures = describe_mixtures(points(sizes, answers([0.53, 0.61, 0.69, 1 / 6, 0.53], rng)))
    alone, mixture = mixtures["points"][3], mixtures["points"][4]
    assert alone["exchange_rate"]["ci95"][1]["relation"] == "infinite"
    assert mixture["exchange_rate"]["ci95"][1]["relation"] == "infinite"
    assert mixture["control"] == "real_150_synthetic_0"
    assert mixture["gain"]["p_value_holm"] > 0.05
    assert mixture["gain"]["ci95"][0] < 0 < mixture["gain"]["ci95"][1]


def test_where_real_photographs_taught_nothing_no_rate_is_told():
    cells = answers([1 / 6, 1 / 6, 1 / 6], np.random.default_rng(0))
    mixtures = describe_mixtures(points([(300, 0), (600, 0), (0, 600)], cells), fit=False)
    assert [point["exchange_rate"] for point in mixtures["points"]] == [None, None, None]
    (said,) = write_mixture_answer({"mixtures": mixtures})
    assert "says nothing of what they are worth" in said


def test_generated_images_that_help_are_a_gain_over_the_same_real_ones():
    rng = np.random.default_rng(0)
    cells = answers([0.5, 0.7, 0.62], rng, n_seeds=4)
    mixtures = describe_mixtures(points([(150, 0), (600, 0), (150, 450)], cells), fit=False)
    gain = mixtures["points"][2]["gain"]
    assert gain["ci95"][0] > 0.05
    assert gain["p_value_holm"] < 0.05


def test_the_gain_that_could_have_been_found_is_that_of_the_strictest_step():
    """Of a study with that many tests, four fifths find such a gain; at an uncorrected 5 % it would be smaller."""
    n_tests, repetitions, error = 8, 400, 0.01
    rng = np.random.default_rng(0)
    draws_b = error * rng.normal(size=20_000)
    detectable = describe_draws(0.0, draws_b, 9999, n_tests)["minimum_detectable_effect"]
    estimates = detectable + error * rng.normal(size=repetitions)
    found = [n_tests * describe_draws(gain, gain + draws_b, 9999)["p_value"] < SIGNIFICANCE for gain in estimates]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)
    assert describe_draws(0.0, draws_b, 9999)["minimum_detectable_effect"] < 0.9 * detectable


def test_gains_are_held_to_as_many_tests_as_there_are_mixtures():
    sizes = [(150, 0), (300, 0), (600, 0), (150, 450), (300, 300)]
    trained = points(sizes, answers([0.53, 0.61, 0.69, 0.53, 0.61], np.random.default_rng(0)))
    both = describe_mixtures(trained, fit=False)["points"][3]["gain"]
    draws_bp = draw_means(np.stack([point.cell.correct_sn for point in trained]), np.random.default_rng(0))
    of_two = describe_draws(both["mean"], draws_bp[:, 3] - draws_bp[:, 0], 1200, n_tests=2)
    assert both["minimum_detectable_effect"] == of_two["minimum_detectable_effect"]


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_networks_that_answer_alike_prove_no_more_than_an_event_not_seen_in_so_many_images(n_seeds):
    """All networks have collapsed to one answer, right for one image in six: no gain, but not none for certain."""
    labels_n = np.arange(600) % 6
    always = Cell("a", "real", tuple("abcdef"), labels_n, np.arange(600), np.zeros((n_seeds, 600), int), None)
    mixtures = describe_mixtures(points([(150, 0), (600, 0), (150, 450)], [always] * 3), fit=False)
    gain = mixtures["points"][2]["gain"]
    least = -np.log(0.025) / 600
    assert gain["mean"] == 0
    assert gain["ci95"] == pytest.approx([-least, least])
    assert gain["p_value"] == 1
    assert least < gain["minimum_detectable_effect"] < 2 * least


def page_text(mixtures, summary) -> str:
    page = render_page(summary | {"mixtures": mixtures}, Path("no figures"))
    return " ".join(Markup(page).striptags().split())


def test_the_page_says_which_trainings_the_mixtures_count():
    mixtures = describe_mixtures(study(np.random.default_rng(0)), draws=100)
    of_three = page_text(mixtures, invented_summary(n_seeds=3))
    assert "counts 2 trainings of each set" in of_three
    assert "The arms among them were trained 3 times" in of_three
    assert "The arms among them were trained" not in page_text(mixtures, invented_summary(n_seeds=2))


@pytest.mark.parametrize(
    ("n_seeds", "said"),
    [
        (1, "Each mixture was trained once: its intervals do not hold the luck of training and are too narrow."),
        (2, "Each mixture was trained only 2 times, too few to know the luck of training well"),
        (3, None),
    ],
)
def test_mixtures_of_few_trainings_are_warned_of_in_text_and_figures(n_seeds, said):
    mixtures = describe_mixtures(study(np.random.default_rng(0), n_seeds=n_seeds, n_images=600), draws=100)
    text = " ".join(Markup(paragraph).striptags() for paragraph in write_mixture_answer({"mixtures": mixtures}))
    assert ("Each mixture was trained" in text) == (said is not None)
    assert said is None or said in text
    for name in ("mixtures", "learning_curves", "exchange_rate"):
        title = " ".join(DRAWN[name]({"mixtures": mixtures}).texts[1].get_text().split())
        assert ("95 % intervals over test images alone" in title) == (n_seeds == 1)


def test_a_mixture_without_its_control_is_refused():
    with pytest.raises(ValueError, match="its control, 150 real photographs alone"):
        describe_mixtures(points([(600, 0), (150, 450)], answers([0.7, 0.6], np.random.default_rng(0))))


def test_power_law_is_recovered_and_two_sizes_are_not_enough():
    sizes = np.array([50.0, 100, 200, 400, 800])
    accuracy = 0.9 - 0.5 * (sizes / 50) ** -0.6
    draws = accuracy + 1e-4 * np.random.default_rng(0).normal(size=(40, 5))
    law = describe_power_law(sizes, accuracy, draws)
    assert law["exponent"]["value"] == pytest.approx(0.6, abs=0.01)
    assert law["asymptote"]["value"] == pytest.approx(0.9, abs=0.01)
    low, high = law["exponent"]["ci95"]
    assert low["value"] <= 0.6 <= high["value"]
    assert {end["relation"] for end in (law["exponent"], low, high)} == {"equal"}
    assert law["determined"]
    assert describe_power_law(sizes[:2], accuracy[:2], draws[:, :2]) is None


@pytest.mark.parametrize(
    "accuracy_of",
    [
        lambda sizes: np.full(len(sizes), 0.95),
        lambda sizes: 0.7 - 0.05 * np.log2(sizes / sizes[0]),
        lambda sizes: 0.5 + 0.0015 * np.log2(sizes / sizes[0]) ** 2,
    ],
    ids=["flat", "falling", "rising ever faster"],
)
def test_sizes_that_determine_no_power_law_are_said_to_determine_none(accuracy_of):
    sizes = np.array([75.0, 150, 300, 600])
    accuracy = accuracy_of(sizes)
    law = describe_power_law(sizes, accuracy, accuracy + 1e-3 * np.random.default_rng(0).normal(size=(400, 4)))
    assert not law["determined"]


def test_the_largest_exponent_tried_is_a_bound():
    sizes = np.array([75.0, 150, 300, 600])
    accuracy = 0.95 - 0.2 * (sizes / 75) ** -4
    law = describe_power_law(sizes, accuracy, accuracy + 1e-3 * np.random.default_rng(0).normal(size=(400, 4)))
    assert law["determined"]
    assert FORMATS["bounded_decimal"](law["exponent"]) == "≥ 2.00"
    assert law["asymptote"]["value"] == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(
    ("accuracies", "said"),
    [
        (REAL_CURVE.values(), "power law fitted to 4 sizes"),
        ([0.7] * 4, "do not determine a power law"),
        ([1 / 6] * 4, None),
    ],
)
def test_a_learning_curve_is_told_as_far_as_its_sizes_determine_it(accuracies, said):
    cells = answers([*accuracies, 0.5], np.random.default_rng(0), n_images=6000, seed_spread=0.002)
    mixtures = describe_mixtures(points([*((real, 0) for real in REAL_CURVE), (0, 600)], cells), draws=200)
    text = " ".join(paragraph.striptags() for paragraph in write_learning_curves({"mixtures": mixtures}))
    assert (said in text) if said else not text


def test_table_has_a_row_for_every_training_set():
    mixtures = describe_mixtures(study(np.random.default_rng(0)))
    rows = mixture_tables(mixtures)["mixtures"].splitlines()
    assert len(rows) == 1 + 5
    assert rows[-1].startswith("0,600,1,")
    assert rows[0].endswith(",share_of_draws_without_worth")
    assert float(rows[-1].split(",")[-1]) == mixtures["points"][-1]["exchange_rate"]["share_without_worth"]


def test_points_that_saw_other_images_cannot_be_compared():
    first = invented_cell("real", "real", 0.7)
    other = invented_cell("synthetic", "real", 0.5, per_class=20)
    with pytest.raises(ValueError, match="different real images"):
        describe_mixtures([TrainedPoint("a", 600, 0, first), TrainedPoint("b", 0, 600, other)])


@pytest.mark.parametrize(
    ("found", "said", "not_said"),
    [
        ({"ci95": [0.012, 0.109], "p_value_holm": 0.06}, "intervals of k are not corrected", " gains "),
        ({"ci95": [-0.012, 0.109], "p_value_holm": 0.2}, "adjusted p", "leaves out zero"),
        ({"p_value_holm": 0.2, "minimum_detectable_effect": 1.9}, "not even the largest possible change", "190.0"),
    ],
)
def test_a_gain_that_was_not_shown_is_told_with_what_may_mislead(found, said, not_said):
    cells = answers([0.5, 0.7, 0.62], np.random.default_rng(0), n_seeds=4)
    mixtures = describe_mixtures(points([(150, 0), (600, 0), (150, 450)], cells), fit=False)
    mixtures["points"][2]["gain"] |= found
    words = re.sub(r"<[^>]*>", "", " ".join(write_mixture_answer({"mixtures": mixtures})))
    assert "Adding 450 generated images of each class to 150 real ones was not shown to change accuracy" in words
    assert said in words
    assert not_said not in words
