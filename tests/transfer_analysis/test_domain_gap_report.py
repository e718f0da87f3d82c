"""The section on the domain gap is true for any study, and its sentences turn with the numbers."""

import copy
import re

import pytest

from tests.transfer_analysis.invented_study import USUAL, invented_summary
from tests.transfer_analysis.test_domain_gap import side
from transfer_analysis.domain_gap.prototypes import describe_prototypes
from transfer_analysis.domain_gap.removal import describe_removal
from transfer_analysis.domain_gap.separability import describe_separability
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.domain_gap_answer import VIEWS_IN_WORDS, write_domain_gap_answer
from transfer_analysis.report.page import render_page
from transfer_analysis.report.prototype_evidence import write_prototype_evidence
from transfer_analysis.report.verification import find_problems


def gap_of(shift, spread=1.0, per_class=60):
    """Return domain_gap.json of generated images that lie `shift` off the photographs in every view."""
    sides = {
        "real": side(0, per_class=per_class),
        "held_out": side(1, per_class=per_class),
        "filtered": side(2, per_class=per_class),
        "generated": side(3, domain=shift, spread=spread, per_class=per_class),
    }
    return {
        "classes": ["cat", "dog", "frog"],
        "method": {"n_networks": 1, "fit_images_per_class": per_class},
        "separability": describe_separability({view: [sides] for view in VIEWS_IN_WORDS}),
        "removal": describe_removal([sides], (1, 2), random_draws=1, seed=0),
        "prototypes": describe_prototypes([sides]),
    }


@pytest.fixture(scope="module")
def apart():
    return gap_of(4.0, spread=0.6)


@pytest.fixture(scope="module")
def alike():
    return gap_of(0.0)


def words(sources):
    return re.sub(r"<[^>]*>", "", " ".join(write_domain_gap_answer(sources)))


@pytest.mark.parametrize("kind", ["apart", "alike"])
def test_every_number_of_the_section_has_its_source_and_figures_can_be_drawn(kind, request, tmp_path):
    sources = {**invented_summary(), "domain_gap": request.getfixturevalue(kind)}
    assert find_problems(render_page(sources, tmp_path), sources) == []
    for figure in ("real_or_generated", "directions_removed"):
        save_figure(DRAWN[figure](sources), tmp_path / f"{figure}.svg")


def test_what_is_said_follows_the_probes(apart, alike):
    told, not_told = (words({**invented_summary(), "domain_gap": gap}) for gap in (apart, alike))
    assert "photographs tells test images" in told
    assert "does not account for" in told
    assert "was not shown to tell test images" in not_told
    assert "were not shown to give the generated images away" in not_told
    assert "in the first place" in not_told


def test_features_without_a_direction_that_tells_are_said_to_be_so(apart):
    gap = copy.deepcopy(apart)
    gap["removal"] = {"steps": gap["removal"]["steps"][:1], "gaps": None}
    assert "none was taken out" in words({**invented_summary(), "domain_gap": gap})


@pytest.mark.parametrize(("ends", "differs"), [([0.53, 0.57], True), ([0.49, 0.53], False)])
def test_the_grain_is_called_equal_only_where_the_spectrum_does_not_tell(apart, ends, differs, tmp_path):
    gap = copy.deepcopy(apart)
    gap["separability"]["pairs"]["beyond_kernel"]["spectrum"]["accuracy"] |= {"mean": sum(ends) / 2, "ci95": ends}
    sources = {**invented_summary(), "domain_gap": gap}
    said = words(sources)
    assert ("made the grain alike, not equal" in said) == differs
    assert ("what it left of the grain may be part of it" in said) == differs
    save_figure(DRAWN["real_or_generated"](sources), tmp_path / "figure.svg")
    drawn = (tmp_path / "figure.svg").read_text()
    assert ("grain made alike, not equal" in drawn) == differs
    assert ("grain made equal" in drawn) != differs
    gap["separability"]["pairs"]["beyond_kernel"]["features"]["accuracy"] |= {"mean": 0.5, "ci95": [0.47, 0.53]}
    assert f"With the grain made {'alike' if differs else 'equal'}, no difference" in words(sources)


def test_one_direction_is_spoken_of_in_the_singular(apart):
    gap = copy.deepcopy(apart)
    gap["removal"]["steps"] = gap["removal"]["steps"][:2]
    said = words({**invented_summary(), "domain_gap": gap})
    assert "Taking the direction that tells the kinds best out" in said
    assert "with a random direction gone" in said


def test_what_was_not_shown_is_not_said_to_be_absent(apart):
    gap = copy.deepcopy(apart)
    gap["separability"]["pairs"]["generated"]["low_level"]["accuracy"] |= {"mean": 0.6, "ci95": [0.48, 0.72]}
    gap["removal"]["steps"][0]["telling"]["gap"]["real"] = {"mean": 0.115, "ci95": [-0.02, 0.25]}
    said = words({**invented_summary(), "domain_gap": gap})
    assert "were not shown to give the generated images away" in said
    assert "no gap was shown that could close" in said
    assert "do not give" not in said
    assert "there was no gap" not in said


def test_a_gap_is_said_to_close_only_where_both_comparisons_show_it(apart):
    gap = copy.deepcopy(apart)
    gap["removal"]["steps"][0]["telling"]["gap"]["real"] = {"mean": 0.2, "ci95": [0.1, 0.3]}
    closed = {"mean": 0.1, "ci95": [0.05, 0.15], "p_value": 0.001, "p_value_holm": 0.004}
    gap["removal"]["gaps"]["real"] = dict.fromkeys(
        ("before_less_after", "random_less_telling", "gain_less_loss"), closed
    )
    said = words({**invented_summary(), "domain_gap": gap})
    assert "the gap closes by 10.0 points" in said
    assert "they carry some of it" in said
    forgotten = {"mean": -0.3, "ci95": [-0.4, -0.2], "p_value": 0.001, "p_value_holm": 0.004}
    gap["removal"]["gaps"]["real"]["gain_less_loss"] = forgotten
    said = words({**invented_summary(), "domain_gap": gap})
    assert "they carry some of it" not in said
    assert "recognition as such has fallen, so nothing follows" in said
    open_ = {**closed, "p_value_holm": 0.2}
    gap["removal"]["gaps"]["real"]["random_less_telling"] = open_
    assert "the gap closes" not in words({**invented_summary(), "domain_gap": gap})


def test_prototypes_are_spoken_of_only_where_generated_images_are_easier(apart, alike):
    usual = {**invented_summary(), "domain_gap": apart}
    assert write_prototype_evidence(usual) == []
    easier = invented_summary({**USUAL, ("real", "synthetic"): 0.95})
    assert write_prototype_evidence(easier) == []
    nearer, open_ = copy.deepcopy(apart), copy.deepcopy(alike)
    nearer["prototypes"]["to_mean"]["difference"] = {"mean": -0.4, "ci95": [-0.5, -0.3]}
    assert (
        "nearer, so that nearness to the prototype may be why"
        in write_prototype_evidence({**easier, "domain_gap": nearer})[0]
    )
    open_["prototypes"]["to_mean"]["difference"] = {"mean": -0.1, "ci95": [-0.3, 0.1]}
    assert "was not shown to explain it" in write_prototype_evidence({**easier, "domain_gap": open_})[0]


def test_what_the_kernel_itself_may_have_done_is_not_called_a_difference_of_the_kinds(alike):
    gap = copy.deepcopy(alike)
    pairs = gap["separability"]["pairs"]
    for pair, ends in {"generated": [0.49, 0.52], "kernel": [0.515, 0.545], "beyond_kernel": [0.515, 0.545]}.items():
        for view in ("features", "spectrum"):
            pairs[pair][view]["accuracy"] |= {"mean": sum(ends) / 2, "ci95": ends}
    said = words({**invented_summary(), "domain_gap": gap})
    assert "this may be what the kernel itself did" in said
    assert "still tell" not in said
    assert "hold a difference" not in said
