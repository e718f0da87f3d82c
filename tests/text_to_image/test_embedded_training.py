"""The embedded generator's training: what it computes, and that neither a kill nor a longer recipe loses a step."""

import json
import sys

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler

from tests.text_to_image.tiny_recipe import tiny_recipe
from text_to_image.embedded_generator.architecture import NOISE_SCHEDULE
from text_to_image.embedded_generator.diffusion_training import min_snr_weight
from text_to_image.embedded_generator.latent_classifier import LatentClassifier
from text_to_image.embedded_generator.model_folder import read_autoencoder
from text_to_image.embedded_generator.open_ended import power_exponent, rate_factor
from text_to_image.embedded_generator.recipe import LatentClassifierRecipe
from text_to_image.embedded_generator.texture import TextureDistance
from text_to_image.embedded_generator.training import train_generator
from text_to_image.embedded_generator.training_record import known_classes, read_record
from text_to_image.resume_state import ResumeState
from workflow_scripts import train_generator as train_generator_command


def weights(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.safetensors"))}


@pytest.fixture(scope="module")
def four_steps(photographs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("four_steps")
    train_generator(tiny_recipe(4), photographs, False, folder / "state", folder / "model")
    return folder / "model"


def test_longer_training_carries_on_where_the_shorter_one_ended(photographs, four_steps, tmp_path):
    train_generator(tiny_recipe(2), photographs, False, tmp_path / "state", tmp_path / "short")
    train_generator(tiny_recipe(4), photographs, False, tmp_path / "state", tmp_path / "long")
    assert weights(tmp_path / "short") != weights(tmp_path / "long") == weights(four_steps)


def test_student_of_other_paths_is_another_one(photographs, four_steps):
    """What a student of fewer paths learned must not end up in one of more."""
    student, *others = (four_steps.parent / "state").glob("student_*.pt")
    assert student.name == f"student_after_4_steps_of_{tiny_recipe(4).distillation.paths}_paths.pt"
    assert not others


def test_training_starts_from_an_earlier_model_and_says_so(photographs, four_steps, tmp_path):
    recipe = tiny_recipe(1, start_from=str(four_steps))
    train_generator(recipe, photographs, False, tmp_path / "state", tmp_path / "model")
    assert known_classes(tmp_path / "model") == ["cat", "frog"]
    assert read_record(tmp_path / "model")["started_from"] == read_record(four_steps)
    assert not any(str(tmp_path) in file.read_text() for file in (tmp_path / "model").rglob("*.json"))
    assert not any(str(four_steps) in file.read_text() for file in (tmp_path / "model").rglob("config.json"))
    before, after = (read_autoencoder(folder).state_dict() for folder in (four_steps, tmp_path / "model"))
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert "decoder" in changed
    assert not changed & {"encoder", "quant_conv"}  # the latents keep their meaning


def test_steps_go_on_from_the_last_save(tmp_path):
    def run(until):
        counter = torch.nn.Parameter(torch.zeros(1))
        parts = {"parameters": torch.nn.ParameterDict({"counter": counter})}
        seen = []
        for step, _ in ResumeState(tmp_path / "state.pt", minutes_between_saves=0).steps(parts, 5, "counting"):
            seen.append(step)
            counter.data += 1
            if step == until:
                break
        return seen, counter.item()

    assert run(until=2) == ([0, 1, 2], 3)
    # The step that was cut off before its save is done again.
    assert run(until=None) == ([2, 3, 4], 5)


def test_training_that_is_longer_than_asked_for_is_refused(tmp_path):
    saved = ResumeState(tmp_path / "state.pt", minutes_between_saves=1)
    assert len(list(saved.steps({}, 3, "generator_training.diffusion"))) == 3
    with pytest.raises(ValueError, match=r"generator_training\.diffusion\.steps is 2, but .*state\.pt holds 3 steps"):
        next(saved.steps({}, 2, "generator_training.diffusion"))
    assert not list(saved.steps({}, 3, "generator_training.diffusion"))


def test_start_that_is_not_there_is_refused_at_once(tmp_path, monkeypatch):
    recipe = json.dumps({"start_from": "nosuch"})
    arguments = ["--photos", "photos.npz", "--recipe", recipe, "--output", str(tmp_path / "model")]
    monkeypatch.setattr(sys, "argv", ["train_generator", *arguments])
    with pytest.raises(ValueError, match=r"generator_training\.start_from is 'nosuch': there is no such folder"):
        train_generator_command.main()


def test_learning_rate_knows_no_end():
    settings = tiny_recipe(4).diffusion
    rates = [rate_factor(settings, step) for step in (0, settings.warmup_steps, 4 * settings.plateau_steps - 1)]
    assert rates == pytest.approx([1 / settings.warmup_steps, 1, 0.5])


def test_average_of_the_weights_has_the_width_asked_for():
    exponent, steps = power_exponent(0.1), 5000
    times = np.arange(1, steps + 1) / steps
    profile = times**exponent / np.sum(times**exponent)
    mean = np.sum(profile * times)
    assert np.sqrt(np.sum(profile * (times - mean) ** 2)) == pytest.approx(0.1, rel=0.01)


def test_loss_weight_is_min_snr():
    alphas = DDPMScheduler(beta_schedule=NOISE_SCHEDULE).alphas_cumprod
    snr = alphas / (1 - alphas)
    weight = min_snr_weight(alphas, 5.0)
    assert torch.allclose(weight[snr < 5], alphas[snr < 5], atol=1e-5)
    assert (weight[snr > 5] < alphas[snr > 5]).all()


def test_perceptual_distance_is_none_for_the_same_and_grows_with_the_difference():
    torch.manual_seed(0)
    classifier = LatentClassifier(LatentClassifierRecipe(width=8), 4, 2).eval()
    latents = torch.randn(3, 4, 16, 16)
    noise = torch.randn_like(latents)
    near, far = (classifier.distance(latents + strength * noise, latents) for strength in (0.1, 1.0))
    assert torch.equal(classifier.distance(latents, latents), torch.zeros(3))
    assert (near < far).all()


def test_distance_in_texture_is_blind_to_the_pattern_and_sees_smoothness():
    torch.manual_seed(0)
    grainy, also_grainy = 0.2 * torch.randn(2, 4, 3, 32, 32)
    smooth = torch.nn.functional.avg_pool2d(grainy, 3, 1, 1)
    distance = TextureDistance(grainy)
    assert distance(grainy, grainy) == 0
    assert distance(grainy, also_grainy) < 0.3 < 0.6 < distance(smooth, grainy) < distance(0 * grainy, grainy) <= 1
