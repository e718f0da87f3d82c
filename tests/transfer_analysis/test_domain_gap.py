"""The analysis of the domain gap gives the answers that are known: no gap, a planted one, a kernel, a prototype."""

import numpy as np
import pytest
from scipy import ndimage

from transfer_analysis.domain_gap.low_level import DESCRIPTIONS, describe_low_level, power_spectrum
from transfer_analysis.domain_gap.matched_spectrum import apply_filter, fit_filter
from transfer_analysis.domain_gap.nullspace import random_directions, telling_directions, without
from transfer_analysis.domain_gap.probe import ask_probe, describe_answers
from transfer_analysis.domain_gap.prototypes import describe_prototypes
from transfer_analysis.domain_gap.removal import describe_removal
from transfer_analysis.domain_gap.sides import Side, choose_rows_to_fit, choose_rows_to_test

DIMENSIONS, CLASSES = 12, 3
DOMAIN, SUBJECT = np.eye(DIMENSIONS)[0], np.eye(DIMENSIONS)[1:4]


def rng(seed=0):
    return np.random.default_rng(seed)


def side(seed, *, domain=0.0, spread=1.0, subject=4.0, per_class=120):
    """Return images of three classes whose features carry the class in three directions and the domain in one more."""
    random = rng(seed)
    labels_n = np.repeat(np.arange(CLASSES), per_class)
    parts = [
        subject * SUBJECT[labels_n] + spread * random.normal(size=(len(labels_n), DIMENSIONS)) + domain * DOMAIN
        for _ in range(2)
    ]
    return Side(parts[0], labels_n, parts[1], labels_n)


def told_apart(first, second):
    return describe_answers([ask_probe(first, second)])


def test_halves_of_one_kind_cannot_be_told_apart():
    low, high = zip(*(told_apart(side(s), side(100 + s))["accuracy"]["ci95"] for s in range(20)), strict=True)
    missed = sum(not a <= 0.5 <= b for a, b in zip(low, high, strict=True))
    # One in twenty is expected to miss; more than three has a probability below 2 %.
    assert missed <= 3


def test_a_shift_is_told_as_often_as_theory_says():
    # Normal distributions 2 apart: the best rule is right with probability Φ(1) = 0.841, the area is Φ(√2) = 0.921.
    told = told_apart(side(0, per_class=1000), side(1, domain=2.0, per_class=1000))
    assert told["accuracy"]["ci95"][0] <= 0.841 <= told["accuracy"]["ci95"][1]
    assert told["auc"]["ci95"][0] <= 0.921 <= told["auc"]["ci95"][1]
    assert told["accuracy"]["ci95"][1] - told["accuracy"]["ci95"][0] < 0.03


def test_unequal_numbers_of_test_images_leave_chance_at_one_half():
    first, second = side(0, per_class=300), side(1, per_class=300)
    few = second._replace(test_md=second.test_md[:30], test_labels_m=second.test_labels_m[:30])
    told = told_apart(first, few)
    assert told["accuracy"]["ci95"][0] <= 0.5 <= told["accuracy"]["ci95"][1]


def test_without_the_planted_direction_the_probe_is_at_chance_and_the_classes_stay():
    network = {"real": side(0, per_class=400), "generated": side(1, domain=4.0, per_class=400)}
    removal = describe_removal([network], (1, 2), random_draws=2, seed=0)
    before, _, last = removal["steps"]
    assert before["telling"]["domain"]["accuracy"]["mean"] > 0.95
    assert last["telling"]["domain"]["accuracy"]["mean"] < 0.6
    assert last["random"]["domain"]["accuracy"]["mean"] > 0.9
    for fitted in ("real", "generated"):
        for tested in ("real", "generated"):
            accuracy = [step["telling"]["class_accuracy"][fitted][tested]["mean"] for step in (before, last)]
            assert accuracy[0] > 0.9
            assert accuracy[1] == pytest.approx(accuracy[0], abs=0.03)


def test_a_gap_that_the_direction_carries_closes_with_it_and_not_with_random_ones():
    # Two classes lie along the very direction that the generated images are shifted in, so the shift is a confusion.
    def shifted(seed, domain):
        images = side(seed, domain=domain, per_class=400)
        labels_n = images.fit_labels_n
        along = 3.0 * (labels_n == 2)[:, None] * DOMAIN
        return images._replace(fit_nd=images.fit_nd + along, test_md=images.test_md + along)

    network = {"real": shifted(0, 0.0), "generated": shifted(1, 5.0)}
    removal = describe_removal([network], (1,), random_draws=2, seed=0)
    assert removal["steps"][0]["telling"]["gap"]["real"]["mean"] > 0.05
    gap = removal["gaps"]["real"]
    for name in ("before_less_after", "random_less_telling", "gain_less_loss"):
        assert gap[name]["ci95"][0] > 0
        assert gap[name]["p_value_holm"] < 0.05


def classes_along_the_kinds(seed, *, generated):
    """Return images whose class is along an axis that also tells the kinds; generated ones have one more clue."""
    random = rng(seed)
    labels_n = random.integers(0, 2, 600)
    parts = []
    for _ in range(2):
        features_nd = random.normal(size=(600, 8))
        features_nd[:, 0] += 1.2 * (2 * labels_n - 1) + 1.5 * generated
        features_nd[:, 1] += 2.5 * (2 * labels_n - 1) * generated
        parts.append(features_nd)
    return Side(parts[0], labels_n, parts[1], labels_n)


def test_a_gap_that_closes_because_recognition_is_gone_is_told_from_one_that_was_carried():
    networks = [
        {
            "real": classes_along_the_kinds(2 * network, generated=False),
            "generated": classes_along_the_kinds(2 * network + 1, generated=True),
        }
        for network in range(3)
    ]
    removal = describe_removal(networks, (1, 2), random_draws=2, seed=0)
    at_home = [step["telling"]["class_accuracy"]["real"]["real"]["mean"] for step in removal["steps"]]
    assert at_home[0] > 0.8
    assert at_home[-1] < 0.6
    assert removal["gaps"]["real"]["before_less_after"]["ci95"][0] > 0
    assert removal["gaps"]["real"]["gain_less_loss"]["ci95"][1] < 0


def test_directions_are_orthonormal_and_gone_from_what_is_left():
    first, second = side(0), side(1, domain=3.0)
    for directions in (telling_directions(first.fit_nd, second.fit_nd, 4), random_directions(4, DIMENSIONS, rng())):
        np.testing.assert_allclose(directions @ directions.T, np.eye(4), atol=1e-8)
        np.testing.assert_allclose(without(first.fit_nd, directions) @ directions.T, 0, atol=1e-8)
    assert abs(telling_directions(first.fit_nd, second.fit_nd, 1)[0, 0]) > 0.9
    assert len(telling_directions(first.fit_nd, second.fit_nd, 50)) <= DIMENSIONS
    assert len(telling_directions(first.fit_nd, first.fit_nd, 3)) == 0


def test_images_near_their_class_mean_are_found_and_equal_ones_are_not():
    near = describe_prototypes([{"real": side(0), "generated": side(1, spread=0.6)}] * 2)
    assert near["to_mean"]["generated"]["mean"] == pytest.approx(0.6, abs=0.05)
    assert near["to_mean"]["difference"]["ci95"][1] < 0
    assert near["to_neighbour"]["difference"]["ci95"][1] < 0
    same = describe_prototypes([{"real": side(0), "generated": side(2)}])
    low, high = same["to_mean"]["difference"]["ci95"]
    assert low < 0 < high


def photographs(n, seed):
    """Return coloured noise with the falling spectrum of photographs."""
    noise = rng(seed).normal(size=(n, 32, 32, 3))
    smooth = ndimage.gaussian_filter(noise, (0, 3, 3, 0)) * 250 + ndimage.gaussian_filter(noise, (0, 0.7, 0.7, 0)) * 40
    return np.clip(128 + smooth, 0, 255).astype(np.uint8)


def blurred(images_nhwc):
    return ndimage.gaussian_filter(images_nhwc.astype(float), (0, 0.6, 0.6, 0)).astype(np.uint8)


def seen_as(view, images_nhwc):
    vectors = describe_low_level(images_nhwc)[view]
    half = len(vectors) // 2
    labels_n = np.zeros(half, int)
    return Side(vectors[:half], labels_n, vectors[half:], labels_n)


def test_blurred_photographs_are_told_by_their_spectrum_and_not_by_their_colour_alone():
    sharp, blunt = photographs(300, 0), blurred(photographs(300, 1))
    told = {view: told_apart(seen_as(view, sharp), seen_as(view, blunt))["accuracy"] for view in DESCRIPTIONS}
    assert told["spectrum"]["ci95"][0] > 0.95
    assert told["jpeg"]["ci95"][0] > 0.9
    assert told["colour"]["mean"] < told["spectrum"]["mean"] - 0.1


def test_a_colour_cast_is_told_by_colour_and_not_by_the_spectrum():
    cast = np.clip(photographs(300, 1) + np.array([12, 0, -30]), 0, 255).astype(np.uint8)
    plain = photographs(300, 0)
    told = {view: told_apart(seen_as(view, plain), seen_as(view, cast))["accuracy"] for view in DESCRIPTIONS}
    assert told["colour"]["ci95"][0] > 0.9
    assert told["spectrum"]["mean"] < 0.65


def test_the_filter_gives_photographs_the_blurred_ones_spectrum():
    sharp, blunt = photographs(300, 0), blurred(photographs(300, 1))
    filtered = apply_filter(photographs(300, 2), fit_filter(sharp, blunt))
    apart = power_spectrum(filtered).mean(axis=0) - power_spectrum(blunt).mean(axis=0)
    before = power_spectrum(sharp).mean(axis=0) - power_spectrum(blunt).mean(axis=0)
    assert np.abs(apart).max() < 0.25 * np.abs(before).max()
    told = told_apart(seen_as("spectrum", filtered), seen_as("spectrum", blunt))
    assert told["accuracy"]["mean"] < 0.65
    np.testing.assert_allclose(filtered.mean(axis=(1, 2)), photographs(300, 2).mean(axis=(1, 2)), atol=1)


def test_equal_spectra_leave_images_as_they_are():
    images = photographs(20, 0)
    assert np.abs(apply_filter(images, fit_filter(images, images)).astype(int) - images).max() <= 1


def test_a_wave_stands_at_its_own_frequency():
    wave = np.cos(2 * np.pi * 5 * (np.arange(32) + 0.5) / 32)
    image = (128 + 60 * np.broadcast_to(wave[None, :, None], (32, 32, 3))).astype(np.uint8)
    assert power_spectrum(image[None])[0].argmax() + 1 == 5


def test_rows_are_balanced_apart_and_bounded():
    real_n, generated_k = np.repeat([0, 1], [10, 12]), np.repeat([0, 1], [4, 30])
    fit = choose_rows_to_fit(real_n, generated_k, 100, rng())
    for rows, labels in ((fit.real_n, real_n), (fit.held_out_m, real_n), (fit.generated_k, generated_k)):
        assert np.bincount(labels[rows]).tolist() == [4, 4]
    assert not set(fit.real_n) & set(fit.held_out_m)
    assert len(choose_rows_to_fit(real_n, generated_k, 3, rng()).generated_k) == 6
    test = choose_rows_to_test(real_n, generated_k, rng())
    assert np.bincount(real_n[test.real_n]).tolist() == [5, 5]
    assert len(test.generated_k) == len(generated_k)
    with pytest.raises(ValueError, match="too few"):
        choose_rows_to_fit(np.array([0, 1]), generated_k, 5, rng())
