"""Spoilt images are drawn again with the next sub-seed, counted, and never let through; failures surface."""

import threading

import numpy as np
import pytest

from tests.text_to_image.faulty_pipeline import FaultyPipeline, noise_image, noise_seed
from text_to_image.config import GeneratorConfig
from text_to_image.sampling import Sampler, is_spoilt


def sampler(spoils, out_of_memory_in=(), **settings):
    config = GeneratorConfig(model="tiny", rows_per_forward=4, **settings)
    return Sampler(config, FaultyPipeline(spoils, out_of_memory_in), ["cat"])


@pytest.mark.parametrize("kind", ["nan", "blank", "unsafe"])
def test_spoilt_image_is_drawn_again_and_counted(kind):
    drawn = sampler({noise_seed(2): kind}).draw("cat", range(6))
    assert drawn.metadata["redraws"].tolist() == [0, 0, 1, 0, 0, 0]
    assert drawn.metadata["seed"][2] == noise_seed(2, redraw=1)
    np.testing.assert_array_equal(drawn.images_nhwc[2], np.rint(noise_image(noise_seed(2, 1)) * 255).astype(np.uint8))


def test_neighbours_of_a_spoilt_image_stay_the_same():
    undisturbed = sampler({}).draw("cat", range(6))
    drawn = sampler({noise_seed(2): "nan"}).draw("cat", range(6))
    others = [0, 1, 3, 4, 5]
    np.testing.assert_array_equal(drawn.images_nhwc[others], undisturbed.images_nhwc[others])


def test_image_that_stays_spoilt_stops_the_job():
    spoils = {noise_seed(2, redraw): "nan" for redraw in range(3)}
    with pytest.raises(RuntimeError, match=r"image 2 of 'cat' .* after 2 redraws \(generator.max_redraws\)"):
        sampler(spoils, max_redraws=2).draw("cat", range(6))


def test_dim_image_with_something_in_it_passes():
    image = np.zeros((32, 32, 3), np.float32)
    assert is_spoilt(image)
    image[10:20, 10:20] = 0.1
    assert not is_spoilt(image)


def test_redraws_fill_up_forwards_instead_of_taking_their_own():
    drawing = sampler({noise_seed(index): "nan" for index in range(3)})
    drawing.draw("cat", range(9))
    assert drawing._pipeline.forwards == 3  # nine images and three redraws, four a forward


def test_memory_that_runs_out_once_changes_no_image():
    undisturbed = sampler({}).draw("cat", range(6))
    drawn = sampler({}, out_of_memory_in=[2]).draw("cat", range(6))
    np.testing.assert_array_equal(drawn.images_nhwc, undisturbed.images_nhwc)


def test_memory_that_stays_too_small_is_one_line_with_the_setting():
    with pytest.raises(RuntimeError, match=r"generator.rows_per_forward = 4 \(CUDA out of memory") as failure:
        sampler({}, out_of_memory_in=[2, 3]).draw("cat", range(6))
    assert "\n" not in str(failure.value)


def test_images_are_finished_off_the_sampling_thread_one_call_at_a_time():
    threads, indices = [], []

    def take(drawn):
        threads.append(threading.get_ident())
        indices.extend(drawn.indices.tolist())

    sampler({}).draw_each("cat", range(10), take)
    assert sorted(indices) == list(range(10))
    assert set(threads) != {threading.get_ident()}
    assert len(set(threads)) == 1


def test_full_disk_in_the_background_ends_the_drawing():
    drawing = sampler({})

    def take(drawn):
        raise OSError(28, "No space left on device", "shard.npz")

    with pytest.raises(OSError, match="No space left on device"):
        drawing.draw_each("cat", range(400), take)
    assert drawing._pipeline.forwards <= 2
