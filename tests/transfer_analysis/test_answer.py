"""The answer's words follow the numbers, for studies that end in every possible way."""

import pytest
from markupsafe import Markup

from tests.transfer_analysis.invented_study import USUAL, invented_summary
from transfer_analysis.report.answer import compare, write_answer, write_headline


def plain(*texts: Markup) -> str:
    return " ".join(Markup(text).striptags() for text in texts)


def study(n_seeds=3, per_class=150, **accuracies):
    """Return the usual study's summary but for cells given as ARM__DOMAIN=accuracy."""
    changed = {tuple(key.split("__")): accuracy for key, accuracy in accuracies.items()}
    return invented_summary({**USUAL, **changed}, n_seeds=n_seeds, per_class=per_class)


def test_a_big_gap_is_a_cost_with_its_size_interval_and_class():
    summary = study()
    gap = summary["gaps"]["synthetic_to_real"]
    assert f"costs {100 * gap['mean']:.1f} points" in plain(write_headline(summary))
    text = plain(*write_answer(summary))
    assert "statistically significant" in text
    assert "The former are" in text
    assert f"that of {gap['furthest_class']} with" in text
    assert "Beware" not in text
    low, high = (f"{100 * end:.1f}" for end in gap["ci95"])
    assert f"(95 % interval {low} to {high})" in plain(write_headline(summary))


def test_no_gap_is_no_difference_detected_with_what_could_have_been_found():
    summary = study(synthetic__real=0.82)
    assert summary["gaps"]["synthetic_to_real"]["p_value_holm"] > 0.05
    assert "no difference was detected" in plain(write_headline(summary))
    sentence = plain(compare(summary, "synthetic", "real"))
    detectable = 100 * summary["gaps"]["synthetic_to_real"]["minimum_detectable_effect"]
    assert f"A true difference of {detectable:.1f} points would have been found with 80 % probability" in sentence
    assert "significant" not in sentence
    assert f"{detectable:.1f} points would have been found" in plain(write_headline(summary))
    lead = f"{100 * summary['gaps']['synthetic_to_real']['mean']:.1f} points"
    assert f"(the latter lead by {lead}, interval" in sentence
    assert f"the latter led by {lead} in this sample" in plain(write_headline(summary))


def test_who_led_in_the_sample_is_named_whoever_it_was():
    summary = study(real__real=0.8, synthetic__real=0.82)
    gap = summary["gaps"]["synthetic_to_real"]
    gap |= {"mean": -0.006, "p_value_holm": 0.7}
    assert "the former led by 0.6 points in this sample" in plain(write_headline(summary))
    assert "(the former lead by 0.6 points, interval" in plain(compare(summary, "synthetic", "real"))


@pytest.mark.parametrize("mean", [0.0, 0.0003, -0.0003])
def test_a_tie_has_no_leader(mean):
    summary = study(synthetic__real=0.82)
    summary["gaps"]["synthetic_to_real"] |= {"mean": mean, "p_value_holm": 1.0}
    assert "both did equally well in this sample" in plain(write_headline(summary))
    assert "(both did equally well, interval" in plain(compare(summary, "synthetic", "real"))
    assert "0.0 points" not in plain(write_headline(summary), compare(summary, "synthetic", "real"))


def test_an_effect_beyond_all_possible_ones_is_not_promised_to_be_found():
    summary = study(synthetic__real=0.82)
    summary["gaps"]["synthetic_to_real"]["minimum_detectable_effect"] = 1.3
    for text in (plain(write_headline(summary)), plain(compare(summary, "synthetic", "real"))):
        assert "not even the largest possible difference would have been found reliably" in text
        assert "130" not in text


def test_generated_images_that_teach_better_are_a_gain():
    summary = study(real__real=0.5, synthetic__real=0.9)
    assert "gains" in plain(write_headline(summary))
    low, high = (f"{-100 * end:.1f}" for end in reversed(summary["gaps"]["synthetic_to_real"]["ci95"]))
    assert f"points higher (interval {low} to {high}, adjusted" in plain(compare(summary, "synthetic", "real"))
    assert "costs" not in plain(write_headline(summary))


def test_an_arm_at_chance_has_carried_nothing_over():
    summary = study(synthetic__real=1 / 6)
    assert "Nothing was shown to carry over" in plain(write_headline(summary))
    assert "not shown to do better there than chance" in plain(compare(summary, "synthetic", "real"))


def test_an_arm_below_chance_is_called_worse_than_chance():
    text = plain(compare(study(synthetic__real=0.02), "synthetic", "real"))
    assert "do worse there than chance" in text
    assert "not shown" not in text


def test_networks_that_never_learned_say_nothing():
    summary = invented_summary(dict.fromkeys(USUAL, 1 / 6))
    assert "cannot tell" in plain(write_headline(summary))
    assert "says nothing of transfer" in plain(compare(summary, "synthetic", "real"))


@pytest.mark.parametrize(("accuracy", "words"), [(0.97, "more often than real ones"), (0.6, None)])
def test_real_networks_that_do_better_on_generated_images_raise_the_prototype_warning(accuracy, words):
    text = plain(*write_answer(study(real__real=0.75, real__synthetic=accuracy)))
    assert ("Beware" in text) == (words is not None)
    assert words is None or words in text


def test_one_seed_is_called_provisional_and_two_too_few():
    single = study(n_seeds=1)
    assert "not the luck of training" in plain(write_answer(single)[0])
    assert "95 % interval, over test images alone," in plain(write_headline(single))
    assert "95 % interval, over test images alone," in plain(compare(single, "synthetic", "real"))
    assert "over test images alone" not in plain(write_headline(study()), *write_answer(study()))
    assert "too few to know the luck of training" in plain(*write_answer(study(n_seeds=2)))
    assert "luck of training" not in plain(*write_answer(study(n_seeds=3)))


def test_a_study_without_the_synthetic_arm_says_that_it_did_not_measure():
    summary = invented_summary({("real", "real"): 0.8, ("real", "synthetic"): 0.6})
    assert "did not measure" in plain(write_headline(summary))
    assert "No arm" in plain(*write_answer(summary))


def test_an_interval_clear_of_zero_that_falls_to_the_correction_is_said_so():
    summary = study()
    gap = summary["gaps"]["mixture_to_real"]
    gap.update(p_value=0.03, p_value_holm=0.09, mean=0.03, ci95=[0.002, 0.058])
    assert "does not outlive the correction" in plain(compare(summary, "mixture", "real"))
    gap.update(ci95=[-0.002, 0.058])
    assert "does not outlive the correction" not in plain(compare(summary, "mixture", "real"))


def test_the_headline_says_so_where_an_interval_clear_of_zero_falls_to_the_correction():
    summary = study()
    gap = summary["gaps"]["synthetic_to_real"]
    assert "correction" not in plain(write_headline(summary))
    gap.update(p_value=0.03, p_value_holm=0.09, mean=0.03, ci95=[0.002, 0.058])
    said = f"The interval leaves out zero, but that does not outlive the correction for {len(summary['gaps'])} gaps."
    assert plain(write_headline(summary)).endswith(said)
    gap.update(ci95=[-0.002, 0.058])
    assert "correction" not in plain(write_headline(summary))
