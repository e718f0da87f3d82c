"""An image is a function of (generator settings, class, index) alone."""

from typing import get_args

import numpy as np
import pytest
import torch

from photographs.photo_set import read_photo_set
from text_to_image.config import GeneratorConfig
from text_to_image.image_identity import Purpose, check_distinct, image_seed
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.sampling import Sampler
from text_to_image.shards import generate_shard

N = 13


@pytest.fixture(scope="module")
def sampler(tiny_model):
    torch.set_num_threads(1)
    config = GeneratorConfig(
        model=str(tiny_model),
        guidance_scale=(1.0, 5.0),
        steps=2,
        rows_per_forward=4,
        prompts={"templates": ["{a_domain} of {a_class}", "{class}"], "domains": ["photo", "image"]},
    )
    return Sampler(config, Pipeline(config, resolve_model(config)), ["cat", "dog"])


@pytest.fixture(scope="module")
def reference(sampler):
    return sampler.draw("cat", range(N))


class _KilledError(Exception):
    pass


def _draw_and_die_after(sampler, forwards):
    """Return a function that draws and is killed once so many forwards' images were finished."""

    def draw_each(class_name, indices, take):
        finished = []

        def take_until_killed(drawn):
            if len(finished) == forwards:
                raise _KilledError
            finished.append(drawn)
            take(drawn)

        sampler.draw_each(class_name, indices, take_until_killed)

    return draw_each


def _assert_same(photo_set, reference, rows=slice(None)):
    np.testing.assert_array_equal(photo_set.images_nhwc, reference.images_nhwc[rows])
    assert photo_set.indices.tolist() == reference.indices[rows].tolist()
    for name, column in reference.metadata.items():
        assert photo_set.metadata[name].tolist() == column[rows].tolist(), name


@pytest.mark.parametrize("batch_size", [1, 3, 4, 13])
def test_batch_size_changes_no_image(sampler, reference, tmp_path, batch_size):
    generate_shard(lambda: sampler.draw_each, "cat", range(N), batch_size, tmp_path / "state", tmp_path / "shard.npz")
    _assert_same(read_photo_set(tmp_path / "shard.npz"), reference)


@pytest.mark.parametrize("shard_size", [2, 5, 12])
def test_shard_size_changes_no_image(sampler, reference, tmp_path, shard_size):
    for first in range(0, N, shard_size):
        indices = range(first, min(first + shard_size, N))
        path = tmp_path / f"{first}.npz"
        generate_shard(lambda: sampler.draw_each, "cat", indices, 3, tmp_path / f"state_{first}", path)
        _assert_same(read_photo_set(path), reference, slice(indices.start, indices.stop))


def test_order_changes_no_image(sampler, reference):
    backwards = np.arange(N)[::-1]
    _assert_same(sampler.draw("cat", backwards.tolist()), reference, backwards)


def test_killed_shard_carries_on_from_its_last_batch(sampler, reference, tmp_path):
    state, path = tmp_path / "state", tmp_path / "shard.npz"
    with pytest.raises(_KilledError):
        generate_shard(lambda: _draw_and_die_after(sampler, 2), "cat", range(N), 3, state, path)
    assert not path.exists()
    left = []

    def draw_each(class_name, indices, take):
        left.extend(indices)
        sampler.draw_each(class_name, indices, take)

    generate_shard(lambda: draw_each, "cat", range(N), 5, state, path)
    assert len(left) == N - 8  # two forwards of four were saved
    _assert_same(read_photo_set(path), reference)
    assert not state.exists()


def test_spoilt_batch_file_is_drawn_again(sampler, reference, tmp_path):
    state, path = tmp_path / "state", tmp_path / "shard.npz"
    with pytest.raises(_KilledError):
        generate_shard(lambda: _draw_and_die_after(sampler, 2), "cat", range(N), 3, state, path)
    first = sorted(state.glob("*.npz"))[0]
    first.write_bytes(first.read_bytes()[:-200])
    generate_shard(lambda: sampler.draw_each, "cat", range(N), 5, state, path)
    _assert_same(read_photo_set(path), reference)


def test_class_and_index_change_the_image(sampler, reference):
    other = sampler.draw("dog", range(N))
    digests = [*reference.metadata["digest"], *other.metadata["digest"]]
    assert len(set(digests)) == 2 * N


def test_prompts_and_guidance_vary_from_image_to_image(reference):
    assert len(set(reference.metadata["prompt"].tolist())) == 3  # "{class}" has no domain: one prompt for both
    scales = reference.metadata["guidance_scale"]
    assert len(set(scales.tolist())) == N
    assert scales.min() >= 1
    assert scales.max() <= 5


def test_seeds_are_distinct_over_classes_indices_purposes_and_redraws():
    seeds = [
        image_seed(0, name, index, purpose, redraw)
        for name in ("cat", "dog")
        for index in range(500)
        for purpose in get_args(Purpose)
        for redraw in range(3)
    ]
    check_distinct(seeds)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_colliding_seeds_are_refused():
    with pytest.raises(ValueError, match=r"2 images share the noise seed 7"):
        check_distinct([7, 8, 7])
