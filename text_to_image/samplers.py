"""Which solver takes a model from noise to image, and what an image costs with it.

A sampler changes how the model's own differential equation is solved, never which: noise levels, what the network
predicts, and how the steps are spread stay the model's. All samplers offered are deterministic, so that an image is a
function of its initial noise.
"""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

import diffusers
from diffusers import SchedulerMixin

from text_to_image.config import GeneratorConfig, passes_a_step
from text_to_image.loading_failures import loading_in_plain_words
from text_to_image.model_source import ModelSource, where_to_load


class _Solver(NamedTuple):
    scheduler: str
    options: dict[str, Any]


# Liu et al. 2022 (2206.00927, 2211.01095: DPM-Solver++), Zhao et al. 2023 (2302.04867: UniPC), Zhang & Chen 2023
# (2204.13902: DEIS), Song et al. 2021 (2010.02502: DDIM), Karras et al. 2022 (2206.00364: Euler, Heun).
_FOR_NOISE_SCHEDULES = {
    "dpmsolver++": _Solver("DPMSolverMultistepScheduler", {}),
    # Steps even in log signal-to-noise (Lu et al. 2022, section 3.4) instead of as the spacing says.
    "dpmsolver++_lu": _Solver("DPMSolverMultistepScheduler", {"use_lu_lambdas": True}),
    "unipc": _Solver("UniPCMultistepScheduler", {}),
    "deis": _Solver("DEISMultistepScheduler", {}),
    # Clipping is for models of pixels; a latent may lie beyond 1.
    "ddim": _Solver("DDIMScheduler", {"clip_sample": False}),
    "euler": _Solver("EulerDiscreteScheduler", {}),
    "heun": _Solver("HeunDiscreteScheduler", {}),
}
_FOR_FLOWS = {
    "dpmsolver++": _Solver("DPMSolverMultistepScheduler", {}),
    "unipc": _Solver("UniPCMultistepScheduler", {}),
    "euler": _Solver("FlowMatchEulerDiscreteScheduler", {}),
    "heun": _Solver("FlowMatchHeunDiscreteScheduler", {}),
}
_NOISE_SCHEDULE = (
    *("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas", "prediction_type"),
    *("timestep_spacing", "steps_offset", "rescale_betas_zero_snr"),
)
# Share of signal at the first step. Heun's steps are in noise over signal, whose first is then so long that its
# correction throws the image away: with the cosine schedule (2e-9) images came out saturated at 8 steps.
_NEARLY_PURE_NOISE = 1e-6


def chosen_scheduler(own: SchedulerMixin, config: GeneratorConfig) -> SchedulerMixin:
    """Return the scheduler that `config.sampler` and `config.timestep_spacing` ask for, on the model's own terms.

    Args:
        own: the scheduler that came with the model; returned as it is if neither setting is given.

    Raises:
        ValueError: the model cannot be sampled that way.
    """
    flow = _is_flow(own)
    if flow and config.timestep_spacing is not None:
        raise ValueError(
            f"generator.timestep_spacing is {config.timestep_spacing!r}: the model was trained by flow matching, "
            "whose steps have no such setting; remove it"
        )
    spacing = {} if config.timestep_spacing is None else {"timestep_spacing": config.timestep_spacing}
    if config.sampler is None:
        if spacing and "timestep_spacing" not in inspect.signature(type(own).__init__).parameters:
            raise ValueError(
                f"generator.timestep_spacing is {config.timestep_spacing!r}: the model's scheduler "
                f"({type(own).__name__}) has no such setting; set it to null"
            )
        return type(own).from_config(own.config, **spacing) if spacing else own
    return _flow_scheduler(own, config.sampler) if flow else _noise_scheduler(own, config.sampler, spacing)


def check_eta(config: GeneratorConfig, scheduler: SchedulerMixin) -> None:
    """Check that `arguments.eta` reaches the scheduler: pipelines hand it on to those that take it, and drop it else.

    Raises:
        ValueError: it does not.
    """
    if "eta" in config.arguments and "eta" not in inspect.signature(scheduler.step).parameters:
        raise ValueError(
            f"generator.arguments has 'eta', which has no effect with {type(scheduler).__name__}; remove it, or set "
            "sampler to ddim"
        )


def network_evaluations(scheduler: SchedulerMixin, config: GeneratorConfig, network: Mapping[str, Any]) -> int:
    """Return how often the network runs for one image: once a time step, or twice with guidance.

    Args:
        scheduler: what `chosen_scheduler` returned; its time steps are set.
        network: the network's own settings, as `load_network_settings` returns them.
    """
    # Where the schedule depends on the image's size, the number of steps does not: any value will do.
    shift = {"mu": 1.0} if scheduler.config.get("use_dynamic_shifting") else {}
    scheduler.set_timesteps(config.steps, **shift)
    return len(scheduler.timesteps) * passes_a_step(config, network)


def load_scheduler(config: GeneratorConfig, source: ModelSource) -> SchedulerMixin:
    """Return the model's own scheduler without loading its networks.

    Raises:
        ValueError: the pipeline has no one scheduler, as cascades of several models; or its file cannot be read.
    """
    index = _load_index(config, source)
    if "scheduler" not in index:
        raise ValueError(
            f"generator.model is {config.model!r}: {source.pipeline_class} has no one scheduler, so a sweep cannot "
            "count what its images cost; remove sweeps, or choose another model"
        )
    kind = getattr(diffusers, index["scheduler"][1])
    with loading_in_plain_words(config, source):
        return kind.from_pretrained(config.model, subfolder="scheduler", **where_to_load(config.model, source.revision))


def drawn_size(config: GeneratorConfig, source: ModelSource) -> int | None:
    """Return the pixels a side that the model draws, or None where its files do not say so."""
    if config.image_size is not None:
        return config.image_size
    latent, enlargement = load_network_settings(config, source).get("sample_size"), _enlargement(config, source)
    return latent * enlargement if isinstance(latent, int) and enlargement else None


def check_image_size(config: GeneratorConfig, source: ModelSource) -> None:
    """Check that latents can have the size that `image_size` asks for.

    Raises:
        ValueError: the model's decoder enlarges them by a factor that the size is no multiple of.
    """
    if config.image_size is None or not (enlargement := _enlargement(config, source)):
        return
    if config.image_size % enlargement:
        below = config.image_size // enlargement * enlargement
        raise ValueError(
            f"generator.image_size is {config.image_size}, but {config.model} draws multiples of {enlargement} alone; "
            f"write {below or enlargement} or {below + enlargement}"
        )


def _enlargement(config: GeneratorConfig, source: ModelSource) -> int | None:
    """Return how many pixels a side the decoder makes of a latent's one, or None where the model's files do not say."""
    if "vae" not in _load_index(config, source):
        return None
    blocks = _load_settings(config, source, "vae").get("block_out_channels")
    return 2 ** (len(blocks) - 1) if blocks else None


def load_network_settings(config: GeneratorConfig, source: ModelSource) -> Mapping[str, Any]:
    """Return the settings of the network that the steps run, without building it; none for cascades of several."""
    index = _load_index(config, source)
    name = next((name for name in ("unet", "transformer") if name in index), None)
    return _load_settings(config, source, name) if name else {}


def _load_index(config: GeneratorConfig, source: ModelSource) -> Mapping[str, Any]:
    with loading_in_plain_words(config, source):
        return diffusers.DiffusionPipeline.load_config(config.model, **where_to_load(config.model, source.revision))


def _load_settings(config: GeneratorConfig, source: ModelSource, part: str) -> Mapping[str, Any]:
    # Any model class reads the file.
    load = diffusers.UNet2DConditionModel.load_config
    with loading_in_plain_words(config, source):
        return load(config.model, subfolder=part, **where_to_load(config.model, source.revision))


def _is_flow(scheduler: SchedulerMixin) -> bool:
    settings = scheduler.config
    return (
        type(scheduler).__name__.startswith("FlowMatch")
        or bool(settings.get("use_flow_sigmas"))
        or settings.get("prediction_type") == "flow_prediction"
    )


def _flow_scheduler(own: SchedulerMixin, sampler: str) -> SchedulerMixin:
    # Schedules that depend on the image's size reach the scheduler as a list of noise levels, which others do not take.
    offered = ("euler",) if own.config.get("use_dynamic_shifting") else tuple(_FOR_FLOWS)
    if sampler not in offered:
        raise ValueError(
            f"generator.sampler is {sampler!r}: the model was trained by flow matching; "
            f"choose {', '.join(offered)}, or null for the model's own"
        )
    if sampler == "euler" and type(own).__name__ == "FlowMatchEulerDiscreteScheduler":
        return own
    kind = getattr(diffusers, _FOR_FLOWS[sampler].scheduler)
    shift = own.config.get("shift", own.config.get("flow_shift", 1.0))
    common = {"num_train_timesteps": own.config["num_train_timesteps"]}
    if kind.__name__.startswith("FlowMatch"):
        return kind(**common, shift=shift)
    return kind(**common, prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=shift)


def _noise_scheduler(own: SchedulerMixin, sampler: str, spacing: dict[str, str]) -> SchedulerMixin:
    if not {"prediction_type", "beta_schedule"} <= set(own.config):
        raise ValueError(
            f"generator.sampler is {sampler!r}: the model's own {type(own).__name__} has no noise schedule that "
            "another sampler could take over; write null"
        )
    solver = _FOR_NOISE_SCHEDULES[sampler]
    kind = getattr(diffusers, solver.scheduler)
    known = inspect.signature(kind.__init__).parameters
    if own.config.get("rescale_betas_zero_snr") and "rescale_betas_zero_snr" not in known:
        raise ValueError(
            f"generator.sampler is {sampler!r}: it cannot start from pure noise (zero terminal signal-to-noise), as "
            "this model was trained to; choose dpmsolver++, unipc, ddim or euler, or null for the model's own"
        )
    if sampler == "heun" and own.alphas_cumprod[-1] < _NEARLY_PURE_NOISE:
        raise ValueError(
            "generator.sampler is 'heun': it diverges where a model starts from nearly pure noise, as this one does; "
            "choose unipc, or null for the model's own"
        )
    kept = {name: own.config[name] for name in _NOISE_SCHEDULE if name in own.config and name in known}
    return kind(**kept | spacing | solver.options)
