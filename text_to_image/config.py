"""Settings of the generated photographs: a text-to-image pipeline, or a folder of images in its place."""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt, StrictBool, field_validator, model_validator

from photographs.strict_settings import StrictSettings
from text_to_image.model_names import plainly_spelt, require_no_revision_of_folder
from text_to_image.prompt_settings import Prompts

ResamplingKernel = Literal["box", "bilinear", "hamming", "bicubic", "lanczos"]
SamplerName = Literal["dpmsolver++", "dpmsolver++_lu", "unipc", "deis", "ddim", "euler", "heun"]
ModelName = Annotated[str, Field(min_length=1), AfterValidator(plainly_spelt)]


class RejectionConfig(StrictSettings):
    """Rejection sampling: an image that a classifier does not take for its class is drawn again."""

    classifier: ModelName = Field(
        description="An image classifier in transformers' layout whose labels include the study's classes: a hub id, "
        "or a folder (relative to the study). What it was trained on, the images owe to it."
    )
    revision: str | None = Field(None, description="Its branch, tag or commit on the hub; resolved once.")
    least_probability: float = Field(
        0.5, gt=0, lt=1, description="Probability of its class, by the classifier, that an image must have to be kept."
    )
    max_rejections: PositiveInt = Field(
        100, description="How many times one image may be refused before the job stops and says so."
    )

    @model_validator(mode="after")
    def _revision_has_an_effect(self) -> "RejectionConfig":
        require_no_revision_of_folder("revision", self.classifier, self.revision)
        return self


class GeneratorConfig(StrictSettings):
    """A text-to-image pipeline: a model on the Hugging Face hub, or a folder of the same layout."""

    model: ModelName = Field(description="A hub id such as stabilityai/sd-turbo, or a folder (relative to the study).")
    revision: str | None = Field(
        None, description="Branch, tag or commit on the hub. A branch is resolved once; the manifest keeps its commit."
    )
    variant: str | None = Field(None, description="Weights variant on the hub, such as fp16: half the download.")
    prompts: Prompts = Prompts()
    guidance_scale: float | tuple[float, float] = Field(
        1.5,
        description="One value, or [low, high] to draw each image's own. 1: off, and so is 0, which the cards of Turbo "
        "models ask for; models distilled with guidance as an input, as the embedded one, take 1 and more. "
        "1 to 2 transfers best to real photographs; the usual 7.5 makes images that look alike.",
    )
    steps: PositiveInt = Field(10, description="Denoising steps. Turbo models: 1 to 4; others 20 to 50.")
    sampler: SamplerName | None = Field(
        None,
        description="Solver that takes the steps; null: the model's own. Models trained by flow matching take "
        "dpmsolver++, unipc, euler and heun. heun runs the network nearly twice a step.",
    )
    image_size: PositiveInt | None = Field(None, description="Pixels a side that the model draws; null: its own size.")
    timestep_spacing: Literal["leading", "linspace", "trailing"] | None = Field(
        None, description="How the steps are spread over the noise levels; null: as the model's scheduler says."
    )
    arguments: dict[str, bool | int | float | str] = Field(
        {},
        description="Further arguments of the pipeline's call, by diffusers' names, for settings that only some "
        "pipelines have, such as true_cfg_scale or prior_num_inference_steps.",
    )
    resampling: ResamplingKernel | Literal["none"] = Field(
        "box",
        description="Kernel that takes the image to 32x32, anti-aliased. A study needs one; none keeps the model's "
        "own size, which sweeps over kernels use to draw each image once.",
    )
    seed: int = Field(0, ge=0, description="Another seed: other images of the same kind.")
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto", description="auto: float16 on a GPU, bfloat16 arithmetic on a CPU that has it, else float32."
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: a GPU if torch sees one, else the CPU.")
    rows_per_forward: PositiveInt | Literal["auto"] = Field(
        8,
        description="Images that pass the network together. Another value changes the last bits of every image, which "
        "is why it is fixed and not the batch size. More is faster on a GPU with memory to spare. auto: found once, by "
        "trying on the device, and kept in the generator's manifest.",
    )
    compile: StrictBool | Literal["auto"] = Field(
        False,
        description="Compile the network (torch.compile): faster after a start of a minute or more. It changes every "
        "image a little. auto: on a GPU with a C compiler beside it, for models of more than four steps; settled once, "
        "in the manifest.",
    )
    vae: Literal["full", "tiled", "tiny"] = Field(
        "full",
        description="How latents become pixels: the model's decoder; the same in tiles (large images, little memory); "
        "or tiny_vae in its place (much faster, a little less detail).",
    )
    tiny_vae: ModelName | None = Field(
        None, description="With vae: tiny. Hub id such as madebyollin/taesd, or folder, of an AutoencoderTiny."
    )
    tiny_vae_revision: str | None = Field(None, description="Its branch, tag or commit on the hub; resolved once.")
    max_redraws: int = Field(5, ge=0, description="How often a blank, NaN or safety-blanked image is drawn again.")
    rejection: RejectionConfig | None = Field(
        None, description="Draw again what a classifier does not take for its class; null: keep every sound image."
    )

    @field_validator("guidance_scale")
    @classmethod
    def _ordered(cls, value):
        low, high = value if isinstance(value, tuple) else (value, value)
        if not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError("it must be a number, or [low, high]")
        if low < 0:
            raise ValueError("it leads away from the words; write 1 for no guidance, or more")
        if low > high:
            raise ValueError(f"[{low:g}, {high:g}] runs downwards; write [low, high]")
        if low < 1 < high:
            # Guidance is on for all images of a range, and below 1 it leads away from the words: at 0 they say nothing.
            raise ValueError(f"[{low:g}, {high:g}] begins below 1, where images lose their class; write [1, {high:g}]")
        return value

    @field_validator("arguments")
    @classmethod
    def _numbers_are_numbers(cls, value):
        for name, argument in value.items():
            if isinstance(argument, float) and not math.isfinite(argument):
                raise ValueError(f"{name} is {argument}; give a number")
        scale = value.get("true_cfg_scale", 1)
        if isinstance(scale, str | bool):
            raise ValueError(f"true_cfg_scale is {json.dumps(scale)}; it takes a number")
        return value

    @model_validator(mode="after")
    def _revisions_have_an_effect(self) -> "GeneratorConfig":
        require_no_revision_of_folder("revision", self.model, self.revision)
        if self.tiny_vae is not None:
            require_no_revision_of_folder("tiny_vae_revision", self.tiny_vae, self.tiny_vae_revision)
        elif self.tiny_vae_revision is not None:
            raise ValueError(
                f"tiny_vae_revision is {self.tiny_vae_revision!r}, but there is no tiny_vae; name one, or remove it"
            )
        return self

    @model_validator(mode="after")
    def _spacing_has_an_effect(self) -> "GeneratorConfig":
        if self.sampler == "dpmsolver++_lu" and self.timestep_spacing is not None:
            raise ValueError(
                f"timestep_spacing is {self.timestep_spacing!r}, but sampler dpmsolver++_lu spaces the steps by "
                "itself; set timestep_spacing to null, or take dpmsolver++"
            )
        return self

    @model_validator(mode="after")
    def _tiny_vae_named_where_used(self) -> "GeneratorConfig":
        if (self.vae == "tiny") != (self.tiny_vae is not None):
            raise ValueError(
                f"vae is {self.vae!r} and tiny_vae is {self.tiny_vae!r}: they go together; name a tiny_vae such as "
                "madebyollin/taesd with vae: tiny, and none otherwise"
            )
        return self


class ImageFolderConfig(StrictSettings):
    """A folder of images that were generated elsewhere: one sub-folder a class, or CIFAKE's flat layout."""

    folder: str = Field(min_length=1, description="The folder (relative to the study).")
    resampling: ResamplingKernel = "box"


def guidance_range(config: GeneratorConfig) -> tuple[float, float]:
    """Return the lowest and highest guidance scale."""
    scale = config.guidance_scale
    return scale if isinstance(scale, tuple) else (scale, scale)


def uses_guidance(config: GeneratorConfig) -> bool:
    """Return whether guidance is on."""
    return guidance_range(config)[1] > 1


def passes_a_step(config: GeneratorConfig, network: Mapping[str, Any]) -> int:
    """Return how often the network runs a step: with guidance twice, with and without the prompt.

    Args:
        network: the network's own settings. Distilled ones that take the guidance scale as an input run once, unless
            `true_cfg_scale` guides them against a negative prompt besides.
    """
    guides = uses_guidance(config) and not takes_guidance(network)
    return 2 if guides or (uses_true_guidance(config) and config.prompts.negative is not None) else 1


def uses_true_guidance(config: GeneratorConfig) -> bool:
    """Return whether a negative prompt guides by `true_cfg_scale`, as in pipelines of networks that take guidance."""
    return config.arguments.get("true_cfg_scale", 1) > 1


def takes_guidance(network: Mapping[str, Any]) -> bool:
    """Return whether a network with these settings takes the guidance scale as an input (latent consistency, Flux)."""
    return network.get("time_cond_proj_dim") is not None or bool(network.get("guidance_embeds"))
