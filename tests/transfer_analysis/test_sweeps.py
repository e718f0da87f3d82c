"""Points are compared pairwise, claims are hedged by intervals, and the choice follows its rule."""

import csv
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from transfer_analysis.cells import Cell
from transfer_analysis.figures.style import save_figure
from transfer_analysis.figures.sweep import draw_sweep
from transfer_analysis.sweeps import choose_point, describe_sweep, sweep_table

N = 600


def cell(name: str, n_wrong: int, n_seeds: int = 3) -> Cell:
    """Answers on the same N images, the first `n_wrong` of them wrong (and one or two more, from seed to seed)."""
    labels_n = np.arange(N) % 2
    predicted_sn = np.stack([labels_n] * n_seeds)
    for seed in range(n_seeds):
        predicted_sn[seed, : n_wrong + seed] = 1 - labels_n[: n_wrong + seed]
    return Cell(name, "real_validation", ("cat", "dog"), labels_n, np.arange(N), predicted_sn, np.ones((n_seeds, N)))


def plan(points: dict[str, tuple], keys=("steps",), study=None) -> dict:
    """A plan from {name: (settings' values…, network evaluations)}."""
    return {
        "sweep": "invented",
        "keys": list(keys),
        "classes": ["cat", "dog"],
        "train_images_per_class": 180,
        "training_steps": 320,
        "points": [
            {
                "name": name,
                "label": name,
                "settings": dict(zip(keys, values, strict=True)),
                "generator": {"steps": 8} | dict(zip(keys, values, strict=True)),
                "is_study": name == study,
                "network_evaluations": evaluations,
            }
            for name, (*values, evaluations) in points.items()
        ],
    }


def choose(wrong: dict[str, int], costs: dict[str, int], limit=None):
    layout = plan({name: (cost, cost) for name, cost in costs.items()})
    cells = {name: cell(name, n) for name, n in wrong.items()}
    return choose_point(layout, cells, dict.fromkeys(cells, "") | {name: name for name in cells}, limit)


def test_clearly_best_point_is_chosen_whatever_it_costs():
    choice = choose({"slow": 60, "fast": 200}, {"slow": 40, "fast": 4})
    assert choice["chosen"] == "slow"
    assert choice["network_evaluations"] == 40
    assert "every other point is shown to be less so" in choice["reason"]


def test_tie_goes_to_the_cheaper_and_says_what_would_have_been_found():
    choice = choose({"slow": 100, "middle": 102, "fast": 200}, {"slow": 40, "middle": 20, "fast": 4})
    assert choice["chosen"] == "middle"
    assert "slow is the most accurate" in choice["reason"]
    assert "not shown to differ" in choice["reason"]
    assert "20 network evaluations an image against 40" in choice["reason"]


def test_tie_at_equal_cost_goes_to_the_more_accurate():
    assert choose({"a": 102, "b": 100}, {"a": 8, "b": 8})["chosen"] == "b"


def test_speed_limit_excludes_points_and_compares_with_the_best_that_is_left():
    wrong, costs = {"slow": 20, "middle": 100, "fast": 102}, {"slow": 40, "middle": 20, "fast": 10}
    assert choose(wrong, costs)["chosen"] == "slow"
    assert choose(wrong, costs, limit=20)["chosen"] == "fast"


def test_reason_under_a_limit_speaks_of_the_points_within_it_alone():
    wrong, costs = {"slow": 20, "middle": 100, "fast": 200}, {"slow": 40, "middle": 20, "fast": 10}
    opening = "Of the points of at most 20 network evaluations an image, middle is the most accurate"
    choice = choose(wrong, costs, limit=20)
    assert choice["reason"].startswith(opening)
    assert choice["reason"].endswith("and every other of them is shown to be less so.")
    assert choose(wrong, costs, limit=10)["reason"].startswith(
        "Of the points of at most 10 network evaluations an image, fast is the only one"
    )
    assert choose(wrong, costs)["reason"].startswith("slow is the most accurate")


def test_an_interval_that_leaves_out_zero_and_does_not_outlive_the_correction_is_pointed_out():
    # Of ten points, one is six images of six hundred behind the best: enough for its own interval alone.
    wrong = {"best": 100, "cheap": 106} | {f"poor {number}": 300 for number in range(8)}
    costs = {"best": 40, "cheap": 4} | {f"poor {number}": 40 for number in range(8)}
    choice = choose(wrong, costs)
    assert choice["chosen"] == "cheap"
    said = "the interval leaves out zero, but that does not outlive the correction for 45 pairs of points"
    assert said in choice["reason"]
    few = choose({"slow": 100, "fast": 102}, {"slow": 40, "fast": 4})
    assert few["chosen"] == "fast"
    assert "outlive" not in few["reason"]


def test_limit_that_nothing_meets_chooses_nothing():
    choice = choose({"a": 100, "b": 90}, {"a": 8, "b": 16}, limit=4)
    assert choice["chosen"] is None
    assert choice["reason"] == "No point costs at most 4 network evaluations an image; the cheapest costs 8."


@pytest.fixture
def described():
    layout = plan({"few": (4, 8), "study": (8, 16), "many": (20, 40)}, study="study")
    cells = {"few": cell("few", 200), "study": cell("study", 102), "many": cell("many", 100)}
    return describe_sweep(layout, cells, {"few": "a", "study": "b", "many": "b"})


def test_differences_are_paired_against_the_best_and_the_study(described):
    few, study, many = described["points"]
    assert described["best"] == "many"
    assert many["behind_best"] is None
    assert study["behind_study"] is None
    assert few["behind_best"]["mean"] == pytest.approx(100 / N)
    assert few["behind_study"]["mean"] == pytest.approx(98 / N)
    # Paired: the interval of a difference is narrower than that of either accuracy.
    width = np.ptp(few["accuracy"]["ci95"])
    assert np.ptp(study["behind_best"]["ci95"]) < width / 2
    assert study["behind_best"]["ci95"][0] <= 0 < few["behind_best"]["ci95"][0]


def test_finding_names_the_best_and_hedges_what_ties_with_it(described):
    finding = described["finding"]
    assert finding.startswith("Accuracy was highest with many (83.2 %")
    assert "not shown to differ from it: study" in finding
    assert "lower by 16.7 points: few" in finding


@pytest.mark.parametrize(("n_seeds", "over"), [(1, "alone, one training a point"), (2, "and 2 trainings a point")])
def test_one_training_a_point_leaves_out_the_luck_of_training_and_says_so(n_seeds, over):
    layout = plan({"few": (4, 8), "many": (20, 40)})
    cells = {"few": cell("few", 200, n_seeds), "many": cell("many", 100, n_seeds)}
    sweep = describe_sweep(layout, cells, {"few": "a", "many": "b"})
    said = "There is one training of each point, so the luck of training is not in this."
    choice = choose_point(layout, cells, {"few": "a", "many": "b"}, None)
    for text in (sweep["finding"], choice["reason"]):
        assert text.endswith(said) == (n_seeds == 1)
    assert f"95 % intervals over those {over}." in " ".join(draw_sweep(sweep).texts[1].get_text().split())


def test_equal_images_are_said_to_be_equal(described):
    assert [point["same_images_as"] for point in described["points"]] == [None, None, "study"]


def test_table_has_a_row_a_point_and_no_difference_of_a_point_to_itself(described):
    rows = list(csv.DictReader(io.StringIO(sweep_table(described))))
    assert [row["steps"] for row in rows] == ["4", "8", "20"]
    assert rows[2]["behind_best_mean"] == ""
    assert float(rows[0]["behind_best_mean"]) == pytest.approx(100 / N, rel=1e-5)
    assert float(rows[0]["behind_best_minimum_detectable_effect"]) > 0


def test_table_finds_settings_by_name_not_by_order(described):
    """A plan that went through sorted JSON holds its settings in another order than its keys."""
    points = [{**point, "settings": {"another": "x", **point["settings"]}} for point in described["points"]]
    table = sweep_table({**described, "keys": ["steps", "another"], "points": points})
    first = next(csv.DictReader(io.StringIO(table)))
    assert (first["steps"], first["another"]) == ("4", "x")


GRIDS = {
    "numbers": (("guidance_scale",), [(1,), (1.5,), (7.5,)]),
    "lines": (("steps", "sampler"), [(4, None), (4, "unipc"), (8, None), (8, "unipc")]),
    "panels": (
        ("steps", "guidance_scale", "sampler"),
        [(steps, guidance, "ddim") for steps in (4, 8) for guidance in (1, 1.5, 2, [1, 5])],
    ),
    "words": (("prompts",), [({"set": "plain"},), ({"set": "scenes"},)]),
    "ranges": (("guidance_scale",), [(1,), ([1, 5],)]),
    "one point": (("steps",), [(4,)]),
}


@pytest.mark.parametrize("grid", GRIDS)
def test_any_grid_can_be_drawn(grid, tmp_path):
    keys, settings = GRIDS[grid]
    layout = plan({str(number): (*values, 8 + number) for number, values in enumerate(settings)}, keys, study="0")
    cells = {str(number): cell(str(number), 100 + 20 * number, n_seeds=2) for number in range(len(settings))}
    sweep = describe_sweep(layout, cells, {name: name for name in cells})
    save_figure(draw_sweep(sweep), tmp_path / "sweep.svg")
    assert ET.parse(tmp_path / "sweep.svg").getroot().tag.endswith("svg")
