"""Classes of pipeline that the project names nowhere load and draw, or say in one line what stands in the way."""

import json
import math
from types import SimpleNamespace

import diffusers
import numpy as np
import pytest
import torch

from photographs.photo_set import read_photo_set
from tests.text_to_image.commands import draw_frogs, run_command, the_line
from tests.text_to_image.tiny_pipelines import save_deepfloyd, save_flux, save_pixart
from text_to_image.call_arguments import accepted_arguments, call_arguments, check_call
from text_to_image.config import GeneratorConfig
from text_to_image.guidance import GuidancePerImage, range_explained
from text_to_image.model_source import resolve_model
from text_to_image.network_speed import prepare_networks
from text_to_image.pipeline import Pipeline
from text_to_image.samplers import chosen_scheduler, load_network_settings, load_scheduler, network_evaluations

UNSEEN = {
    "PixArtAlphaPipeline": (
        save_pixart,
        {"guidance_scale": [1.5, 4], "image_size": 64, "arguments": {"use_resolution_binning": False}},
    ),
    "IFPipeline": (save_deepfloyd, {"guidance_scale": [1.5, 4], "prompts": {"negative": "blurry"}}),
    "FluxPipeline": (save_flux, {"guidance_scale": 3.5, "image_size": 32}),
}
# Arguments of SDXL's call that no setting can give.
NO_SETTINGS = (
    *("return_dict", "num_images_per_prompt", "latents", "callback_on_step_end", "prompt_2", "negative_prompt_2"),
    *("cross_attention_kwargs", "ip_adapter_image", "negative_prompt_embeds"),
)


def prepare(save, folder, **settings):
    save(folder / "model")
    generator = {"model": str(folder / "model"), "steps": 2, "rows_per_forward": 2, "dtype": "float32", **settings}
    manifest = folder / "manifest.json"
    run_command("prepare_generator", "--generator", json.dumps(generator), "--output", manifest)
    return manifest


@pytest.mark.parametrize("pipeline_class", UNSEEN)
def test_unseen_class_loads_and_draws(pipeline_class, tmp_path):
    save, settings = UNSEEN[pipeline_class]
    manifest = prepare(save, tmp_path, **settings)
    assert json.loads(manifest.read_text())["pipeline_class"] == pipeline_class
    _, shard = draw_frogs(manifest, tmp_path)
    photos = read_photo_set(shard)
    assert photos.images_nhwc.shape == (3, 32, 32, 3)
    assert len(np.unique(photos.metadata["digest"])) == 3
    assert photos.metadata["redraws"].tolist() == [0, 0, 0]


def test_range_of_guidance_is_refused_where_the_network_takes_one_number(tmp_path):
    manifest = prepare(save_flux, tmp_path, guidance_scale=[2, 4], image_size=32)
    finished, shard = draw_frogs(manifest, tmp_path, last=0, check=False)
    line = the_line(finished)
    assert "generator.guidance_scale is [2.0, 4.0]" in line
    assert line.endswith("takes one guidance scale for a whole batch, as distilled models do; give one number")
    assert not shard.exists()


def test_only_the_range_is_blamed_for_what_it_caused():
    config = GeneratorConfig(model="a/b", guidance_scale=(1, 3))
    with pytest.raises(TypeError, match="unrelated"), range_explained(config):
        raise TypeError("unrelated")
    with pytest.raises(ValueError, match="give one number"), range_explained(config):
        GuidancePerImage([1.0, 2.0], 3.0) - 1


def test_guidance_is_refused_where_the_network_takes_none():
    accepted = accepted_arguments(diffusers.FluxPipeline)
    with pytest.raises(ValueError, match="has no effect with owner/model, whose network takes none; set it to 0"):
        check_call(GeneratorConfig(model="owner/model", guidance_scale=5), "FluxPipeline", accepted, {})
    check_call(GeneratorConfig(model="owner/model", guidance_scale=0), "FluxPipeline", accepted, {})


@pytest.mark.parametrize(("scale", "said"), [(0.0, "write 1 for none"), ((1.0, 3.0), "give one number")])
def test_guidance_that_is_an_input_is_one_number_from_1_upwards(scale, said):
    accepted = accepted_arguments(diffusers.StableDiffusionPipeline)
    config = GeneratorConfig(model="owner/model", guidance_scale=scale)
    with pytest.raises(ValueError, match=said):
        check_call(config, "StableDiffusionPipeline", accepted, {"time_cond_proj_dim": 256})
    check_call(config, "StableDiffusionPipeline", accepted, {"time_cond_proj_dim": None})


@pytest.mark.parametrize(("negative", "evaluations"), [(None, 2), ("blurry", 4)])
def test_true_guidance_is_counted_where_it_happens(negative, evaluations, tmp_path):
    save_flux(tmp_path)
    config = GeneratorConfig(
        model=str(tmp_path),
        **{"steps": 2, "dtype": "float32", "guidance_scale": 3.5, "image_size": 32},
        **{"prompts": {"negative": negative}, "arguments": {"true_cfg_scale": 2.0}},
    )
    source = resolve_model(config)
    scheduler = chosen_scheduler(load_scheduler(config, source), config)
    assert network_evaluations(scheduler, config, load_network_settings(config, source)) == evaluations
    pipeline, passes = Pipeline(config, source), []
    pipeline._pipeline.transformer.register_forward_pre_hook(lambda module, args: passes.append(module))
    pipeline(["a cat"], [3.5], [1])
    assert len(passes) == evaluations
    assert pipeline.guidance_scales == (0, math.inf)


def test_a_distilled_model_knows_the_scales_that_it_learned():
    config = GeneratorConfig(model="models/embedded", steps=1, guidance_scale=2)
    assert Pipeline(config, resolve_model(config)).guidance_scales == (1, 3)


def test_true_guidance_takes_a_number():
    with pytest.raises(ValueError, match='true_cfg_scale is "2"; it takes a number'):
        GeneratorConfig(model="a/b", arguments={"true_cfg_scale": "2"})


def test_arguments_are_finite():
    with pytest.raises(ValueError, match="eta is nan; give a number"):
        GeneratorConfig(model="a/b", arguments={"eta": float("nan")})


def check(pipeline_class, **settings):
    config = GeneratorConfig(model="owner/model", **settings)
    accepted = accepted_arguments(getattr(diffusers, pipeline_class))
    check_call(config, pipeline_class, accepted, {})
    return call_arguments(config, accepted, [1.5] * 2)


@pytest.mark.parametrize(
    ("pipeline_class", "settings", "message"),
    [
        ("WuerstchenDecoderPipeline", {}, "needs image_embeddings, so it does not draw pictures"),
        ("DDPMPipeline", {}, "DDPMPipeline takes no prompt, so it does not"),
        ("WanPipeline", {}, "WanPipeline makes films, so it does not"),
        (
            "StableCascadeCombinedPipeline",
            {},
            "generator.guidance_scale is 1.5, but StableCascadeCombinedPipeline takes none; set it to 0 and, under "
            "generator.arguments, prior_guidance_scale and decoder_guidance_scale",
        ),
        ("StableDiffusionPipeline", {"arguments": {"speed": 2}}, "has 'speed', which is no argument of StableDiff"),
        ("StableDiffusionPipeline", {"arguments": {"height": 64}}, "has 'height', which is given by other settings"),
        (
            "FluxPipeline",
            {"guidance_scale": 0, "prompts": {"negative": "blurry"}},
            "or raise arguments.true_cfg_scale above 1",
        ),
        *(
            ("StableDiffusionXLPipeline", {"arguments": {name: "a"}}, f"has {name!r}, which is none of what settings")
            for name in NO_SETTINGS
        ),
        (
            "StableDiffusionPipeline",
            {"guidance_scale": 1, "arguments": {"guidance_rescale": 0.7}},
            "has 'guidance_rescale', which has no effect without guidance",
        ),
        ("LDMTextToImagePipeline", {"prompts": {"negative": "blurry"}}, "generator.prompts.negative is set, but has"),
    ],
)
def test_setting_that_the_class_would_not_hear_is_refused(pipeline_class, settings, message):
    with pytest.raises(ValueError, match="generator") as raised:
        check(pipeline_class, **settings)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_negative_prompt_needs_a_class_that_takes_one():
    config = GeneratorConfig(
        model="a/b", guidance_scale=0, prompts={"negative": "blurry"}, arguments={"true_cfg_scale": 2.0}
    )
    taken = ("prompt", "generator", "output_type", "num_inference_steps", "guidance_scale", "height", "true_cfg_scale")
    with pytest.raises(ValueError, match="negative is set, but has no effect"):
        check_call(config, "SomePipeline", dict.fromkeys(taken, False), {})


def test_settings_of_its_own_reach_the_class():
    given = check(
        "StableCascadeCombinedPipeline",
        guidance_scale=0,
        steps=7,
        arguments={"prior_guidance_scale": 2.0, "prior_num_inference_steps": 5},
    )
    assert given == {"num_inference_steps": 7, "prior_guidance_scale": 2.0, "prior_num_inference_steps": 5}
    steered = check("FluxPipeline", guidance_scale=0, prompts={"negative": "blurry"}, arguments={"true_cfg_scale": 2.0})
    assert steered["negative_prompt"] == ["blurry", "blurry"]


@pytest.mark.parametrize(
    ("pipeline_class", "scale", "said"),
    [
        ("ZImagePipeline", (2.0, 4.0), "guides image by image and cannot take a range"),
        ("ZImagePipeline", 1.0, "guides as others do at 2; write 0 for none"),
        ("LDMTextToImagePipeline", 0.0, "leaves the prompt aside; write 1 for no guidance"),
    ],
)
def test_guidance_that_a_class_reads_otherwise_is_refused(pipeline_class, scale, said):
    accepted = dict.fromkeys(("prompt", "generator", "output_type", "num_inference_steps", "guidance_scale"), False)
    config = GeneratorConfig(model="a/b", guidance_scale=scale)
    with pytest.raises(ValueError, match=said):
        check_call(config, pipeline_class, accepted, {})


def test_scales_are_not_spread_over_what_is_no_batch():
    with pytest.raises(TypeError, match="GuidancePerImage"):
        GuidancePerImage([1.0, 2.0], 2.0) * torch.zeros(16, 1, 4, 4)


def test_decoder_of_films_keeps_its_layout_on_a_gpu():
    three_axes = torch.nn.Conv3d(4, 4, 3)
    pipeline = SimpleNamespace(unet=torch.nn.Conv2d(4, 4, 3), vae=three_axes)
    prepare_networks(pipeline, GeneratorConfig(model="a/b", compile=False), "cuda")
    assert pipeline.unet.weight.is_contiguous(memory_format=torch.channels_last)
    assert three_axes.weight.is_contiguous()
