"""Distillation of the embedded generator: the student's steps are diffusers' own, and lead where the teacher's do."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from pydantic import ValidationError

from tests.text_to_image.tiny_recipe import tiny_recipe
from text_to_image.config import GeneratorConfig
from text_to_image.embedded_generator import guided_paths
from text_to_image.embedded_generator.architecture import build_student_scheduler
from text_to_image.embedded_generator.captions import Subject
from text_to_image.embedded_generator.diffusion_training import build_text_to_latents
from text_to_image.embedded_generator.distillation import ddim_target, embed_guidance
from text_to_image.embedded_generator.guided_paths import draw_guided_paths
from text_to_image.embedded_generator.recipe import DistillationRecipe
from text_to_image.embedded_generator.tokenizer import build_tokenizer
from text_to_image.embedded_generator.training import train_generator
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.resume_state import ResumeState


@pytest.mark.parametrize("steps", [1, 2, 4, 8])
def test_steps_start_where_the_sampler_starts_them(steps):
    teacher = range(999, -1, -1)
    recipe = DistillationRecipe(learning_rate=1e-3, sampling_steps=steps, teacher_timesteps=tuple(teacher))
    scheduler = build_student_scheduler()
    scheduler.set_timesteps(steps)
    assert recipe.student_timesteps() == tuple(scheduler.timesteps.tolist())


def test_teacher_that_does_not_stop_where_the_student_starts_is_refused():
    with pytest.raises(ValidationError, match=r"its steps start at .*332, 666.* too, which teacher_timesteps lack"):
        DistillationRecipe(sampling_steps=3)


def test_seeing_the_target_leads_where_the_teacher_went():
    """The oracle is diffusers' DDIM step."""
    torch.manual_seed(0)
    scheduler = build_student_scheduler()
    scheduler.set_timesteps(4)
    ends = [*scheduler.alphas_cumprod[scheduler.timesteps][1:], torch.tensor(1.0)]
    for timestep, after in zip(scheduler.timesteps, ends, strict=True):
        noisy, reached = torch.randn(2, 1, 4, 16, 16)
        share = scheduler.alphas_cumprod[timestep]
        clean = ddim_target(noisy, reached, share[None], after[None])
        noise = (noisy - share.sqrt() * clean) / (1 - share).sqrt()
        velocity = share.sqrt() * noise - (1 - share).sqrt() * clean
        assert torch.allclose(scheduler.step(velocity, timestep, noisy).prev_sample, reached, atol=1e-3)


def test_guidance_is_embedded_as_the_pipeline_embeds_it():
    scales = torch.tensor([1.0, 1.5, 3.0])
    theirs = StableDiffusionPipeline.get_guidance_scale_embedding(None, scales - 1, embedding_dim=64)
    assert torch.allclose(embed_guidance(scales, 64), theirs, atol=1e-3)  # of angles up to 2,000


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    recipe = tiny_recipe(1)
    tokenizer = build_tokenizer(tmp_path_factory.mktemp("tokenizer"))
    return recipe, build_text_to_latents(recipe, 4, tokenizer), tokenizer


def draw(taught, folder, **changes):
    recipe, teacher, tokenizer = taught
    recipe = recipe.model_copy(update={"distillation": recipe.distillation.model_copy(update=changes)})
    subjects = [Subject("cat", "black", "green"), Subject("frog", "green", "brown")]
    return draw_guided_paths(recipe, teacher, subjects, tokenizer, False, folder, ResumeState(folder / "time.pt", 1))


def test_paths_lost_in_a_kill_are_drawn_again_the_same(taught, tmp_path):
    first = draw(taught, tmp_path, paths=640)
    lost = tmp_path / "00001.npz"
    kept = lost.read_bytes()
    lost.unlink()
    again = draw(taught, tmp_path, paths=640)
    assert lost.read_bytes() == kept
    assert np.array_equal(first.states, again.states)
    assert not np.array_equal(first.states[:320], first.states[320:])
    assert first.states.shape == (640, taught[0].distillation.sampling_steps + 1, 4, 16, 16)
    assert (first.guidance.min() >= 1, first.guidance.max() <= 3) == (True, True)


def test_paths_without_guidance_are_those_of_one_pass(taught, tmp_path, monkeypatch):
    """Known answer, in float32 on every processor: at scale 1 the guided velocity is the one with words."""
    monkeypatch.setattr(guided_paths, "quick_arithmetic", nullcontext)
    paths = draw(taught, tmp_path, guidance=(1.0, 1.0), teacher_timesteps=(999,))
    _, teacher, _ = taught
    noise = torch.from_numpy(paths.states[:32, 0]).float()
    with torch.inference_mode():
        words = teacher.text_encoder(torch.from_numpy(paths.tokens[:32])).last_hidden_state
        velocity = teacher.unet(noise, 999, encoder_hidden_states=words).sample
    # From pure noise in one step: the clean latent that the network sees, which is minus the velocity.
    assert np.allclose(paths.states[:32, 1], -velocity, atol=0.02)


def test_student_draws_with_one_pass_a_step_and_hears_its_guidance(photographs, tmp_path):
    train_generator(tiny_recipe(1), photographs, False, tmp_path / "state", tmp_path / "model")
    config = GeneratorConfig(model=str(tmp_path / "model"), steps=1, guidance_scale=2, rows_per_forward=2)
    pipeline = Pipeline(config, resolve_model(config))
    rows = []
    pipeline._pipeline.unet.register_forward_pre_hook(lambda module, args: rows.append(len(args[0])))
    images, _ = pipeline(["a cat"] * 2, [2.0] * 2, [1, 2])
    assert rows == [2]
    other, _ = pipeline.under(config.model_copy(update={"guidance_scale": 3.0}))(["a cat"] * 2, [3.0] * 2, [1, 2])
    assert not np.array_equal(images, other)
    with pytest.raises(ValueError, match="distilled with guidance as an input; remove it"):
        Pipeline(
            config.model_copy(update={"prompts": config.prompts.model_copy(update={"negative": "blur"})}),
            resolve_model(config),
        )
    with pytest.raises(ValueError, match="a distilled model, which cannot teach; raise diffusion"):
        train_generator(
            tiny_recipe(0, start_from=str(tmp_path / "model")), photographs, False, tmp_path / "other", tmp_path / "no"
        )
