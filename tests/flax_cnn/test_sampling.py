import jax
import numpy as np

from flax_cnn.sampling import sample_order

KEY = jax.random.key(3)


def test_every_epoch_shows_every_image_once_and_in_another_order():
    first, second = np.asarray(sample_order(KEY, 0, 14, 7)).reshape(2, 7)
    assert sorted(first) == sorted(second) == list(range(7))
    assert not np.array_equal(first, second)


def test_stream_does_not_depend_on_how_it_is_cut():
    whole = np.asarray(sample_order(KEY, 0, 60, 7))
    pieces = [np.asarray(sample_order(KEY, start, 12, 7)) for start in range(0, 60, 12)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
