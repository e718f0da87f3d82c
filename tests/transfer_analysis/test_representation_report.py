"""The report's section on representations is right for any study: few seeds, no gap, no transplant, many classes."""

import copy
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from tests.transfer_analysis.invented_representations import (
    BLOCKS,
    SETTINGS,
    invented_domain,
    invented_representations,
    invented_transplants,
)
from tests.transfer_analysis.invented_study import invented_summary
from tests.transfer_analysis.test_commands import command
from transfer_analysis.block_features import write_block_features
from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import save_figure
from transfer_analysis.predictions import Predictions, write_predictions
from transfer_analysis.report.page import render_page
from transfer_analysis.report.representation_answer import write_representation_answer
from transfer_analysis.report.verification import find_problems
from transfer_analysis.representations.network_features import DOMAINS, TRAINED, UNTRAINED
from transfer_analysis.representations.tables import representation_tables
from transfer_analysis.representations.transplant_answers import write_transplant_answers

TEN = tuple(f"class{number}" for number in range(10))
STUDIES = {
    "usual": {},
    "one seed": {"n_seeds": 1},
    "two seeds, two classes": {"n_seeds": 2, "classes": ("cat", "dog")},
    "ten classes, few images": {"classes": TEN, "per_class": 4},
    "no gap": {"synthetic": 1.0, "lost": (0.0, 0.0)},
    "nothing learned": {"real": 0.0, "synthetic": 0.0, "lost": (0.0, 0.0)},
    "generated images teach more": {"real": 0.3, "synthetic": 1.0, "lost": (0.0, -0.15)},
    "a loss that later blocks mend": {"lost": (0.2, 0.0)},
    "a loss that comes and goes": {"lost": (0.0, 0.2, 0.0, 0.2)},
    "a loss that stays": {"lost": (0.0, 0.2, 0.2)},
    "no transplant": {"settings": SETTINGS.model_copy(update={"transplant": None})},
}
FIGURES = ("network_similarity", "linear_probes", "layer_transplant", "feature_map")


@pytest.fixture(scope="module")
def parts():
    return {name: invented_representations(**arguments) for name, arguments in STUDIES.items()}


def sources(part):
    return invented_summary() | {"representations": part}


@pytest.mark.parametrize("study", STUDIES)
def test_every_number_of_any_study_has_its_source(study, parts, tmp_path):
    assert find_problems(render_page(sources(parts[study]), tmp_path), sources(parts[study])) == []


def test_a_block_without_a_shortfall_is_told_without_one(parts, tmp_path):
    part = copy.deepcopy(parts["usual"])
    for blocks in part["similarity"].values():
        for entry in blocks.values():
            entry |= {"shortfall": None, "position": None}
    assert find_problems(render_page(sources(part), tmp_path), sources(part)) == []
    assert "Another seed changes nothing there" in write_representation_answer(sources(part))[0]
    assert "shortfall" not in representation_tables(part)["network_similarity"]


@pytest.mark.parametrize("study", ["usual", "one seed", "ten classes, few images"])
def test_any_study_can_be_drawn(study, parts, tmp_path):
    for name in FIGURES:
        save_figure(DRAWN[name]({"representations": parts[study]}), tmp_path / f"{name}.svg")
        assert ET.parse(tmp_path / f"{name}.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("study", "said", "not_said"),
    [
        ("usual", "less alike than another seed does, by", "was not shown to cost"),
        ("usual", "The largest share is that of", "At no depth"),
        ("usual", "the features themselves lack", "no loss was shown"),
        ("one seed", "nothing to be held against", "two networks of the same training have"),
        ("one seed", "the luck of training is not in these intervals", "too narrow"),
        ("two seeds, two classes", "they are too narrow", "nothing to be held against"),
        ("two seeds, two classes", "networks of each kind, too few to know the luck of training", "one network"),
        ("usual", "Where the gap sits", "the luck of training"),
        ("no gap", "less alike than another seed does was not shown", "less alike than another seed does, by"),
        ("no gap", "At no depth was a loss shown", "The largest share"),
        ("no gap", "none to divide", "accounts for"),
        ("generated images teach more", "the generated-trained ones are the better by", "from the first one on"),
        ("generated images teach more", "none to divide", "accounts for"),
        ("a loss that later blocks mend", "no loss was shown", "the loss is"),
        ("a loss that later blocks mend", "when frozen up to", "from the first one on"),
        ("a loss that comes and goes", "at no other depth", "on they do"),
        ("a loss that comes and goes", "Generated-trained blocks were shown to cost", "With all blocks frozen"),
        ("a loss that stays", "on they do", "at no other depth"),
        ("a loss that stays", "With all blocks frozen, the loss is", "however"),
        ("no transplant", "Shown", "transplanting"),
    ],
)
def test_what_is_claimed_follows_the_numbers(study, said, not_said, parts):
    text = " ".join(write_representation_answer(sources(parts[study])))
    assert said in text
    assert not_said not in text


def test_a_study_without_representations_says_nothing_of_them(tmp_path):
    assert write_representation_answer(invented_summary()) == []
    assert "representations-heading" not in render_page(invented_summary(), tmp_path)


def test_features_on_the_disk_become_the_part_and_its_tables(tmp_path):
    for domain in DOMAINS:
        features = invented_domain(domain, {"real": 1.0, "synthetic": 0.5}, per_class=8)
        logits_nk = np.eye(3, dtype=np.float32)[features.labels_n]
        for seed in range(3):
            for network in (*TRAINED, UNTRAINED):
                folder = tmp_path / network / f"seed_{seed}"
                values = {block: features.values[network][block][seed] for block in BLOCKS}
                write_block_features(folder / f"{domain}_features.npz", values)
                predictions = Predictions(logits_nk, features.labels_n, np.arange(24), features.classes)
                write_predictions(folder / f"{domain}.npz", predictions)
    answers = invented_transplants((0.1, 0.2))
    for seed, of_seed in enumerate(answers):
        write_transplant_answers(tmp_path / f"transplants_{seed}.npz", of_seed)
    flags = {"predictions": tmp_path, "untrained": tmp_path / UNTRAINED, "seeds": 3, "tables": tmp_path / "tables"}
    flags |= {"transplants": tuple(tmp_path / f"transplants_{seed}.npz" for seed in range(3))}
    flags |= {"transplant_images_per_class": 5, "settings": SETTINGS.model_dump_json()}
    for name in ("a", "b"):
        assert command("analyse_representations", **flags, output=tmp_path / f"{name}.json") is None
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        f"{name}.csv" for name in (*FIGURES, "feature_gaps")
    }


def test_networks_of_other_blocks_cannot_be_compared(tmp_path):
    features = invented_domain("real", {}, n_seeds=1, per_class=4)
    predictions = Predictions(
        np.eye(3, dtype=np.float32)[features.labels_n], features.labels_n, np.arange(12), ("a", "b", "c")
    )
    write_predictions(tmp_path / "real" / "seed_0" / "real.npz", predictions)
    for network, blocks in (("real", ("one", "penultimate")), ("synthetic", ("two", "penultimate"))):
        values = {block: np.ones((12, 2)) for block in blocks}
        write_block_features(tmp_path / network / "seed_0" / "real_features.npz", values)
    flags = {"predictions": tmp_path, "untrained": tmp_path / UNTRAINED, "seeds": 1, "tables": tmp_path / "tables"}
    flags |= {"transplant_images_per_class": 5, "settings": "{}", "output": tmp_path / "out.json"}
    assert "its blocks are ('two', 'penultimate')" in command("analyse_representations", **flags)


def test_figures_of_one_network_say_that_their_intervals_hold_nothing_of_its_training(parts):
    part = copy.deepcopy(parts["usual"])
    part["transplant"]["n_seeds"] = 1
    alone = {name: "over test images alone" in title(part, name) for name in ("linear_probes", "layer_transplant")}
    assert alone == {"linear_probes": False, "layer_transplant": True}
    assert "over test images alone" in title(parts["one seed"], "linear_probes")


def title(part, name) -> str:
    return " ".join(DRAWN[name]({"representations": part}).texts[1].get_text().split())


def test_a_loss_beyond_all_that_there_is_is_not_promised_to_be_found(parts):
    part = copy.deepcopy(parts["no gap"])
    part["transplant"]["depths"][1]["gap"]["minimum_detectable_effect"] = 1.235
    text = " ".join(write_representation_answer(sources(part)))
    assert "not even the largest possible one would have been found at every depth" in text
    assert "123.5" not in text


def test_a_gain_over_fresh_networks_that_does_not_outlive_the_correction_is_pointed_out(parts):
    part = copy.deepcopy(parts["usual"])
    part["transplant"]["depths"][-1]["gain"]["synthetic"] |= {"ci95": [0.01, 0.09], "p_value_holm": 0.07}
    assert "does not outlive the correction" in " ".join(write_representation_answer(sources(part)))
