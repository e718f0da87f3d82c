"""What a classifier says of its blocks, and training that starts from another classifier with blocks frozen."""

import numpy as np
import pytest

from flax_cnn.checkpoints import named_arrays
from flax_cnn.keys import training_keys
from flax_cnn.training import train
from tests.flax_cnn.toy_problem import TINY, band_data
from transfer_analysis.block_features import read_block_features, write_block_features

DATA = band_data()
CLASSES = ("top", "upper")
KEYS = training_keys(0, "real", 0)
SHORT = TINY.model_copy(update={"steps": 6, "evaluations": 1})


@pytest.fixture(scope="module")
def trained():
    return train(SHORT, DATA, CLASSES, KEYS)[0]


def test_block_features_stand_in_order_and_end_in_what_the_head_sees(trained):
    features = trained.predict_block_features(DATA.val_images)
    assert list(features) == ["whitening", "group1", "group2", "group3", "penultimate"]
    assert all(values.dtype == np.float32 and len(values) == len(DATA.val_images) for values in features.values())
    np.testing.assert_allclose(features["penultimate"], trained.predict_features(DATA.val_images), rtol=1e-5, atol=1e-6)


def test_one_pass_gives_block_features_and_the_logits_of_a_pass_alone(trained):
    features, logits = trained.predict_block_features_and_logits(DATA.val_images)
    np.testing.assert_allclose(logits, trained.predict_logits(DATA.val_images), atol=1e-5)
    alone = trained.predict_block_features(DATA.val_images)
    assert list(features) == list(alone)
    for name, values in features.items():
        np.testing.assert_array_equal(values, alone[name])


def test_block_features_pass_through_a_file_in_order(trained, tmp_path):
    features = trained.predict_block_features(DATA.val_images)
    write_block_features(tmp_path / "features.npz", features)
    read = read_block_features(tmp_path / "features.npz")
    assert list(read) == list(features)
    for name, values in read.items():
        assert values.dtype == np.float16
        np.testing.assert_allclose(values, features[name], rtol=2e-3, atol=2e-3)


def test_feature_too_large_for_float16_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'penultimate' is not finite"):
        write_block_features(tmp_path / "features.npz", {"penultimate": np.full((1, 2), 1e6, np.float32)})


def test_frozen_blocks_keep_their_arrays_and_the_others_learn(trained):
    other = band_data(classes=2)
    moved = train(SHORT, other, CLASSES, training_keys(0, "real", 1), start=trained, frozen_blocks=3)[0]
    before, after = named_arrays(trained.state), named_arrays(moved.state)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    frozen = ("mean", "deviation", "blocks.0.", "blocks.1.", "blocks.2.")
    assert changed
    assert not [name for name in changed if name.startswith(frozen)]
    assert {"blocks.3.convolution1.kernel.value", "blocks.3.norm2.mean.value", "head.kernel.value"} <= changed


def test_frozen_blocks_give_the_same_features_as_before(trained):
    moved = train(SHORT, DATA, CLASSES, training_keys(0, "real", 1), start=trained, frozen_blocks=2)[0]
    before, after = (each.predict_block_features(DATA.val_images) for each in (trained, moved))
    np.testing.assert_array_equal(before["group1"], after["group1"])
    assert not np.array_equal(before["group2"], after["group2"])


def test_freezing_without_a_start_or_beyond_the_network_is_refused(trained):
    with pytest.raises(ValueError, match="only a start's can be frozen"):
        train(SHORT, DATA, CLASSES, KEYS, frozen_blocks=1)
    with pytest.raises(ValueError, match="the network has 4 blocks"):
        train(SHORT, DATA, CLASSES, KEYS, start=trained, frozen_blocks=5)


def test_start_of_another_width_is_refused(trained):
    wider = SHORT.model_copy(update={"width": 0.1})
    with pytest.raises(ValueError, match="they must be equal"):
        train(wider, DATA, CLASSES, KEYS, start=trained)
