"""Stand-ins are spoilt as they say, and the checks hold where the analysis is right and fail where it is not."""

import copy
import csv
import io

import numpy as np
import pytest
from sklearn.neighbors import NearestCentroid

from photographs.photo_set import PhotoSet
from photographs.stand_ins import (
    SPOILT,
    blurred,
    held_out_photographs,
    training_photographs,
    with_one_class_alike,
    with_shuffled_labels,
    with_wrong_labels,
)
from transfer_analysis.cells import Cell
from transfer_analysis.generator_quality.comparison import LabelledFeatures, compare
from transfer_analysis.generator_quality.near_copies import judge_near_copies
from transfer_analysis.generator_quality.nearest import find_nearest
from transfer_analysis.generator_quality.nearest_photograph import nearest_photographs
from transfer_analysis.generator_quality.unseen_control import judge_against_unseen
from transfer_analysis.known_answers import (
    CHECKS,
    describe_stand_ins,
    judge_copies,
    judge_stand_ins,
    judge_variety,
)
from transfer_analysis.known_answers_tables import known_answer_tables

CLASSES = ("cat", "dog", "frog")
PER_CLASS = 60


def photographs(per_class: int, seed: int) -> PhotoSet:
    """Return noisy pictures of three classes: a class is a fine pattern, which blurring takes away."""
    rng = np.random.default_rng(seed)
    pattern = np.random.default_rng(99).normal(0, 9, (3, 16, 16, 3))
    labels = np.repeat(np.arange(3), per_class).astype(np.int32)
    images = 128 + pattern[labels] + rng.normal(0, 60, (len(labels), 16, 16, 3))
    return PhotoSet(np.clip(images, 0, 255).astype(np.uint8), labels, np.arange(len(labels)), CLASSES)


REAL = photographs(4 * PER_CLASS, 0)
HELD_OUT = held_out_photographs(REAL, PER_CLASS, PER_CLASS)
TEST = photographs(120, 1)


def keys(photos):
    return set(zip(photos.labels.tolist(), photos.indices.tolist(), strict=True))


def flat(photos):
    return photos.images_nhwc.reshape(len(photos), -1).astype(float)


def learned_from(photos: PhotoSet) -> Cell:
    """Return the answers of three quick learners, each shown nine tenths of the photographs."""
    predicted = []
    for seed in range(3):
        shown = np.random.default_rng(seed).random(len(photos)) < 0.9
        predicted.append(NearestCentroid().fit(flat(photos)[shown], photos.labels[shown]).predict(flat(TEST)))
    confidence = np.ones((3, len(TEST)))
    return Cell("a", "real", CLASSES, TEST.labels, TEST.indices, np.array(predicted), confidence)


@pytest.fixture(scope="module")
def stand_ins():
    real = {size: learned_from(training_photographs(REAL, size)) for size in (10, 25, PER_CLASS)}
    spoilt = {name: learned_from(spoil(HELD_OUT, np.random.default_rng(0))) for name, spoil in SPOILT.items()}
    return describe_stand_ins(real, spoilt, PER_CLASS)


def outcome(checks):
    return {check["check"]: check["passed"] for check in checks}


def test_held_out_photographs_are_none_that_the_real_arm_learns_from():
    assert not keys(HELD_OUT) & keys(training_photographs(REAL, PER_CLASS))
    assert np.bincount(HELD_OUT.labels).tolist() == [PER_CLASS] * 3


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_wrong_labels_are_as_many_as_said_and_every_class_keeps_its_number(share):
    wrong = with_wrong_labels(HELD_OUT, share, np.random.default_rng(0))
    assert (wrong.labels != HELD_OUT.labels).mean() == pytest.approx(share, abs=0.01)
    assert np.bincount(wrong.labels).tolist() == [PER_CLASS] * 3
    assert np.array_equal(wrong.images_nhwc, HELD_OUT.images_nhwc)


def test_shuffled_labels_say_nothing():
    shuffled = with_shuffled_labels(HELD_OUT, np.random.default_rng(0))
    assert (shuffled.labels == HELD_OUT.labels).mean() == pytest.approx(1 / 3, abs=0.12)


def test_blurring_takes_fine_detail_away_and_more_of_it_the_more():
    detail = [np.diff(blurred(HELD_OUT, pixels).images_nhwc.astype(float), axis=1).std() for pixels in (0.01, 1, 2)]
    assert detail[0] > 2 * detail[1] > 2 * detail[2]


def test_one_class_alone_loses_its_variety():
    alike = with_one_class_alike(HELD_OUT)
    distinct = [len(np.unique(flat(alike)[alike.labels == label], axis=0)) for label in range(3)]
    assert distinct == [PER_CLASS // 20, PER_CLASS, PER_CLASS]


def test_every_check_of_training_holds_for_an_analysis_that_is_right(stand_ins):
    assert outcome(judge_stand_ins(stand_ins, 1 / 3)) == dict.fromkeys(list(CHECKS)[:6], True)


def test_checks_fail_for_an_analysis_that_is_wrong(stand_ins):
    wrong = copy.deepcopy(stand_ins)
    wrong[0]["gap"]["ci95"] = [0.02, 0.09]
    wrong[0]["exchange_rate"]["ci95"] = [{"value": 1.4, "relation": "equal"}, {"value": None, "relation": "infinite"}]
    wrong[3]["accuracy"]["ci95"] = [0.4, 0.5]
    wrong[5]["accuracy"]["mean"] = 1.0
    found = outcome(judge_stand_ins(wrong, 1 / 3))
    assert {name for name, passed in found.items() if not passed} == {
        "held_out_gap",
        "held_out_rate",
        "shuffled_accuracy",
        "blur_monotone",
    }


def test_tables_hold_the_draws_without_worth_and_say_which_class_lacks_its_variety(stand_ins):
    coverage = {"held_out": dict.fromkeys(CLASSES, 0.9), "one_class_alike": {**dict.fromkeys(CLASSES, 0.9), "cat": 0.2}}
    tables = known_answer_tables(
        {"stand_ins": stand_ins, "checks": [], "class_without_variety": "cat", "coverage": coverage}
    )
    rows = {row["stand_in"]: row for row in csv.DictReader(io.StringIO(tables["known_answers"]))}
    assert float(rows["labels_shuffled"]["share_of_draws_without_worth"]) > 0.025
    assert tables["known_answer_coverage"].splitlines()[1:] == [
        "cat,True,0.9,0.2",
        "dog,False,0.9,0.9",
        "frog,False,0.9,0.9",
    ]


def pixels(photos):
    return flat(photos)[:, :60]


def test_a_rate_that_lies_wholly_below_one_fails_its_check(stand_ins):
    wrong = copy.deepcopy(stand_ins)
    wrong[0]["exchange_rate"]["ci95"] = [{"value": 1.0, "relation": "less"}] * 2
    assert not outcome(judge_stand_ins(wrong, 1 / 3))["held_out_rate"]


def nearest(photos, gallery):
    return find_nearest(pixels(photos), pixels(gallery)).distances_n


def test_training_photographs_are_found_to_be_copies_and_held_out_ones_are_not():
    training, validation = training_photographs(REAL, PER_CLASS), photographs(PER_CLASS, 5)
    unseen = photographs(PER_CLASS, 6)
    described = {}
    for name, photos in (("copies", training), ("held_out", HELD_OUT)):
        entry = judge_near_copies(nearest(validation, training), nearest(photos, training))
        against = [nearest_photographs(*map(pixels, (photos, gallery, gallery))) for gallery in (training, unseen)]
        control = judge_against_unseen(*against, entry["threshold"])
        control["p_value_holm"] = control["p_value"]
        described[name] = {"pixels": {**entry, "p_value_holm": entry["p_value"], "control": control}}
    assert outcome(judge_copies(described["copies"], described["held_out"])) == {
        "copies_found": True,
        "held_out_no_copies": True,
    }
    assert not outcome(judge_copies(described["held_out"], described["copies"]))["copies_found"]


def test_coverage_falls_for_the_class_without_variety_alone():
    rng = np.random.default_rng(2)
    reference = LabelledFeatures(rng.normal(size=(3 * PER_CLASS, 4)), np.repeat(np.arange(3), PER_CLASS))
    held_out = rng.normal(size=(3 * PER_CLASS, 4))
    alike = held_out.copy()
    alike[:PER_CLASS] = np.resize(held_out[:3], (PER_CLASS, 4)) + 1e-6 * rng.normal(size=(PER_CLASS, 4))
    per_class = [
        compare(
            reference,
            LabelledFeatures(features, reference.labels_n),
            CLASSES,
            k=5,
            draws=10,
            rng=np.random.default_rng(0),
        )["per_class"]
        for features in (alike, held_out)
    ]
    assert outcome(judge_variety(*per_class, CLASSES)) == dict.fromkeys(list(CHECKS)[8:], True)
    assert not outcome(judge_variety(per_class[1], per_class[1], CLASSES))["variety_missed_in_its_class"]
