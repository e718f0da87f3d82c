"""What a pipeline is called with: diffusers' classes differ in what they take, and nothing may be dropped silently."""

import inspect
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from diffusers import DiffusionPipeline

from text_to_image.config import (
    GeneratorConfig,
    guidance_range,
    passes_a_step,
    takes_guidance,
    uses_guidance,
    uses_true_guidance,
)
from text_to_image.guidance import batch_guidance, range_refused

_ALWAYS_GIVEN = ("prompt", "generator", "output_type")
# By these a scale of s is (conditional + s * difference), which others call 1 + s: at 0 there is none.
_GUIDE_FROM_ZERO = ("ZImagePipeline", "ZImageOmniPipeline", "Krea2Pipeline")
# By this one only 1 is none: at 0 the prompt has no part in it.
_OFF_AT_ONE = ("LDMTextToImagePipeline",)
_SETTINGS = {*_ALWAYS_GIVEN, "num_inference_steps", "guidance_scale", "negative_prompt", "height", "width"}
# Noise, the number of images and the kind of answer are this project's to give; a second prompt would be in no record,
# and held to no length; the rest takes objects of diffusers', which no setting can be.
_NO_SETTINGS = re.compile(
    r"return_dict|num_\w+_per_prompt|(negative_)?prompt_\d+|(negative_)?ip_adapter\w*|(\w+_)?callback\w*|(\w+_)?latents"
    r"|\w+_(embeds|mask|kwargs)(_\w+)?"
)


def accepted_arguments(pipeline_class: type[DiffusionPipeline]) -> dict[str, bool]:
    """Return the names of the arguments of a call, each with whether it must be given."""
    parameters = inspect.signature(pipeline_class.__call__).parameters.values()
    return {
        parameter.name: parameter.default is inspect.Parameter.empty
        for parameter in parameters
        if parameter.name != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }


def check_call(
    config: GeneratorConfig, pipeline_class: str, accepted: dict[str, bool], network: Mapping[str, Any]
) -> None:
    """Check that every setting reaches the pipeline.

    Args:
        accepted: what the pipeline takes, as `accepted_arguments` has it.
        network: the settings of the network that its steps run.

    Raises:
        ValueError: the class draws no pictures from prompts, or a setting would have no effect with it.
    """
    _check_draws_from_prompts(config, pipeline_class, accepted)
    _check_arguments(config, pipeline_class, accepted, network)
    if "num_inference_steps" not in accepted and not _given_elsewhere(config, "num_inference_steps"):
        raise ValueError(
            f"generator.steps is {config.steps}, but {pipeline_class} takes no such number; set under "
            f"generator.arguments {_alternatives(accepted, 'num_inference_steps')}"
        )
    if "guidance_scale" not in accepted and uses_guidance(config):
        raise ValueError(
            f"generator.guidance_scale is {json.dumps(config.guidance_scale)}, but {pipeline_class} takes none; set it "
            f"to 0 and, under generator.arguments, {_alternatives(accepted, 'guidance_scale')}"
        )
    _check_guidance_is_the_usual(config, pipeline_class)
    _check_guidance_as_input(config, network)
    if "true_cfg_scale" in accepted and uses_guidance(config) and not takes_guidance(network):
        raise ValueError(
            f"generator.guidance_scale is {json.dumps(config.guidance_scale)}, but has no effect with {config.model}, "
            "whose network takes none; set it to 0, or to guide against prompts.negative arguments.true_cfg_scale"
        )
    if "height" not in accepted and config.image_size is not None:
        raise ValueError(
            f"generator.image_size is {config.image_size}, but {pipeline_class} draws in its own size alone; set null"
        )
    _check_negative_prompt(config, pipeline_class, accepted, network)


def _check_guidance_is_the_usual(config: GeneratorConfig, pipeline_class: str) -> None:
    low, high = guidance_range(config)
    if pipeline_class in _GUIDE_FROM_ZERO and low != high:
        raise ValueError(
            f"generator.guidance_scale is {[low, high]}, but {pipeline_class} guides image by image and cannot take a "
            "range; give one number"
        )
    if pipeline_class in _GUIDE_FROM_ZERO and 0 < low <= 1:
        raise ValueError(
            f"generator.guidance_scale is {low:g}, at which guidance is off elsewhere and {pipeline_class} guides as "
            f"others do at {1 + low:g}; write 0 for none, or more than 1"
        )
    if pipeline_class in _OFF_AT_ONE and high < 1:
        raise ValueError(
            f"generator.guidance_scale is {json.dumps(config.guidance_scale)}, at which {pipeline_class} leaves the "
            "prompt aside; write 1 for no guidance"
        )


def _check_guidance_as_input(config: GeneratorConfig, network: Mapping[str, Any]) -> None:
    low, high = guidance_range(config)
    if takes_guidance(network) and low != high:
        raise range_refused(config)
    if low < lowest_guidance(network):
        raise ValueError(
            f"generator.guidance_scale is {low:g}, but {config.model} was distilled with guidance as an input, from 1 "
            "upwards; write 1 for none"
        )


def lowest_guidance(network: Mapping[str, Any]) -> int:
    """Return the lowest guidance scale that a network with these settings can be asked for, 0 or 1."""
    # These U-Nets are told what the scale has above 1 (Meng et al. 2023), and never saw less than nothing there.
    return 1 if network.get("time_cond_proj_dim") is not None else 0


def _check_arguments(
    config: GeneratorConfig, pipeline_class: str, accepted: Collection[str], network: Mapping[str, Any]
) -> None:
    for name in config.arguments:
        if name in _SETTINGS:
            why = "is given by other settings"
        elif name not in accepted:
            why = f"is no argument of {pipeline_class}"
        elif _NO_SETTINGS.fullmatch(name):
            why = "is none of what settings can give"
        else:
            continue
        raise ValueError(f"generator.arguments has {name!r}, which {why}; remove it")
    if config.arguments.get("guidance_rescale") and passes_a_step(config, network) == 1:
        raise ValueError(
            "generator.arguments has 'guidance_rescale', which has no effect without guidance; remove it, or raise "
            "guidance_scale above 1"
        )


def call_arguments(config: GeneratorConfig, accepted: Collection[str], scales: list[float]) -> dict:
    """Return the arguments of a call but the prompts, the noise and the kind of output.

    Args:
        accepted: what the pipeline takes, as `accepted_arguments` has it.
        scales: each image's guidance scale.
    """
    arguments = dict(config.arguments)
    if "num_inference_steps" in accepted:
        arguments["num_inference_steps"] = config.steps
    if "guidance_scale" in accepted:
        arguments["guidance_scale"] = batch_guidance(config, scales)
    if config.prompts.negative is not None:
        arguments["negative_prompt"] = [config.prompts.negative] * len(scales)
    if config.image_size is not None:
        arguments |= {"height": config.image_size, "width": config.image_size}
    return arguments


def _check_draws_from_prompts(config: GeneratorConfig, pipeline_class: str, accepted: dict[str, bool]) -> None:
    missing = [name for name in _ALWAYS_GIVEN if name not in accepted]
    needed = [name for name, must in accepted.items() if must and name != "prompt" and name not in config.arguments]
    if missing or needed or "num_frames" in accepted:
        reason = f"takes no {missing[0]}" if missing else f"needs {needed[0]}" if needed else "makes films"
        raise ValueError(
            f"generator.model is {config.model!r}: {pipeline_class} {reason}, so it does not draw pictures from "
            "prompts alone; choose a text-to-image model"
        )


def _check_negative_prompt(
    config: GeneratorConfig, pipeline_class: str, accepted: Collection[str], network: Mapping[str, Any]
) -> None:
    # Some take their network's distilled guidance by the usual name, and guide against a negative prompt by another.
    by_another_name = "true_cfg_scale" in accepted
    steers = uses_true_guidance(config) if by_another_name else passes_a_step(config, network) == 2
    if config.prompts.negative is None or (steers and "negative_prompt" in accepted):
        return
    if takes_guidance(network) and not by_another_name:
        raise ValueError(
            f"generator.prompts.negative is set, but has no effect with {config.model}, which was distilled with "
            "guidance as an input; remove it"
        )
    scale = "arguments.true_cfg_scale" if by_another_name else "guidance_scale"
    raise ValueError(
        f"generator.prompts.negative is set, but has no effect with {pipeline_class} at guidance_scale "
        f"{json.dumps(config.guidance_scale)}; remove it, or raise {scale} above 1"
    )


def _given_elsewhere(config: GeneratorConfig, name: str) -> bool:
    return any(argument.endswith(name) for argument in config.arguments)


def _alternatives(accepted: Collection[str], name: str) -> str:
    return " and ".join(other for other in accepted if other.endswith(name)) or "what it takes in its place (none)"
