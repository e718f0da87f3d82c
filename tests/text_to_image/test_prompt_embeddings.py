"""A prompt is encoded once, and an image does not depend on which prompts its neighbours have."""

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from tests.text_to_image.tiny_pipelines import (
    save_stable_diffusion,
    save_stable_diffusion_3,
    save_stable_diffusion_xl,
)
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.prompt_embeddings import UnequalPromptsError, encode_each_prompt_once

CLASSES = {
    "stable_diffusion": save_stable_diffusion,
    "stable_diffusion_xl": save_stable_diffusion_xl,
    "stable_diffusion_3": save_stable_diffusion_3,
}
SHORT, LONG = "a cat", "a close-up photo of a frog"


def load(folder, **settings):
    torch.set_num_threads(1)
    config = GeneratorConfig(
        model=str(folder),
        image_size=64,
        steps=2,
        **{"guidance_scale": 2, "prompts": {"negative": "blurry"}, **settings},
    )
    return Pipeline(config, resolve_model(config))


def count_calls(monkeypatch, module):
    """Return a list that gets the number of rows of every forward pass of `module`."""
    rows, forward = [], module.forward

    def counted(*args, **kwargs):
        first = args[0] if args else next(iter(kwargs.values()))
        rows.append(len(first))
        return forward(*args, **kwargs)

    monkeypatch.setattr(module, "forward", counted)
    return rows


@pytest.mark.parametrize("name", CLASSES)
def test_neighbours_prompts_change_no_bit_and_each_prompt_is_encoded_once(name, tmp_path, monkeypatch):
    CLASSES[name](tmp_path / "tiny")
    pipeline = load(tmp_path / "tiny")
    encoded = count_calls(monkeypatch, pipeline._pipeline.text_encoder)
    together, _ = pipeline([SHORT, LONG, SHORT, LONG], [1.5, 2.0, 1.2, 1.7], [1, 2, 3, 4])
    assert encoded == [1] * 4  # two prompts, each with its negative
    again, _ = pipeline([LONG, SHORT, LONG, LONG], [2.0, 1.2, 1.7, 1.1], [2, 3, 4, 9])
    assert len(encoded) == 4
    for before, after in ((1, 0), (2, 1), (3, 2)):
        np.testing.assert_array_equal(together[before], again[after])
    assert len({image.tobytes() for image in [*together, again[3]]}) == 5


@pytest.mark.parametrize(
    ("guidance_scale", "negative", "rows"), [(0, None, 3), (1, None, 3), (1.5, "blurry", 6), ((1, 3), None, 6)]
)
def test_network_runs_once_a_step_and_doubles_its_rows_only_with_guidance(
    tiny_model, monkeypatch, guidance_scale, negative, rows
):
    pipeline = load(tiny_model, guidance_scale=guidance_scale, prompts={"negative": negative})
    forwards = count_calls(monkeypatch, pipeline._pipeline.unet)
    encoded = count_calls(monkeypatch, pipeline._pipeline.text_encoder)
    pipeline([SHORT] * 3, [1.0] * 3, [1, 2, 3])
    assert forwards == [rows] * len(pipeline._pipeline.scheduler.timesteps)
    assert len(encoded) == (2 if rows == 6 else 1)


class _UnpaddedPipeline(StableDiffusionPipeline):
    """As some newer pipelines: the embedding is as long as its prompt."""

    def encode_prompt(self, prompt, device, images_a_prompt, guided, negative_prompt=None, **options):
        embeddings, negative = super().encode_prompt(prompt, device, images_a_prompt, guided, negative_prompt)
        length = max(len(self.tokenizer(text).input_ids) for text in prompt)
        return embeddings[:, :length], None if negative is None else negative[:, :length]


def test_prompts_of_different_lengths_are_drawn_apart_and_no_image_depends_on_its_neighbours(tiny_model):
    pipeline = load(tiny_model)
    pipeline._pipeline = _UnpaddedPipeline(**pipeline._pipeline.components, requires_safety_checker=False)
    pipeline._pipeline.set_progress_bar_config(disable=True)
    encode_each_prompt_once(pipeline._pipeline)
    mixed, blanked = pipeline([SHORT, LONG, SHORT], [2.0, 2.0, 2.0], [1, 2, 3])
    assert blanked == [False] * 3
    short, _ = pipeline([SHORT] * 3, [2.0] * 3, [1, 7, 3])
    long, _ = pipeline([LONG] * 3, [2.0] * 3, [5, 6, 2])
    np.testing.assert_array_equal(mixed, np.stack([short[0], long[2], short[2]]))


class _Encoder:
    """Stands for a pipeline: counts what it encodes, and returns what diffusers' pipelines return beside tensors."""

    def __init__(self):
        self.encoded = []

    def encode_prompt(self, prompt, negative_prompt=None, **options):
        self.encoded += prompt
        ids = torch.arange(5)[:, None].repeat(1, 3)  # Flux's position ids: no axis of rows
        return torch.tensor([[float(len(text))] for text in prompt]), None, ids, [torch.zeros(4) for _ in prompt]


def test_results_without_rows_are_kept_and_lists_joined():
    pipeline = _Encoder()
    encode_each_prompt_once(pipeline)
    embeddings, nothing, ids, parts = pipeline.encode_prompt(prompt=["a", "bbb", "a"], max_sequence_length=5)
    assert embeddings.tolist() == [[1], [3], [1]]
    assert nothing is None
    assert ids.shape == (5, 3)
    assert len(parts) == 3
    assert pipeline.encoded == ["a", "bbb"]


def test_other_options_and_other_negatives_are_encoded_anew():
    pipeline = _Encoder()
    encode_each_prompt_once(pipeline)
    pipeline.encode_prompt(["a"], ["x"])
    pipeline.encode_prompt(["a"], ["y"])
    pipeline.encode_prompt(["a"], ["y"], max_sequence_length=5)
    pipeline.encode_prompt(["a"], ["x"])
    assert pipeline.encoded == ["a"] * 3


def test_only_the_latest_are_kept():
    pipeline = _Encoder()
    encode_each_prompt_once(pipeline, kept=2)
    pipeline.encode_prompt(["a", "b", "c", "a"])
    assert pipeline.encoded == ["a", "b", "c", "a"]
    pipeline.encode_prompt(["c", "a"])
    assert len(pipeline.encoded) == 4


def test_unequal_prompts_are_told_apart_by_shape():
    class Ragged:
        def encode_prompt(self, prompt):
            return (torch.zeros(1, len(prompt[0]), 2),)

    pipeline = Ragged()
    encode_each_prompt_once(pipeline)
    with pytest.raises(UnequalPromptsError) as raised:
        pipeline.encode_prompt(["aa", "b", "cc"])
    assert raised.value.groups == [[0, 2], [1]]


class _RowEncoder:
    """Encodes as `answer` says: a function of one prompt."""

    def __init__(self, answer):
        self._answer = answer

    def encode_prompt(self, prompt):
        (text,) = prompt
        return self._answer(torch.full((1, 4, 3), float(len(text))))


def encoded(answer, *prompts):
    pipeline = _RowEncoder(answer)
    encode_each_prompt_once(pipeline)
    return pipeline.encode_prompt(list(prompts))


def test_embeddings_of_several_layers_are_joined_along_their_rows():
    (layers,) = encoded(lambda row: (torch.stack([row, 10 * row]),), "a", "bb", "bb")
    assert layers.shape == (2, 3, 4, 3)
    assert layers[:, :, 0, 0].tolist() == [[1, 2, 2], [10, 20, 20]]


def test_a_bare_list_or_tensor_stays_one():
    rows = encoded(lambda row: [row[0]], "a", "bb")
    assert [row.shape for row in rows] == [(4, 3)] * 2
    assert [float(row[0, 0]) for row in rows] == [1, 2]
    assert encoded(lambda row: row, "a", "bb")[:, 0, 0].tolist() == [1, 2]


def test_what_differs_and_has_no_axis_of_rows_is_not_taken_from_the_first():
    assert encoded(lambda row: (row, torch.arange(3)), "a", "bb")[1].tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="no axis of prompts"):
        encoded(lambda row: (row[0],), "a", "bb")


@pytest.mark.parametrize("name", ["stable_diffusion_xl", "stable_diffusion_3"])
def test_no_more_layers_can_be_left_out_than_there_are(name, tmp_path):
    CLASSES[name](tmp_path / "tiny")
    layers = load(tmp_path / "tiny")._pipeline.text_encoder.config.num_hidden_layers
    for skipped in (layers, -1, 1.0, "1"):
        with pytest.raises(ValueError, match=rf"clip_skip is .*; it takes a whole number from 0 to {layers - 1}$"):
            load(tmp_path / "tiny", arguments={"clip_skip": skipped})
    images, _ = load(tmp_path / "tiny", arguments={"clip_skip": layers - 1})([SHORT], [2.0], [0])
    assert np.isfinite(images).all()


def test_layers_that_no_version_here_can_leave_out_are_refused_before_anything_is_drawn(tmp_path):
    save_stable_diffusion(tmp_path / "tiny")
    if hasattr(load(tmp_path / "tiny")._pipeline.text_encoder, "text_model"):
        load(tmp_path / "tiny", arguments={"clip_skip": 1})([SHORT], [2.0], [0])
        return
    with pytest.raises(ValueError, match=r"'clip_skip', which diffusers .* for StableDiffusionPipeline; remove it$"):
        load(tmp_path / "tiny", arguments={"clip_skip": 1})
