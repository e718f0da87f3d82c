"""Every sampler solves the model's own equation: with many steps all end in the same image."""

import shutil
from typing import get_args

import diffusers
import numpy as np
import pytest
import torch

from tests.text_to_image.tiny_pipelines import save_stable_diffusion_3
from text_to_image.config import GeneratorConfig, SamplerName
from text_to_image.model_source import resolve_model
from text_to_image.pipeline import Pipeline
from text_to_image.samplers import (
    check_eta,
    check_image_size,
    chosen_scheduler,
    drawn_size,
    load_network_settings,
    load_scheduler,
    network_evaluations,
)

NAMES = get_args(SamplerName)
FOR_FLOWS = ("dpmsolver++", "unipc", "euler", "heun")


@pytest.fixture(scope="module")
def flow_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "flow"
    save_stable_diffusion_3(folder)
    return folder


def settings(model, **changes) -> GeneratorConfig:
    return GeneratorConfig(model=str(model), dtype="float32", guidance_scale=0, rows_per_forward=2, **changes)


def image(model, **changes) -> np.ndarray:
    torch.set_num_threads(1)
    config = settings(model, image_size=32, **changes)
    return Pipeline(config, resolve_model(config))(["a cat"], [0.0], [1])[0][0]


def scheduler(model, **changes):
    config = settings(model, **changes)
    return chosen_scheduler(load_scheduler(config, resolve_model(config)), config)


@pytest.fixture(scope="module")
def finely_solved(tiny_model, flow_model):
    return {"noise": image(tiny_model, steps=80), "flow": image(flow_model, steps=80)}


@pytest.mark.parametrize("name", NAMES)
def test_few_steps_are_finite_and_many_solve_the_models_own_equation(name, tiny_model, finely_solved):
    assert np.isfinite(image(tiny_model, steps=2, sampler=name)).all()
    error = np.abs(image(tiny_model, steps=50, sampler=name) - finely_solved["noise"]).mean()
    assert error < 0.02  # images of other seeds differ by 0.1 and more


@pytest.mark.parametrize("name", FOR_FLOWS)
def test_flow_models_are_solved_too(name, flow_model, finely_solved):
    assert np.abs(image(flow_model, steps=20, sampler=name) - finely_solved["flow"]).mean() < 0.01


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(FOR_FLOWS)))
def test_flow_models_refuse_the_others_in_one_line(name, flow_model):
    with pytest.raises(
        ValueError, match=r"trained by flow matching; choose dpmsolver\+\+, unipc, euler, heun"
    ) as raised:
        scheduler(flow_model, sampler=name)
    assert "\n" not in str(raised.value)


def test_flow_models_refuse_a_spacing(flow_model):
    with pytest.raises(ValueError, match="timestep_spacing is 'trailing': the model was trained by flow matching"):
        scheduler(flow_model, timestep_spacing="trailing")


def test_a_scheduler_without_spacing_refuses_one(tiny_model):
    own = diffusers.IPNDMScheduler()
    with pytest.raises(ValueError, match=r"timestep_spacing is 'trailing'.*\(IPNDMScheduler\) has no such setting"):
        chosen_scheduler(own, settings(tiny_model, timestep_spacing="trailing"))
    assert chosen_scheduler(own, settings(tiny_model)) is own


@pytest.mark.parametrize("name", NAMES)
def test_noise_schedule_prediction_and_spacing_stay_the_models(name, tiny_model):
    own, other = scheduler(tiny_model), scheduler(tiny_model, sampler=name)
    for key in ("beta_start", "beta_end", "beta_schedule", "prediction_type", "timestep_spacing", "steps_offset"):
        assert other.config[key] == own.config[key], key


def test_spacing_holds_with_and_without_a_sampler(tiny_model):
    for sampler in (None, "unipc"):
        assert scheduler(tiny_model, sampler=sampler, timestep_spacing="trailing").config.timestep_spacing == "trailing"


def test_zero_terminal_signal_is_kept_or_refused(tiny_model):
    own = diffusers.DDIMScheduler(rescale_betas_zero_snr=True, prediction_type="v_prediction")
    assert chosen_scheduler(own, settings(tiny_model, sampler="unipc")).config.rescale_betas_zero_snr
    with pytest.raises(ValueError, match="'heun': it cannot start from pure noise"):
        chosen_scheduler(own, settings(tiny_model, sampler="heun"))


def test_heun_is_refused_where_it_diverges(tiny_model):
    cosine = diffusers.DDIMScheduler(beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction")
    with pytest.raises(ValueError, match="'heun': it diverges where a model starts from nearly pure noise"):
        chosen_scheduler(cosine, settings(tiny_model, sampler="heun"))


def test_scheduler_without_noise_schedule_takes_no_other_sampler(tiny_model):
    with pytest.raises(ValueError, match="has no noise schedule that another"):
        chosen_scheduler(diffusers.KarrasVeScheduler(), settings(tiny_model, sampler="ddim"))


@pytest.mark.parametrize(
    ("sampler", "guidance", "evaluations"), [("ddim", 1.0, 7), ("ddim", 1.5, 14), ("heun", 1.0, 13), (None, 1.0, 8)]
)
def test_network_evaluations_are_those_that_happen(sampler, guidance, evaluations, tiny_model):
    config = settings(tiny_model, sampler=sampler, steps=7).model_copy(update={"guidance_scale": guidance})
    source = resolve_model(config)
    scheduler = chosen_scheduler(load_scheduler(config, source), config)
    assert network_evaluations(scheduler, config, load_network_settings(config, source)) == evaluations
    rows = []
    pipeline = Pipeline(config, source)
    pipeline._pipeline.unet.register_forward_pre_hook(lambda module, args: rows.append(len(args[0])))
    pipeline(["a cat"], [guidance], [1])
    assert sum(rows) == evaluations


def test_drawn_size_is_that_of_the_images(tiny_model, flow_model):
    for model in (tiny_model, flow_model):
        config = settings(model, steps=1)
        size = drawn_size(config, resolve_model(config))
        torch.set_num_threads(1)
        assert Pipeline(config, resolve_model(config))(["a cat"], [0.0], [1])[0].shape == (1, size, size, 3)
    assert drawn_size(settings(tiny_model, image_size=48), None) == 48


def test_eta_is_refused_where_the_scheduler_drops_it(tiny_model):
    config = settings(tiny_model, arguments={"eta": 0.5})
    with pytest.raises(ValueError, match="'eta', which has no effect with PNDMScheduler"):
        Pipeline(config, resolve_model(config))
    check_eta(config, scheduler(tiny_model, sampler="ddim"))


def test_size_between_the_decoders_multiples_is_refused_by_its_key(tiny_model):
    config = settings(tiny_model, image_size=47)
    with pytest.raises(ValueError, match=r"generator\.image_size is 47, but .* multiples of 2 alone; write 46 or 48"):
        Pipeline(config, resolve_model(config))
    check_image_size(settings(tiny_model, image_size=48), resolve_model(config))


def test_spacing_that_a_sampler_would_not_hear_is_refused(tiny_model):
    with pytest.raises(ValueError, match=r"dpmsolver\+\+_lu spaces the steps by itself"):
        settings(tiny_model, sampler="dpmsolver++_lu", timestep_spacing="trailing")


def test_spoilt_scheduler_file_is_one_line(tiny_model, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    (model / "scheduler" / "scheduler_config.json").write_text("{")
    config = settings(model)
    with pytest.raises(ValueError, match=r"generator\.model is .* cannot be loaded") as raised:
        load_scheduler(config, resolve_model(config))
    assert "\n" not in str(raised.value)
