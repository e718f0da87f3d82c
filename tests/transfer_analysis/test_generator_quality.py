"""The measures of generated images give the answers that are known: same, shifted, impoverished, copied, noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from transfer_analysis.generator_quality.comparison import LabelledFeatures, compare, side_of_null
from transfer_analysis.generator_quality.distances import squared_distances
from transfer_analysis.generator_quality.frechet_distance import frechet_distance
from transfer_analysis.generator_quality.kernel_distance import kernel_distance
from transfer_analysis.generator_quality.near_copies import copying_verdict, judge_near_copies
from transfer_analysis.generator_quality.nearest import find_nearest
from transfer_analysis.generator_quality.nearest_photograph import NearestPhotograph, nearest_photographs
from transfer_analysis.generator_quality.neighbourhoods import neighbourhood_scores
from transfer_analysis.generator_quality.pixel_descriptors import describe_pixels, mirror
from transfer_analysis.generator_quality.unseen_control import equal_parts, judge_against_unseen

CLASSES = ("cat", "dog", "frog")
DIMENSION = 6


def rng(seed=0):
    return np.random.default_rng(seed)


def labelled(per_class=100, seed=0, change=lambda label, features_nd: features_nd):
    """Return three classes, each a normal distribution around a place of its own, changed by `change`."""
    random = rng(seed)
    parts = [
        change(label, random.normal(size=(per_class, DIMENSION)) + 8 * label * np.eye(DIMENSION)[0])
        for label in range(len(CLASSES))
    ]
    return LabelledFeatures(np.concatenate(parts), np.repeat(np.arange(len(CLASSES)), per_class))


def compared(generated, real=None):
    return compare(real or labelled(), generated, CLASSES, k=5, draws=8, rng=rng(5))


def test_images_of_the_same_distribution_cannot_be_told_from_real_ones():
    results = [compared(labelled(seed=seed), labelled(seed=10 + seed)) for seed in range(4)]
    groups = [group for result in results for group in (result["overall"], *result["per_class"].values())]
    sides = [side_of_null(entry) for group in groups for entry in group.values()]
    # 96 intervals of 95 %: four to five are expected to miss if the intervals are as wide as they say, fewer if wider.
    assert sides.count("like") >= 92
    # Naeem et al. 2020, lemma 2: of two sets of n, 1 − Π (n − i) / (2n − i), i from 1 to k.
    steps = np.arange(1, 6)
    expected = 1 - np.prod((150 - steps) / (300 - steps))
    for result in results:
        assert result["overall"]["coverage"]["null"] == pytest.approx(expected, abs=0.03)
        assert result["overall"]["density"]["null"] == pytest.approx(1, abs=0.1)


def test_a_class_without_variety_loses_recall_and_coverage_and_no_other_does():
    generated = labelled(
        seed=1, change=lambda label, x: (x - x.mean(0)) * 0.15 + x.mean(0) if CLASSES[label] == "dog" else x
    )
    per_class = compared(generated)["per_class"]
    for name, entries in per_class.items():
        sides = {measure: side_of_null(entries[measure]) for measure in ("recall", "coverage", "density")}
        if name == "dog":
            assert sides == {"recall": "below", "coverage": "below", "density": "above"}
            assert entries["coverage"]["value"] < 0.8 * entries["coverage"]["null"]
        else:
            assert set(sides.values()) == {"like"}


def test_noise_far_from_every_photograph_has_no_precision_and_covers_nothing():
    scores = neighbourhood_scores(labelled().features_nd, rng(1).normal(size=(80, DIMENSION)) * 3 + 100, k=3)
    assert scores == (0, 0, 0, 0)


def test_half_the_images_far_off_halve_precision():
    def spoilt(label, features_nd):
        features_nd[::2] += 100
        return features_nd

    overall = compared(labelled(seed=1, change=spoilt))["overall"]
    assert overall["precision"]["value"] == pytest.approx(overall["precision"]["null"] / 2, abs=0.06)


def test_four_points_on_a_line_by_hand():
    # Balls of k = 1: reach 1, 1, 2, 3 around the real points. 0.5 lies in the first two, 9 in none.
    real_nd, generated_md = np.array([[0.0], [1.0], [3.0], [6.0]]), np.array([[0.5], [9.5]])
    assert neighbourhood_scores(real_nd, generated_md, k=1) == (0.5, 1.0, 1.0, 0.5)
    with pytest.raises(ValueError, match="it takes 3"):
        neighbourhood_scores(real_nd, generated_md, k=2)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(8, 30), st.floats(0.01, 100))
def test_scores_do_not_depend_on_unit_order_or_place(seed, k, n, unit):
    random = rng(seed)
    real_nd, generated_md = random.normal(size=(n, 3)), random.normal(size=(n + 3, 3)) + 0.5
    scores = neighbourhood_scores(real_nd, generated_md, k)
    moved = neighbourhood_scores(unit * (random.permutation(real_nd) + 2), unit * (generated_md + 2), k)
    assert moved == pytest.approx(scores)
    assert all(0 <= value <= 1 for value in (scores.precision, scores.recall, scores.coverage))
    assert scores.precision <= scores.density * k


def normal_sample(mean_d, covariance_dd, n=400):
    """Return a sample whose own mean and covariance are exactly these."""
    raw_nd = rng().normal(size=(n, len(mean_d)))
    raw_nd -= raw_nd.mean(axis=0)
    whitened_nd = raw_nd @ np.linalg.inv(np.linalg.cholesky(np.cov(raw_nd.T))).T
    return whitened_nd @ np.linalg.cholesky(covariance_dd).T + mean_d


def test_frechet_distance_is_the_formulas():
    shift_d, covariance_dd = np.array([3.0, 0, 4.0]), np.diag([1.0, 4.0, 9.0])
    first_nd = normal_sample(np.zeros(3), covariance_dd)
    assert frechet_distance(first_nd, normal_sample(shift_d, covariance_dd)) == pytest.approx(25)
    # Commuting covariances: the squared differences of the deviations, (1 − 2)² + (2 − 3)² + (3 − 1)².
    assert frechet_distance(first_nd, normal_sample(np.zeros(3), np.diag([4.0, 9.0, 1.0]))) == pytest.approx(6)
    rotated_dd = np.array([[2.0, 0.9, 0.3], [0.9, 1.5, -0.2], [0.3, -0.2, 1.0]])
    expected = np.trace(covariance_dd + rotated_dd - 2 * linalg.sqrtm(covariance_dd @ rotated_dd).real)
    assert frechet_distance(first_nd, normal_sample(np.zeros(3), rotated_dd)) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(2, 40), st.integers(1, 12))
def test_frechet_distance_is_symmetric_and_zero_of_itself_for_any_size_and_dimension(seed, n, m, dimension):
    random = rng(seed)
    first_nd, second_md = random.normal(size=(n, dimension)), random.normal(size=(m, dimension)) * 2
    distance = frechet_distance(first_nd, second_md)
    assert distance >= 0
    assert distance == pytest.approx(frechet_distance(second_md, first_nd))
    assert frechet_distance(first_nd, random.permutation(first_nd)) == pytest.approx(0, abs=1e-9)


def test_kernel_distance_is_unbiased_and_finds_a_shift():
    random = rng()
    same = [kernel_distance(random.normal(size=(10, 4)), random.normal(size=(15, 4))) for _ in range(400)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(len(same))
    assert kernel_distance(random.normal(size=(200, 4)), random.normal(size=(200, 4)) + 1) > 10 * np.std(same) / 20


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 30))
def test_nearest_is_the_nearest(seed, n, m):
    random = rng(seed)
    queries_nd, gallery_md = random.normal(size=(n, 5)), random.normal(size=(m, 5)) + 50
    found = find_nearest(queries_nd.astype(np.float32), gallery_md.astype(np.float32))
    expected_nm = np.sqrt(squared_distances(queries_nd, gallery_md))
    np.testing.assert_allclose(found.distances_n, expected_nm.min(axis=1), rtol=1e-4)
    np.testing.assert_allclose(expected_nm[np.arange(n), found.rows_n], expected_nm.min(axis=1), rtol=1e-4)


def test_blocks_do_not_change_what_is_found(monkeypatch):
    queries_nd, gallery_md = (rng(seed).normal(size=(50, 5)).astype(np.float32) for seed in (0, 1))
    whole = find_nearest(queries_nd, gallery_md)
    monkeypatch.setattr("transfer_analysis.generator_quality.nearest._QUERIES", 7)
    monkeypatch.setattr("transfer_analysis.generator_quality.nearest._GALLERY", 11)
    cut = find_nearest(queries_nd, gallery_md)
    np.testing.assert_array_equal(whole.rows_n, cut.rows_n)
    np.testing.assert_array_equal(whole.distances_n, cut.distances_n)


def pictures(n, seed):
    """Return smooth random pictures: coarse patterns without symmetry, with a little noise."""
    random = rng(seed)
    coarse = random.normal(size=(n, 4, 4, 3)).repeat(8, axis=1).repeat(8, axis=2)
    return np.clip(128 + 50 * coarse + random.normal(size=(n, 32, 32, 3)) * 4, 0, 255).astype(np.uint8)


TRAINING = pictures(300, seed=0)
GALLERY = describe_pixels(TRAINING), describe_pixels(mirror(TRAINING))


def distances_of(images_nhwc):
    return nearest_photographs(describe_pixels(images_nhwc), *GALLERY)


HELD_OUT = distances_of(pictures(400, seed=1)).distances_n


@pytest.mark.parametrize("mirrored", [False, True])
def test_training_photographs_are_found_to_be_copies_of_themselves_mirrored_or_not(mirrored):
    found = distances_of(mirror(TRAINING) if mirrored else TRAINING)
    np.testing.assert_array_equal(found.rows_n, np.arange(len(TRAINING)))
    assert found.mirrored_n.all() == found.mirrored_n.any() == mirrored
    verdict = judge_near_copies(HELD_OUT, found.distances_n)
    assert verdict["generated_share"] == 1
    assert verdict["p_value"] < 1e-6


def test_brighter_flatter_and_noisy_copies_are_found_as_well():
    random = rng(3)
    changed = np.clip(TRAINING * 0.7 + 60 + random.normal(size=TRAINING.shape) * 5, 0, 255).astype(np.uint8)
    assert judge_near_copies(HELD_OUT, distances_of(changed).distances_n)["generated_share"] > 0.95


def test_a_few_copies_among_many_fresh_images_are_found():
    images = np.concatenate([pictures(380, seed=2), TRAINING[:20]])
    verdict = judge_near_copies(HELD_OUT, distances_of(images).distances_n)
    assert verdict["generated_share"] == pytest.approx(0.05 + verdict["quantile"], abs=0.02)
    assert verdict["p_value"] < 0.01


def test_fresh_photographs_have_no_more_near_copies_than_the_null_allows():
    verdict = judge_near_copies(HELD_OUT, distances_of(pictures(400, seed=2)).distances_n)
    assert verdict["real_share"] == verdict["quantile"] == 0.01
    assert verdict["null95"][0] <= verdict["generated_share"] <= verdict["null95"][1]
    assert verdict["p_value"] > 0.05


def test_p_values_of_images_like_real_ones_are_fair():
    random = rng()
    p_values = np.array(
        [judge_near_copies(random.random(300), random.random(200), 0.05)["p_value"] for _ in range(500)]
    )
    # Counts are whole numbers, so the test is a little cautious; it must not be bold.
    for level in (0.05, 0.2, 0.5):
        assert level - 0.15 < (p_values <= level).mean() <= level + 3 * np.sqrt(level * (1 - level) / len(p_values))


def test_too_few_held_out_photographs_for_the_quantile_are_refused():
    with pytest.raises(ValueError, match="it takes 100"):
        judge_near_copies(np.ones(99), np.ones(5))


def judged_with_control(seed, spread=1.0, copied=0, dimension=32, per_class=200):
    """Return what is found of a generator whose classes have `spread` (real ones 1) and which copies some images."""
    random = rng(seed)
    labels_n = np.repeat(np.arange(6), per_class)
    means_nd = random.normal(size=(6, dimension))[labels_n]
    training, held_out, unseen, made = (
        means_nd + scale * random.normal(size=means_nd.shape) for scale in (1, 1, 1, spread)
    )
    rows = random.choice(len(made), copied, replace=False)
    made[rows] = training[random.permutation(len(training))[:copied]] + 0.1 * random.normal(size=(copied, dimension))
    near = [nearest_photographs(made, gallery, gallery) for gallery in (training, unseen)]
    verdict = judge_near_copies(find_nearest(held_out, training).distances_n, near[0].distances_n)
    control = judge_against_unseen(*near, verdict["threshold"])
    return {
        **verdict,
        "p_value_holm": verdict["p_value"],
        "control": {**control, "p_value_holm": control["p_value"]},
    }


def test_memorised_images_are_found_and_their_share_is_what_was_put_in():
    found = judged_with_control(0, copied=60)
    assert copying_verdict(found) == "copies"
    assert found["control"]["searched_share"] - found["control"]["unseen_share"] == pytest.approx(0.05, abs=0.01)


def test_copies_within_a_crowd_are_found():
    assert copying_verdict(judged_with_control(0, spread=0.8, copied=120)) == "copies"


@pytest.mark.parametrize("spread", [0.8, 0.5])
def test_tight_classes_without_copies_are_close_to_photographs_and_not_called_copies(spread):
    verdicts = [judged_with_control(seed, spread) for seed in range(20)]
    assert all(verdict["p_value"] < 1e-6 for verdict in verdicts)
    # One in twenty is expected; McNemar's test over images calls six of them copies at a spread of a half.
    assert [copying_verdict(verdict) for verdict in verdicts].count("copies") <= 3


def test_images_like_photographs_are_not_shown_to_be_near():
    verdicts = [copying_verdict(judged_with_control(seed)) for seed in range(10)]
    assert verdicts.count("not shown") >= 8
    assert "copies" not in verdicts


def nearest_at(distances, rows):
    return NearestPhotograph(np.array(distances), np.array(rows), np.zeros(len(rows), bool))


def test_control_by_hand():
    # Within 1: images 0 and 1 are nearest to searched photograph 4, image 2 to another; image 3 to an unseen one.
    searched = nearest_at([0.1, 0.2, 0.3, 0.9, 0.5, 2.0], [4, 4, 1, 0, 0, 0])
    unseen = nearest_at([0.5, 0.5, 1.5, 0.2, 0.5, 2.0], [0, 0, 0, 3, 1, 1])
    judged = judge_against_unseen(searched, unseen, threshold=1.0)
    assert judged["searched_share"] == pytest.approx(3 / 6)
    assert judged["unseen_share"] == pytest.approx(1 / 6)
    # Coins worth 2, 1 and 1 bring 3 or more in three of eight cases: 2 + 1, 2 + 1 and 2 + 1 + 1.
    assert judged["p_value"] == pytest.approx(3 / 8)


def test_no_image_near_to_either_shows_nothing():
    far = nearest_at([2.0, 3.0], [0, 1])
    assert judge_against_unseen(far, far, 1.0) == {"searched_share": 0.0, "unseen_share": 0.0, "p_value": 1.0}


def test_parts_are_of_equal_size_in_every_class():
    searched_n, unseen_m = np.array([0, 0, 0, 1, 1, 1, 1]), np.array([1, 1, 1, 0, 0])
    rows = equal_parts(searched_n, unseen_m, rng())
    for labels, chosen in zip((searched_n, unseen_m), rows, strict=True):
        assert len(set(chosen)) == len(chosen) == 4
        np.testing.assert_array_equal(np.bincount(labels[chosen]), [2, 2])


def test_flat_pictures_and_odd_sizes():
    flat = np.full((2, 32, 32, 3), 90, np.uint8)
    flat[1, 0, 0] = 91
    assert np.linalg.norm(describe_pixels(flat), axis=1).max() < 0.1
    with pytest.raises(ValueError, match="averaged down"):
        describe_pixels(np.zeros((1, 30, 32, 3), np.uint8))
