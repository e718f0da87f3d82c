"""What is said of representations comes out right where the truth is known."""

import json

import numpy as np
import pytest

from tests.transfer_analysis.invented_representations import (
    BLOCKS,
    invented_domain,
    invented_representations,
    invented_transplants,
)
from transfer_analysis.crossed_effects import detectable_effect, estimate_mean
from transfer_analysis.representations.jackknife import Replicates, mean_over_pairs
from transfer_analysis.representations.kernel_alignment import alignment, image_groups
from transfer_analysis.representations.linear_probe import Labelled, halves, probe_answers
from transfer_analysis.representations.network_features import DOMAINS
from transfer_analysis.representations.probes import describe_probes, fitted_per_class
from transfer_analysis.representations.similarity import describe_similarity
from transfer_analysis.representations.tables import representation_tables
from transfer_analysis.representations.transplants import describe_transplants


def textbook_cka(x_nc, y_nd):
    """Debiased CKA from the n × n kernels, as the paper writes it."""
    n, ones = len(x_nc), np.ones(len(x_nc))

    def hsic(k, m):
        k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
        middle = (ones @ k @ ones) * (ones @ m @ ones) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (ones @ k @ m @ ones)
        return (np.trace(k @ m) + middle) / (n * (n - 3))

    k, m = x_nc @ x_nc.T, y_nd @ y_nd.T
    return hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))


def test_cka_is_the_textbooks_with_all_images_and_without_each_group():
    rng = np.random.default_rng(0)
    x_nc = rng.normal(3, 1, (60, 7))
    y_nd = x_nc[:, :4] @ rng.normal(size=(4, 5)) + rng.normal(size=(60, 5))
    groups_n = image_groups(60)
    expected = [textbook_cka(x_nc, y_nd)]
    expected += [textbook_cka(x_nc[groups_n != group], y_nd[groups_n != group]) for group in range(20)]
    np.testing.assert_allclose(alignment(x_nc, y_nd, groups_n), expected, rtol=1e-9)


def test_cka_of_a_rotated_moved_and_scaled_copy_is_one():
    rng = np.random.default_rng(0)
    x_nc = rng.normal(size=(50, 6))
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    assert alignment(x_nc, 40 * x_nc @ turn + 1000)[0] == pytest.approx(1)


def test_cka_of_independent_features_is_about_zero_though_channels_outnumber_images():
    rng = np.random.default_rng(0)
    values = [alignment(rng.normal(size=(60, 200)), rng.normal(size=(60, 200)))[0] for _ in range(20)]
    assert abs(np.mean(values)) < 0.02


def test_network_that_answers_every_image_alike_is_like_no_other():
    alike, other = np.ones((20, 3)), np.random.default_rng(0).normal(size=(20, 3))
    assert alignment(alike, other)[0] == 0


def test_cka_of_different_or_too_few_images_is_refused():
    with pytest.raises(ValueError, match="compares the same ones"):
        alignment(np.ones((9, 2)), np.ones((10, 2)))
    with pytest.raises(ValueError, match="8 at least"):
        alignment(np.ones((7, 2)), np.ones((7, 2)))


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).normal(size=30)
    without = (values.sum() - values) / 29
    described = Replicates(values.mean(), without, np.array([])).describe()
    half = 2.0452 * values.std(ddof=1) / np.sqrt(30)  # Student's t, 29 degrees of freedom
    np.testing.assert_allclose(described["ci95"], [values.mean() - half, values.mean() + half], rtol=1e-4)


def test_interval_of_cka_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)

    def networks(count, images_nc):
        return [images_nc @ (np.eye(6) + 0.5 * rng.normal(size=(6, 6))) for _ in range(count)]

    images_nc = rng.normal(size=(5000, 6))
    pairs = zip(networks(150, images_nc), networks(150, images_nc), strict=True)
    truth = np.mean([alignment(first, second)[0] for first, second in pairs])
    held = 0
    for _ in range(150):
        images_nc = rng.normal(size=(120, 6))
        first, second, groups_n = networks(4, images_nc), networks(4, images_nc), image_groups(120)
        values = {(i, j): alignment(first[i], second[j], groups_n) for i in range(4) for j in range(4) if i != j}
        low, high = mean_over_pairs(values, 4).describe()["ci95"]
        held += low <= truth <= high
    assert held / 150 >= 0.91


def test_arms_that_see_alike_lie_at_the_ceiling_and_others_below_it():
    for synthetic, is_below in ((1.0, False), (0.3, True)):
        domains = [invented_domain(domain, {"real": 1.0, "synthetic": synthetic}) for domain in DOMAINS]
        for blocks in describe_similarity(domains).values():
            entry = blocks["penultimate"]
            assert abs(entry["floor"]["mean"]) < 0.05
            assert entry["ceiling"]["mean"] == pytest.approx(1, abs=0.01)
            assert (entry["shortfall"]["mean"] > 0.05) == is_below
            assert (entry["shortfall"]["p_value_holm"] < 0.05) == is_below
            assert 0 < entry["position"]["mean"] < 1.001


def test_one_seed_has_no_ceiling():
    domains = [invented_domain(domain, {"real": 1.0, "synthetic": 0.5}, n_seeds=1) for domain in DOMAINS]
    entry = describe_similarity(domains)["real"]["penultimate"]
    assert entry["ceiling"] is None
    assert entry["shortfall"] is None
    assert 0 < entry["across"]["mean"] < 1


def test_a_block_that_no_training_changes_has_no_shortfall_and_is_not_counted_among_the_tests():
    domains = [invented_domain(domain, {"real": 1.0, "synthetic": 0.6}) for domain in DOMAINS]
    for domain in domains:
        for of_network in domain.values.values():
            of_network["block1"] = [of_network["block1"][0]] * domain.n_seeds
    found = describe_similarity(domains)
    for blocks in found.values():
        assert blocks["block1"]["ceiling"] == {"mean": pytest.approx(1), "ci95": pytest.approx([1, 1])}
        assert blocks["block1"]["across"]["ci95"][1] < 1
        assert blocks["block1"]["shortfall"] is None
        assert blocks["block1"]["position"] is None
    left = [blocks["penultimate"]["shortfall"] for blocks in found.values()]
    assert min(entry["p_value_holm"] for entry in left) == 2 * min(entry["p_value"] for entry in left)


def test_halves_have_as_many_of_every_class():
    labels_n = np.array([0, 1, 0, 1, 1, 0, 1, 0])
    assert [np.bincount(labels_n[halves(labels_n) == half]).tolist() for half in (0, 1)] == [[2, 2], [2, 2]]


def test_probe_finds_a_planted_signal_and_not_an_absent_one():
    probes = describe_probes([invented_domain(domain, {"real": 2.0}) for domain in DOMAINS], None)
    for tested in DOMAINS:
        assert probes["accuracy"]["real"]["penultimate"][tested][tested]["mean"] > 0.95
        absent = probes["accuracy"]["synthetic"]["penultimate"][tested][tested]
        assert absent["ci95"][0] < 1 / 3 < absent["ci95"][1]
    assert probes["feature_gaps"]["real"]["penultimate"]["p_value_holm"] < 0.01
    assert probes["feature_gaps"]["synthetic"]["penultimate"]["mean"] < 0


def test_no_probe_is_asked_about_an_image_that_it_was_fitted_on():
    # More channels than images: a probe knows by heart what it was fitted on, and nothing else.
    rng = np.random.default_rng(0)
    images = Labelled(rng.normal(size=(200, 400)), rng.integers(0, 2, 200))
    n_fit = int(np.bincount(images.labels_n).min()) // 2
    (right_n,) = probe_answers(images, [images], n_fit)
    assert 0.35 < right_n.mean() < 0.65


def test_parts_of_the_probes_gap_add_up():
    domains = [invented_domain(domain, {"real": 1.0, "synthetic": 0.3}) for domain in DOMAINS]
    for parts in describe_probes(domains, None)["parts"].values():
        assert parts["whole"]["mean"] == pytest.approx(parts["features"]["mean"] + parts["reading"]["mean"])


def test_probes_of_both_kinds_are_fitted_on_as_many_images_as_the_rarer_has():
    domains = [invented_domain("real", {}, per_class=50), invented_domain("synthetic", {}, per_class=9)]
    assert fitted_per_class(domains, None) == 4
    assert fitted_per_class(domains, 3) == 3
    with pytest.raises(ValueError, match="nothing to halve"):
        fitted_per_class([invented_domain("real", {}, per_class=1)], None)


def test_a_transplant_of_the_same_network_costs_nothing():
    described = describe_transplants(invented_transplants((0.0, 0.0)), 50, 20)
    assert described["first_gap"] is None
    assert [entry["gap"]["mean"] for entry in described["depths"][1:]] == [0, 0]


def test_the_gap_is_found_at_the_block_where_it_was_planted():
    described = describe_transplants(invented_transplants((0.0, 0.2, 0.25)), 50, 20)
    assert (described["first_gap"], described["largest_share"]) == (2, 2)
    shares = [entry["share"]["mean"] for entry in described["depths"][1:]]
    np.testing.assert_allclose(shares, [0, 0.2, 0.05], atol=0.04)


def test_losses_that_could_have_been_found_are_those_of_the_strictest_step():
    answers = invented_transplants((0.0, 0.2, 0.25))
    described = describe_transplants(answers, 50, 20)
    lost_sn = np.stack([of_seed.correct_ln("real")[2] - of_seed.correct_ln("synthetic")[2] for of_seed in answers])
    estimate = estimate_mean(lost_sn)
    told = described["depths"][2]["gap"]["minimum_detectable_effect"]
    assert told == pytest.approx(detectable_effect(estimate.standard_error, estimate.degrees_of_freedom, 3))
    assert told > estimate.minimum_detectable_effect()


def test_transplants_that_saw_other_images_cannot_be_compared():
    with pytest.raises(ValueError, match="differ in blocks, donors or test images"):
        describe_transplants(
            [*invented_transplants((0.1,), n_seeds=1), *invented_transplants((0.1,), n_seeds=1, per_class=9)], 50, 20
        )


def test_description_is_json_and_the_same_every_time():
    texts = {json.dumps(invented_representations(per_class=8), allow_nan=False) for _ in range(2)}
    assert len(texts) == 1


def test_tables_have_a_row_for_everything_that_was_measured():
    tables = representation_tables(invented_representations(per_class=8))
    lines = {name: len(text.splitlines()) - 1 for name, text in tables.items()}
    assert lines["network_similarity"] == len(DOMAINS) * len(BLOCKS) * 7
    assert lines["linear_probes"] == 3 * len(BLOCKS) * 2 * 2
    assert lines["feature_gaps"] == 2 * len(BLOCKS)
    assert lines["layer_transplant"] == 3
    assert lines["feature_map"] == 2 * 3 * 4
