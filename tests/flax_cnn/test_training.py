import dataclasses
import json
import math

import jax
import numpy as np
import pytest

from flax_cnn import checkpoints, training
from flax_cnn.config import TrainingConfig
from flax_cnn.convolution import convolution_method
from flax_cnn.facts import fit_temperature
from flax_cnn.keys import training_keys
from flax_cnn.network import parameter_count
from flax_cnn.resuming import ResumeFolder, run_fingerprint
from flax_cnn.steps import run_interval
from flax_cnn.training import reproducible, train
from tests.flax_cnn.toy_problem import TINY, band_data

DATA = band_data()
CLASSES = ("top", "upper")
KEYS = training_keys(0, "real", 0)


class KilledError(Exception):
    """Stands for a kill."""


@pytest.fixture(scope="module")
def undisturbed():
    return train(TINY, DATA, CLASSES, KEYS)


def run_until(step, folder, fingerprint="same"):
    def kill(rows):
        if rows[-1]["step"] == step:
            raise KilledError

    return train(TINY, DATA, CLASSES, KEYS, ResumeFolder(folder, fingerprint), kill)


def reproducible_rows(rows):
    return [reproducible(row) for row in rows]


def test_training_lowers_the_loss_and_learns_the_bands(undisturbed):
    classifier, rows = undisturbed
    assert rows[-1]["train_loss"] < 0.8 * rows[0]["train_loss"]
    assert classifier.metrics["val_accuracy"] > 0.9


def test_two_runs_give_the_same_classifier_and_metrics(undisturbed):
    classifier, rows = train(TINY, DATA, CLASSES, KEYS)
    assert classifier.digest() == undisturbed[0].digest()
    assert reproducible_rows(rows) == reproducible_rows(undisturbed[1])


def test_another_seed_gives_another_classifier(undisturbed):
    assert train(TINY, DATA, CLASSES, training_keys(0, "real", 1))[0].digest() != undisturbed[0].digest()


def test_seeds_beyond_32_bits_are_refused_for_they_would_repeat():
    assert (
        jax.random.key_data(training_keys(2**32 - 1, "real", 0).order).tolist()
        != jax.random.key_data(KEYS.order).tolist()
    )
    for seed in (2**32, -1):
        with pytest.raises(ValueError, match=f"the study's seed is {seed}: it must be 0 to 4294967295"):
            training_keys(seed, "real", 0)


def test_killed_run_ends_as_an_undisturbed_one(undisturbed, tmp_path):
    with pytest.raises(KilledError):
        run_until(10, tmp_path)
    with pytest.raises(KilledError):
        run_until(20, tmp_path)
    seen = []
    classifier, rows = train(
        TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"), lambda rows: seen.append(len(rows))
    )
    assert seen == [3]  # one interval was left to do
    assert classifier.digest() == undisturbed[0].digest()
    assert reproducible_rows(rows) == reproducible_rows(undisturbed[1])
    assert classifier.metrics == undisturbed[0].metrics


@pytest.mark.parametrize("interval", range(3))
def test_run_killed_within_an_interval_ends_as_an_undisturbed_one(undisturbed, tmp_path, monkeypatch, interval):
    def killed_within(program, states, first, *rest):
        if first == 10 * interval:
            raise KilledError
        return run_interval(program, states, first, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(training, "run_interval", killed_within)
        with pytest.raises(KilledError):
            train(TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"))
    classifier, rows = train(TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"))
    assert classifier.digest() == undisturbed[0].digest()
    assert reproducible_rows(rows) == reproducible_rows(undisturbed[1])


def test_run_killed_while_its_state_is_saved_ends_as_an_undisturbed_one(undisturbed, tmp_path, monkeypatch):
    def half_saved(path, arrays, **_):
        path.mkdir()
        (path / "half").write_text("half")
        raise KilledError

    with pytest.raises(KilledError):
        run_until(10, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.ocp, "save", half_saved)
        with pytest.raises(KilledError):
            train(TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"))
    classifier, rows = train(TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"))
    assert classifier.digest() == undisturbed[0].digest()
    assert reproducible_rows(rows) == reproducible_rows(undisturbed[1])


def test_damaged_state_is_discarded_and_the_one_before_it_used(undisturbed, tmp_path):
    with pytest.raises(KilledError):
        run_until(20, tmp_path)
    (tmp_path / "step_000000020" / "_CHECKPOINT_METADATA").write_text("{")
    seen = []
    with pytest.warns(UserWarning, match="step_000000020.*discarded"):
        classifier, _ = train(
            TINY, DATA, CLASSES, KEYS, ResumeFolder(tmp_path, "same"), lambda rows: seen.append(len(rows))
        )
    assert seen == [2, 3]
    assert classifier.digest() == undisturbed[0].digest()


def test_state_of_another_run_is_not_taken_up(tmp_path):
    with pytest.raises(KilledError):
        run_until(20, tmp_path)
    assert ResumeFolder(tmp_path, "other").latest() is None
    assert not list(tmp_path.glob("step_*"))


def test_what_a_kill_left_unfinished_goes_when_the_folder_is_opened(tmp_path):
    for leftover in (".step_000000010.abcdefgh", ".removing.step_000000010"):
        (tmp_path / leftover / "new").mkdir(parents=True)
    ResumeFolder(tmp_path, "same")
    assert not list(tmp_path.iterdir())


def test_fingerprint_tells_every_part_apart():
    images = np.zeros((2, 3), np.uint8)
    assert run_fingerprint("a", images) == run_fingerprint("a", images.copy())
    assert len({run_fingerprint(*parts) for parts in [("a", images), ("a", images + 1), ("b", images), ("ab",)]}) == 4


def test_best_interval_is_kept_and_of_equals_the_latest(undisturbed):
    classifier, rows = undisturbed
    best = max(row["val_accuracy"] for row in rows)
    assert classifier.metrics == reproducible([row for row in rows if row["val_accuracy"] == best][-1])
    accuracy = (classifier.predict_logits(DATA.val_images).argmax(axis=-1) == DATA.val_labels).mean()
    assert accuracy == pytest.approx(classifier.metrics["val_accuracy"])


def test_metrics_are_json_with_the_promised_names(undisturbed):
    names = "step epoch train_loss train_accuracy val_loss val_accuracy learning_rate "
    names += "seconds core_seconds images_per_second"
    assert [json.loads(json.dumps(row))["step"] for row in undisturbed[1]] == [10, 20, 30]
    assert all(set(row) == set(names.split()) for row in undisturbed[1])


def test_classifier_knows_its_size_temperature_and_cost(undisturbed):
    classifier, rows = undisturbed
    assert classifier.facts["parameters"] == parameter_count("fast", 2, TINY.width)
    assert classifier.facts["convolution"] == convolution_method()
    assert classifier.cost["core_seconds"] == pytest.approx(sum(row["core_seconds"] for row in rows), abs=0.1)
    assert classifier.facts["temperature"] > 0


def test_temperature_of_logits_three_times_too_large_is_three():
    random = np.random.default_rng(0)
    true_logits = random.normal(size=(20_000, 6))
    labels = (true_logits + random.gumbel(size=true_logits.shape)).argmax(axis=1)
    assert fit_temperature(3 * true_logits, labels) == pytest.approx(3, rel=0.05)


def test_infinite_loss_names_step_rate_and_mend():
    with pytest.raises(FloatingPointError, match=r"at step \d+, where the learning rate is .*; lower learning_rate"):
        train(TINY.model_copy(update={"learning_rate": 1e30}), DATA, CLASSES, KEYS)


@pytest.mark.parametrize("network", ["plain", "fast"])
def test_network_that_the_last_step_ruins_is_no_result(network):
    # The only step's loss is taken before its update, and finite.
    settings = {"network": network, "learning_rate": 1e20, "steps": 1, "evaluations": 1}
    with pytest.raises(
        FloatingPointError, match=r"the validation loss is nan at step 0, where the learning rate is 1e\+20; lower"
    ):
        train(TINY.model_copy(update=settings), DATA, CLASSES, KEYS)


def test_finite_loss_that_grows_without_end_names_step_and_rate(monkeypatch):
    def diverging(*arguments):
        states, (losses, correct) = run_interval(*arguments)
        return states, (losses * 1e3, correct)

    monkeypatch.setattr(training, "run_interval", diverging)
    with pytest.raises(FloatingPointError, match=r"at step 0, where the learning rate is .*; lower learning_rate"):
        train(TINY, DATA, CLASSES, KEYS)


def too_large(*arguments):
    raise jax.errors.JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 99999999999 bytes.")


@pytest.mark.parametrize("place", ["run_interval", "predict_logits"])
def test_lack_of_memory_names_the_setting(monkeypatch, place):
    monkeypatch.setattr(training, place, too_large)
    with pytest.raises(RuntimeError, match=r"lower training.batch_size \(a batch has 32 images\) or training.width"):
        train(TINY, DATA, CLASSES, KEYS)


def test_lack_of_memory_for_the_images_names_their_number(monkeypatch):
    monkeypatch.setattr(training, "on_every_device", too_large)
    with pytest.raises(RuntimeError, match=r"lower images_per_class.train \(now 90 images in all\)"):
        train(TINY, DATA, CLASSES, KEYS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_images": DATA.train_images / 255}, r"images are float64 \(90, 32, 32, 3\); the network takes uint8"),
        ({"val_images": DATA.val_images[:, :16]}, r"images are uint8 \(30, 16, 32, 3\); the network takes uint8"),
        ({"val_images": DATA.val_images[:0], "val_labels": DATA.val_labels[:0]}, "there are no validation images"),
        ({"train_labels": DATA.train_labels[:-1]}, r"training labels are int32 \(89,\): 90 images take as many"),
        ({"train_labels": DATA.train_labels / 1}, r"training labels are float64 \(90,\): 90 images take as many whole"),
        ({"train_labels": DATA.train_labels - 1}, "training labels go from -1 to 0: those of 2 classes are 0 to 1"),
        ({"val_labels": DATA.val_labels + 1}, "validation labels go from 1 to 2: those of 2 classes are 0 to 1"),
    ],
)
def test_data_that_are_none_are_refused_before_anything_is_computed(changes, message):
    with pytest.raises(ValueError, match=message):
        train(TINY, dataclasses.replace(DATA, **changes), CLASSES, KEYS)


def test_fewer_images_than_a_batch_are_one_batch():
    config = TINY.model_copy(update={"batch_size": 500, "steps": 3})
    _, rows = train(config, DATA, CLASSES, KEYS)
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_steps_that_evaluations_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="make steps a multiple of evaluations, for example 20"):
        TrainingConfig(steps=25, evaluations=10)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 1e-9}, "width\n.*greater than or equal to 0.015625"),
        ({"learning_rate": 1e-50}, "learning_rate\n.*greater than or equal to 0.00000001"),
        ({"learning_rate": math.inf}, "learning_rate\n.*finite number"),
        ({"steps": True}, "steps\n.*neither a number nor a word"),
        ({"weight_decay": math.inf}, "weight_decay\n.*less than or equal to 1"),
        ({"steps": 2**24, "evaluations": 1, "batch_size": 128}, "more than 2,147,483,647 images shown in all"),
    ],
)
def test_settings_that_train_nothing_or_past_all_bounds_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**settings)
