"""Several seeds in one program, and one batch over several devices: the results of one seed on one device."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from flax_cnn import training
from flax_cnn.keys import training_keys
from flax_cnn.resuming import ResumeFolder
from flax_cnn.steps import run_interval
from flax_cnn.training import reproducible, train, train_seeds
from tests.flax_cnn.toy_problem import TINY, band_data

DATA = band_data()
CLASSES = ("top", "upper")
# bfloat16 factors turn a last bit into eight thousandths of a value, and thirty steps pass it on.
TOLERANCE = 0.05


def same_but_for_rounding(one, other):
    difference = np.abs(one.predict_logits(DATA.val_images) - other.predict_logits(DATA.val_images))
    return difference.max() < TOLERANCE


@pytest.fixture(scope="module")
def keys():
    return [training_keys(0, "real", seed) for seed in range(3)]


@pytest.fixture(scope="module")
def together(keys):
    return train_seeds(TINY, DATA, CLASSES, keys)


@pytest.mark.parametrize("seed", range(3))
def test_each_seed_is_what_it_would_be_alone(together, keys, seed):
    classifier, rows = together[seed]
    alone, rows_alone = train(TINY, DATA, CLASSES, keys[seed])
    assert same_but_for_rounding(classifier, alone)
    losses, losses_alone = ([row["train_loss"] for row in each] for each in (rows, rows_alone))
    assert losses == pytest.approx(losses_alone, abs=0.005)


def test_seeds_differ_from_each_other(together):
    assert not same_but_for_rounding(together[0][0], together[1][0])


def test_killed_in_the_middle_all_seeds_end_as_undisturbed(together, keys, tmp_path):
    def kill(rows):
        if rows[0][-1]["step"] == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_seeds(TINY, DATA, CLASSES, keys, ResumeFolder(tmp_path, "same"), kill)
    resumed = train_seeds(TINY, DATA, CLASSES, keys, ResumeFolder(tmp_path, "same"))
    for (classifier, rows), (undisturbed, undisturbed_rows) in zip(resumed, together, strict=True):
        assert classifier.digest() == undisturbed.digest()
        assert [reproducible(row) for row in rows] == [reproducible(row) for row in undisturbed_rows]


def test_divergence_says_in_which_of_the_trainings(keys, monkeypatch):
    def second_diverges(*arguments):
        states, (losses, correct) = run_interval(*arguments)
        return states, (losses.at[1].set(np.nan), correct)

    monkeypatch.setattr(training, "run_interval", second_diverges)
    with pytest.raises(FloatingPointError, match="training 2 of 3 side by side: the loss is nan at step 0"):
        train_seeds(TINY, DATA, CLASSES, keys)


# ---- several devices: JAX fixes their number when it starts, so a process of its own is asked


def train_on(devices, batch_size=32, seeds=1):
    """Train with this file's main program on so many devices of the CPU; return its answer and standard error."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.flax_cnn.test_seeds_and_devices", str(batch_size), str(seeds)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout), finished.stderr


@pytest.fixture(scope="module")
def on_one_device():
    return train_on(1)[0]


def test_batch_over_four_devices_gives_the_same_network(on_one_device):
    answer, _ = train_on(4)
    assert (on_one_device["devices"], answer["devices"]) == (1, 4)
    assert np.abs(np.array(answer["logits"]) - on_one_device["logits"]).max() < 1e-3


def test_devices_that_stay_idle_are_named():
    answer, said = train_on(3, batch_size=32)
    assert answer["devices"] == 1
    assert "1 of 3 devices are used: make training.batch_size a multiple of 3 (a batch has 32 images)" in said


def test_several_seeds_on_several_devices_are_refused():
    answer, _ = train_on(2, seeds=2)
    assert answer["refused"] == (
        "2 seeds side by side on 2 devices: a job takes several of the one or of the other; "
        "set seeds_per_job to 1 or gpus.training to 1"
    )


def _main(batch_size: int, seeds: int) -> None:
    from flax_cnn.convolution import convolve_by

    # In float32, and of operations that XLA can part, as it can those of a GPU. Three steps: what the last bits differ
    # in grows with them, from 0.0004 of a logit in three to 0.0011 in six on one processor; another had 0.008 in nine.
    with convolve_by("shifted views"):
        config = TINY.model_copy(update={"batch_size": batch_size, "steps": 3})
        keys = [training_keys(0, "real", seed) for seed in range(seeds)]
        try:
            classifier, _ = train_seeds(config, DATA, CLASSES, keys)[0]
        except ValueError as error:
            print(json.dumps({"refused": str(error)}))
            return
        weights = jax.tree.leaves(classifier.state)
        logits = classifier.predict_logits(DATA.val_images).tolist()
    print(json.dumps({"devices": max(len(each.devices()) for each in weights), "logits": logits}))


if __name__ == "__main__":
    _main(*map(int, sys.argv[1:]))
