"""The report's section on trust: its sentences follow the numbers, and its numbers and figures are its sources'."""

import dataclasses
import re

import numpy as np
import pytest

from photographs.photo_set import PhotoSet
from tests.transfer_analysis.invented_study import ANIMALS, invented_summary
from tests.transfer_analysis.invented_trust import (
    ARMS,
    calibrated_predictions,
    invented_answers,
    invented_trust_inputs,
)
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.saliency_sheets import draw_saliency_sheets
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.page import render_page
from transfer_analysis.report.redrawing import NOT_REDRAWN, find_changed_figures
from transfer_analysis.report.trust_answer import write_trust_answer
from transfer_analysis.report.verification import find_problems
from transfer_analysis.trust.description import KINDS, describe_trust

FIGURES = ("reliability", "selective_accuracy", "robustness", "map_agreement")


def said(trust) -> list[str]:
    """Return the section's paragraphs without their marks."""
    return [re.sub("<[^>]+>", "", paragraph) for paragraph in write_trust_answer({"trust": trust})]


def hopeless(seeds):
    """Return seeds whose synthetic networks recognise nothing."""
    for each in seeds:
        each.clean_an[1] = (each.labels_n + 1) % len(ANIMALS)
        each.maps_anhw[1] = 0
    return seeds


def test_page_with_figures_holds_only_numbers_and_figures_of_its_sources(tmp_path):
    sources = {**invented_summary(), "trust": describe_trust(*invented_trust_inputs(np.random.default_rng(0)))}
    for name in FIGURES:
        save_figure(DRAWN[name](sources), tmp_path / f"{name}.svg")
    page = render_page(sources, tmp_path)
    assert find_problems(page, sources) == []
    assert find_changed_figures(page, sources) == []
    assert all(f'data-figure="{name}"' in page for name in FIGURES)
    sources["trust"]["robustness"]["synthetic"]["overall"]["loss"]["mean"] += 0.05
    assert find_problems(page, sources)
    assert find_changed_figures(page, sources) == ["figure robustness: it is not the one that the sources give"]


@pytest.mark.parametrize("n_seeds", [1, 2])
@pytest.mark.parametrize("spoil", [lambda seeds: seeds, hopeless])
def test_page_and_figures_of_few_seeds_and_of_networks_that_learned_nothing(tmp_path, n_seeds, spoil):
    tests, seeds = invented_trust_inputs(np.random.default_rng(1), n_seeds=n_seeds)
    trust = describe_trust(tests, spoil(seeds))
    sources = {**invented_summary(n_seeds=n_seeds), "trust": trust}
    for name in ("robustness", "map_agreement"):
        save_figure(DRAWN[name](sources), tmp_path / f"{name}.svg")
    assert find_problems(render_page(sources, tmp_path), sources) == []
    paragraphs = said(trust)
    assert ("no interval of this section holds the luck of training" in paragraphs[-1]) == (n_seeds == 1)
    assert paragraphs[-1].startswith("Only 2 networks of each arm were looked at, too few") == (n_seeds == 2)
    if spoil is hopeless:
        assert "those trained on real photographs. Networks trained on generated images were not" in paragraphs[2]
        assert paragraphs[3].startswith("Too few photographs have a heat map")
    elif n_seeds == 1:
        assert "nothing follows from it" in paragraphs[3]
    else:
        assert "With two networks of each arm the luck of training is not known" in paragraphs[3]


@pytest.mark.parametrize(
    ("scaled_by", "words"), [(2.5, "points too confident"), (0.4, "less confident than they may be"), (1, "no bias")]
)
def test_confidence_is_called_what_it_is(scaled_by, words):
    rng = np.random.default_rng(2)
    tests = {
        (arm, kind): calibrated_predictions(rng, scaled_by=scaled_by) for arm in ARMS for kind in ("real", "synthetic")
    }
    seeds = invented_trust_inputs(rng)[1]
    for each in seeds:
        each.temperatures_at[:] = scaled_by
    confidence = said(describe_trust(tests, seeds))[0]
    assert confidence.count(words) == 2
    assert confidence.count("helps here") == (0 if scaled_by == 1 else 2)


def test_a_temperature_that_suits_another_kind_is_said_to_make_it_worse():
    rng = np.random.default_rng(3)
    tests, seeds = invented_trust_inputs(rng, scaled_by=1.0)
    for each in seeds:
        each.temperatures_at[1] = 0.3
    confidence = said(describe_trust(tests, seeds))[0]
    assert confidence.count("makes it worse here") == 1


@pytest.mark.parametrize(("right", "words"), [(True, "every answer is right"), (False, "every answer is wrong")])
def test_answers_that_are_all_right_or_all_wrong_leave_nothing_to_tell_apart(right, words):
    tests, seeds = invented_trust_inputs(np.random.default_rng(3))
    for network in tests["real", "real"]:
        network.logits_nk[np.arange(len(network.labels)), network.labels] = 100 if right else -100
    selection = said(describe_trust(tests, seeds))[1]
    assert f"{words}, so there is nothing to tell apart. Asked" in selection
    assert "right answers from wrong ones" not in selection.split("Asked")[1]


@pytest.mark.parametrize(
    ("kept", "words"), [(0.4, "makes networks lose"), (0.8, "no difference was detected"), (0.99, "points less")]
)
def test_robustness_is_compared_in_words_that_suit_the_numbers(kept, words):
    rng = np.random.default_rng(4)
    tests = invented_trust_inputs(rng)[0]
    accuracy, left = dict.fromkeys(ARMS, 0.7), {"real": 0.8, "synthetic": kept, "mixture": 0.8}
    assert words in said(describe_trust(tests, invented_answers(rng, accuracy, left)))[2]


@pytest.mark.parametrize("classes", [("cat", "dog"), ANIMALS])
def test_arms_that_are_left_with_guessing_alone_are_not_said_to_lose_less(classes):
    rng = np.random.default_rng(8)
    tests = {(arm, kind): calibrated_predictions(rng, classes=classes) for arm in ARMS for kind in KINDS}
    seeds = invented_answers(
        rng, {"real": 0.95, "synthetic": 0.65, "mixture": 0.9}, dict.fromkeys(ARMS, 0.0), per_class=300, classes=classes
    )
    assert "no difference was detected" in said(describe_trust(tests, seeds))[2]


def test_one_corruption_is_named_and_networks_that_only_guess_are_not_measured(tmp_path):
    tests, seeds = invented_trust_inputs(np.random.default_rng(9))
    fog = [dataclasses.replace(each, corruptions=("fog",), corrupted_acvn=each.corrupted_acvn[:, :1]) for each in seeds]
    assert said(describe_trust(tests, fog))[2].startswith(
        "Of what networks recognise beyond guessing, spoiling real photographs in one way (fog) takes"
    )
    for each in fog:
        each.clean_an[:2] = (each.labels_n + 1) % len(ANIMALS)
    trust = describe_trust(tests, fog)
    sources = {**invented_summary(), "trust": trust}
    page = render_page(sources, tmp_path)
    assert said(trust)[2].startswith("Of robustness nothing can be said")
    assert page.count("not measurable</td>") == 2
    assert find_problems(page, sources) == []
    save_figure(DRAWN["robustness"](sources), tmp_path / "robustness.svg")
    assert (tmp_path / "robustness.svg").read_text().count("not shown to beat guessing") == 2


def test_maps_that_are_only_noisier_are_not_said_to_be_of_other_places():
    tests, seeds = invented_trust_inputs(np.random.default_rng(10))
    rng = np.random.default_rng(11)
    assert "So the two arms look at other places" in said(describe_trust(tests, seeds))[3]
    places_nhw = rng.normal(size=seeds[0].maps_anhw.shape[1:])
    for each in seeds:
        for row, noise in enumerate((0.2, 2.0, 0.2)):
            each.maps_anhw[row] = places_nhw + noise * rng.normal(size=places_nhw.shape)
    trust = describe_trust(tests, seeds)
    assert trust["maps"]["agreement"]["synthetic"]["difference"]["p_value_holm"] < 0.05
    assert "that the arms look at other places does not follow" in said(trust)[3]


def test_sheet_is_drawn_of_the_photographs_that_were_chosen_and_is_not_redrawn_from_the_sources(tmp_path):
    tests, seeds = invented_trust_inputs(np.random.default_rng(5))
    trust = describe_trust(tests, seeds)
    rng = np.random.default_rng(6)
    images = rng.integers(256, size=(len(seeds[0].labels_n), 32, 32, 3)).astype(np.uint8)
    photos = PhotoSet(images, seeds[0].labels_n, seeds[0].indices_n, ANIMALS)
    shuffled = photos.select(rng.permutation(len(photos)))
    for name, given in (("one", photos), ("other", shuffled)):
        save_figure(draw_saliency_sheets(trust, seeds, given), tmp_path / f"{name}.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    assert "saliency_sheets" in NOT_REDRAWN


def test_an_interval_that_leaves_out_zero_without_outliving_the_correction_is_pointed_out():
    trust = describe_trust(*invented_trust_inputs(np.random.default_rng(7)))
    difference = trust["robustness"]["synthetic"]["overall"]["difference"]
    difference |= {"p_value_holm": 0.06, "ci95": [0.01, 0.2]}
    assert "no difference was detected" in said(trust)[2]
    assert "does not outlive the correction" in said(trust)[2]


@pytest.mark.parametrize(("n_seeds", "over"), [(1, "95 % intervals over test images alone"), (3, "95 % intervals")])
@pytest.mark.parametrize("name", ["reliability", "selective_accuracy", "robustness"])
def test_figures_of_one_network_say_that_their_intervals_hold_nothing_of_its_training(name, n_seeds, over):
    trust = describe_trust(*invented_trust_inputs(np.random.default_rng(1), n_seeds=n_seeds))
    words = " ".join(DRAWN[name]({"trust": trust}).texts[1].get_text().split())
    assert over in words
    assert ("over test images alone" in words) == (n_seeds == 1)


def test_a_loss_beyond_all_that_there_is_is_not_promised_to_be_found():
    trust = describe_trust(*invented_trust_inputs(np.random.default_rng(7)))
    difference = trust["robustness"]["synthetic"]["overall"]["difference"]
    difference |= {"p_value_holm": 0.6, "minimum_detectable_effect": 1.434}
    assert "143" not in said(trust)[2]
    assert "not even a loss of all that one kind of networks recognises would have been found" in said(trust)[2]
