"""Trust: known answers of calibration, selection, robustness and heat maps, and intervals that hold the truth."""

import csv
import io

import numpy as np
import pytest

from flax_cnn.facts import fit_temperature
from tests.transfer_analysis.invented_trust import (
    calibrated_predictions,
    invented_answers,
    invented_trust_inputs,
)
from transfer_analysis.calibration import expected_calibration_error, top_confidence
from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.trust.answers import read_answers_of_seeds, write_trust_answers
from transfer_analysis.trust.description import describe_trust
from transfer_analysis.trust.map_agreement import describe_agreement
from transfer_analysis.trust.photo_choice import choose_photographs
from transfer_analysis.trust.reliability import calibrated_ece, describe_reliability, ece_terms
from transfer_analysis.trust.robustness import Answers, compare_losses, describe_loss, loss_terms
from transfer_analysis.trust.selective import accuracy_terms, aurc_terms, best_aurc, describe_share
from transfer_analysis.trust.tables import trust_tables


def confidence_and_correct(networks, temperature=1.0):
    confidence_sn = np.stack([top_confidence(each.logits_nk, temperature) for each in networks])
    correct_sn = np.stack([each.logits_nk.argmax(axis=1) == each.labels for each in networks]).astype(float)
    return confidence_sn, correct_sn


# ---- calibration


def test_row_means_of_the_terms_are_the_calibration_errors_of_the_networks():
    confidence_sn, correct_sn = confidence_and_correct(calibrated_predictions(np.random.default_rng(0), scaled_by=2))
    errors = [expected_calibration_error(*rows) for rows in zip(confidence_sn, correct_sn, strict=True)]
    assert ece_terms(confidence_sn, correct_sn).mean(axis=1) == pytest.approx(errors)


def test_error_of_calibrated_networks_is_that_to_be_expected_of_so_few_images_and_no_bin_is_told_from_the_diagonal():
    networks = calibrated_predictions(np.random.default_rng(1), n_seeds=8, per_class=150)
    confidence_sn, correct_sn = confidence_and_correct(networks)
    found = ece_terms(confidence_sn, correct_sn).mean()
    assert found == pytest.approx(calibrated_ece(confidence_sn), rel=0.25)
    bins = [each for each in describe_reliability(confidence_sn, correct_sn) if each["share"] > 0.02]
    assert sum(each["ci95"][0] <= each["confidence"] <= each["ci95"][1] for each in bins) >= len(bins) - 1
    assert estimate_mean(confidence_sn - correct_sn).p_value() > 0.05


def test_a_handful_of_right_answers_does_not_make_a_bin_certain():
    confidence_sn = np.full((2, 500), 0.5)
    confidence_sn[:, :5] = 0.99
    correct_sn = np.tile(np.arange(500) % 2 == 0, (2, 1)).astype(float)
    correct_sn[:, :5] = 1
    highest = describe_reliability(confidence_sn, correct_sn)[-1]
    assert highest["accuracy"] == 1
    assert highest["ci95"][0] < 0.5


def test_overconfident_logits_are_restored_by_the_temperature_that_spoilt_them():
    networks = calibrated_predictions(np.random.default_rng(2), n_seeds=2, per_class=600, scaled_by=3.0)
    temperature = fit_temperature(networks[0].logits_nk, networks[0].labels)
    assert temperature == pytest.approx(3.0, rel=0.06)
    raw, restored = confidence_and_correct(networks), confidence_and_correct(networks, temperature)
    assert estimate_mean(raw[0] - raw[1]).interval(-1, 1)[0] > 0.05
    assert ece_terms(*raw).mean() > 5 * ece_terms(*restored).mean()
    assert ece_terms(*restored).mean() < 2 * calibrated_ece(restored[0])


def test_interval_of_the_calibration_error_holds_the_truth_about_as_often_as_it_says():
    def error_of(n_images, rng):
        confidence_sn = rng.uniform(0.3, 1, (3, n_images))
        return ece_terms(confidence_sn, (rng.random((3, n_images)) < confidence_sn - 0.15).astype(float))

    held, repetitions = 0, 200
    for repetition in range(repetitions):
        low, high = estimate_mean(error_of(1500, np.random.default_rng(repetition))).interval(0, 1)
        held += low <= 0.15 <= high
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions) <= held / repetitions


# ---- selection


def brute_force_aurc(confidence_n, correct_n):
    ordered = correct_n[np.argsort(-confidence_n, kind="stable")]
    return np.mean([1 - ordered[: number + 1].mean() for number in range(len(ordered))])


def test_row_means_of_the_terms_are_the_areas_and_the_oracle_reaches_the_best():
    rng = np.random.default_rng(3)
    confidence_sn, correct_sn = rng.random((2, 300)), (rng.random((2, 300)) < 0.7).astype(float)
    areas = [brute_force_aurc(*rows) for rows in zip(confidence_sn, correct_sn, strict=True)]
    assert aurc_terms(confidence_sn, correct_sn).mean(axis=1) == pytest.approx(areas)
    oracle_sn = correct_sn + 0.1 * rng.random((2, 300))
    assert aurc_terms(oracle_sn, correct_sn).mean() == pytest.approx(best_aurc(correct_sn))
    assert np.mean(areas) == pytest.approx(0.3, abs=0.07)
    assert best_aurc(correct_sn) < 0.07


def test_oracle_confidence_is_right_on_every_share_up_to_its_accuracy_and_blind_confidence_gains_nothing():
    rng = np.random.default_rng(4)
    correct_sn = np.tile(rng.permutation(np.repeat([1.0, 0.0], [600, 400])), (2, 1))
    assert accuracy_terms(correct_sn, correct_sn, 0.6).mean() == pytest.approx(1)
    assert describe_share(correct_sn, correct_sn, 0.6)["accuracy"] == 1
    assert accuracy_terms(correct_sn, correct_sn, 1.0).mean() == pytest.approx(0.6)
    blind_sn = rng.random(correct_sn.shape)
    assert accuracy_terms(blind_sn, correct_sn, 0.5).mean() == pytest.approx(0.6, abs=0.05)


def test_interval_of_the_area_holds_the_truth_about_as_often_as_it_says():
    # P(right | confidence c) = c, c uniform: R at coverage g is g / 2, so the area is 1/4.
    held, repetitions = 0, 200
    for repetition in range(repetitions):
        rng = np.random.default_rng(repetition)
        confidence_sn = np.tile(rng.random(800), (3, 1))
        correct_sn = (rng.random((3, 800)) < confidence_sn).astype(float)
        low, high = estimate_mean(aurc_terms(confidence_sn, correct_sn)).interval(0, 1)
        held += low <= 0.25 <= high
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions) <= held / repetitions


def test_interval_of_selective_accuracy_holds_the_truth_about_as_often_as_it_says():
    # P(right | confidence c) = c, c uniform: on the more confident half of the images it is 3/4 on average.
    held, repetitions = 0, 400
    for repetition in range(repetitions):
        rng = np.random.default_rng(repetition)
        confidence_sn = np.tile(rng.random(800), (3, 1))
        correct_sn = np.tile(rng.random(800) < confidence_sn[0], (3, 1)).astype(float)
        low, high = describe_share(confidence_sn, correct_sn, 0.5)["ci95"]
        held += low <= 0.75 <= high
    assert abs(held / repetitions - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / repetitions)


# ---- robustness


def partly_known(rng, accuracy, kept, chance):
    """Return answers, float (3, 900), of networks that guess what they do not know, or no longer know."""
    known_sn = rng.random((3, 900)) < (accuracy - chance) / (1 - chance)
    answers = known_sn, known_sn & (rng.random(known_sn.shape) < kept)
    return Answers(*((right_sn | (rng.random(known_sn.shape) < chance)).astype(float) for right_sn in answers))


def test_equal_relative_losses_of_unequal_arms_are_not_told_apart_and_unequal_ones_are():
    rng = np.random.default_rng(5)

    strong, weak, fragile = (partly_known(rng, *arm, 1 / 6) for arm in ((0.9, 0.7), (0.5, 0.7), (0.5, 0.45)))
    left = (strong[1].mean() - 1 / 6) / (strong[0].mean() - 1 / 6)
    assert loss_terms(*strong, 1 / 6).mean() == pytest.approx(1 - left)
    apart = compare_losses({"weak": (weak, strong), "fragile": (fragile, strong)}, 1 / 6)
    assert apart["weak"]["p_value"] > 0.05
    assert apart["fragile"]["ci95"][0] > 0.1


@pytest.mark.parametrize(("strong", "weak", "chance"), [(0.95, 0.65, 1 / 2), (0.73, 0.4, 1 / 6)])
def test_arms_that_are_left_with_guessing_alone_lose_all_alike(strong, weak, chance):
    rng = np.random.default_rng(13)
    arms = [partly_known(rng, accuracy, 0.0, chance) for accuracy in (weak, strong)]
    for arm in arms:
        low, high = describe_loss(*arm, chance)["ci95"]
        assert low <= 1 <= high
    assert compare_losses({"pair": arms}, chance)["pair"]["p_value"] > 0.05


def test_the_arm_that_loses_more_of_what_it_knows_is_found_though_it_lies_near_chance():
    rng = np.random.default_rng(14)
    strong, weak = partly_known(rng, 0.73, 0.45, 1 / 6), partly_known(rng, 0.4, 0.3, 1 / 6)
    assert 1 - weak[1].mean() / weak[0].mean() < 1 - strong[1].mean() / strong[0].mean()
    assert compare_losses({"pair": (weak, strong)}, 1 / 6)["pair"]["ci95"][0] > 0


def test_an_arm_that_was_not_shown_to_beat_guessing_has_no_loss():
    rng = np.random.default_rng(15)
    guesses = Answers(*((rng.random((3, 600)) < 0.5).astype(float) for _ in range(2)))
    assert describe_loss(*guesses, 0.5) is None
    assert compare_losses({"pair": (guesses, partly_known(rng, 0.9, 0.5, 0.5))}, 0.5) == {}


def test_interval_of_the_loss_holds_the_truth_about_as_often_as_it_says():
    held, repetitions = 0, 200
    for repetition in range(repetitions):
        arm = partly_known(np.random.default_rng(repetition), 0.62, 0.5, 0.5)
        low, high = describe_loss(*arm, 0.5)["ci95"]
        held += low <= 0.5 <= high
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions) <= held / repetitions


# ---- heat maps


def test_a_network_agrees_wholly_with_itself_and_networks_that_look_elsewhere_not_at_all():
    rng = np.random.default_rng(6)
    maps = np.tile(rng.random((1, 40, 8, 8)), (3, 1, 1, 1))
    same = describe_agreement({"real": maps, "synthetic": maps}, "real", "synthetic")
    assert same["between"]["mean"] == pytest.approx(1)
    assert same["within"]["real"]["mean"] == pytest.approx(1)
    assert same["difference"]["mean"] == pytest.approx(0)
    elsewhere = describe_agreement({"real": maps, "synthetic": rng.random(maps.shape)}, "real", "synthetic")
    assert elsewhere["between"]["mean"] == pytest.approx(0, abs=0.05)
    assert elsewhere["other_photograph"]["mean"] == pytest.approx(0, abs=0.1)


def test_difference_of_heat_maps_is_found_and_none_is_found_between_arms_that_look_alike():
    even = dict.fromkeys(("real", "synthetic", "mixture"), 0.7)
    seeds = invented_answers(np.random.default_rng(7), even, even, n_seeds=4)
    maps = {arm: np.stack([each.maps_anhw[row] for each in seeds]) for row, arm in enumerate(even)}
    other, alike = (describe_agreement(maps, "real", arm)["difference"] for arm in ("synthetic", "mixture"))
    assert other["ci95"][0] > 0.4
    assert alike["ci95"][0] < 0 < alike["ci95"][1]


def test_photographs_without_a_map_are_left_out_and_one_seed_has_no_control():
    rng = np.random.default_rng(8)
    maps = {arm: rng.random((1, 20, 8, 8)) for arm in ("real", "synthetic")}
    maps["synthetic"][0, :5] = 0
    agreement = describe_agreement(maps, "real", "synthetic")
    assert (agreement["n_photographs"], agreement["n_asked"]) == (15, 20)
    assert agreement["within"] is None
    assert agreement["difference"] is None
    maps["real"][:] = 0
    assert describe_agreement(maps, "real", "synthetic")["between"] is None


def test_sheet_shows_the_first_photograph_of_each_class_that_fits_its_group():
    first = np.array([[1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 0, 1]], bool)
    second = np.array([[1, 1, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0]], bool)
    chosen = choose_photographs(first, second, np.array([0, 0, 0, 1, 1, 1]), np.array([9, 4, 7, 1, 2, 3]), 2)
    assert chosen["both_right"] == {"n_photographs": 2, "shown": [{"label": 0, "index": 4}]}
    assert chosen["first_only"] == {"n_photographs": 1, "shown": [{"label": 0, "index": 7}]}


# ---- the whole


def test_description_finds_what_was_put_in():
    trust = describe_trust(*invented_trust_inputs(np.random.default_rng(9)))
    assert trust["calibration"]["real"]["real"]["overconfidence"]["ci95"][0] > 0.03
    losses = {arm: entry["overall"]["loss"] for arm, entry in trust["robustness"].items()}
    assert losses["real"]["ci95"][0] < 0.2 < losses["real"]["ci95"][1]
    assert losses["synthetic"]["ci95"][0] < 0.5 < losses["synthetic"]["ci95"][1]
    assert trust["robustness"]["synthetic"]["overall"]["difference"]["p_value_holm"] < 0.05
    assert trust["robustness"]["mixture"]["overall"]["difference"]["p_value_holm"] > 0.05


def test_table_of_areas_says_how_far_each_arm_lies_from_the_reference():
    trust = describe_trust(*invented_trust_inputs(np.random.default_rng(9)))
    rows = {row["arm"]: row for row in csv.DictReader(io.StringIO(trust_tables(trust)["selective_areas"]))}
    assert set(rows) == set(trust["selective"])
    assert rows["real"]["more_than_real_mean"] == ""
    difference = float(rows["synthetic"]["area"]) - float(rows["real"]["area"])
    assert float(rows["synthetic"]["more_than_real_mean"]) == pytest.approx(difference, abs=1e-5)


def test_intervals_widen_when_seeds_are_taken_away():
    tests, seeds = invented_trust_inputs(np.random.default_rng(10), n_seeds=6)
    fewer = {key: networks[:2] for key, networks in tests.items()}
    for place in (("selective", "real", "half"), ("robustness", "real", "overall", "loss")):
        widths = []
        for trust in (describe_trust(tests, seeds), describe_trust(fewer, seeds[:2])):
            for key in place:
                trust = trust[key]
            widths.append(trust["ci95"][1] - trust["ci95"][0])
        assert widths[1] > widths[0]


@pytest.mark.parametrize("n_seeds", [1, 2])
def test_few_seeds_and_networks_that_recognise_nothing_are_described(n_seeds):
    tests, seeds = invented_trust_inputs(np.random.default_rng(11), n_seeds=n_seeds)
    for each in seeds:
        each.clean_an[1] = (each.labels_n + 1) % 6
    trust = describe_trust(tests, seeds)
    assert trust["robustness"]["synthetic"]["overall"]["loss"] is None
    assert trust["robustness"]["synthetic"]["overall"]["difference"] is None
    assert trust["maps"]["sheet"]["both_right"] == {"n_photographs": 0, "shown": []}
    for table in trust_tables(trust).values():
        rows = [line.count(",") for line in table.splitlines()]
        assert set(rows) == {rows[0]}


def test_answers_survive_the_file_and_seeds_that_were_asked_other_things_are_refused(tmp_path):
    seeds = invented_trust_inputs(np.random.default_rng(12), n_seeds=2)[1]
    paths = [tmp_path / "0.npz", tmp_path / "1.npz"]
    for path, answers in zip(paths, seeds, strict=True):
        write_trust_answers(path, answers)
    again = read_answers_of_seeds(paths)
    assert again[1].arms == seeds[1].arms
    assert np.array_equal(again[1].corrupted_acvn, seeds[1].corrupted_acvn)
    seeds[1].labels_n[0] += 1
    write_trust_answers(paths[1], seeds[1])
    with pytest.raises(ValueError, match="labels_n are not those of"):
        read_answers_of_seeds(paths)
