"""Settings of the generated photographs: a text-to-image pipeline, or a folder of images in its place."""

import string
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

ResamplingKernel = Literal["box", "bilinear", "hamming", "bicubic", "lanczos"]
PLACEHOLDERS = ("class", "a_class", "domain", "a_domain")


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Prompts(_Settings):
    """How a class becomes words. Each image draws its template and domain by its identity."""

    templates: tuple[str, ...] = Field(
        ("{a_domain} of {a_class}",),
        min_length=1,
        description="Sentences with {class} or {a_class} (with its article), and {domain} or {a_domain}. "
        "More variety transfers better to real photographs than any other setting but guidance.",
    )
    domains: tuple[str, ...] = Field(("photo",), min_length=1, description="What {domain} may stand for.")
    class_words: dict[str, str] = Field(
        {}, description="The words to use for a class where its name misleads, such as crane: 'crane bird'."
    )
    negative: str | None = Field(None, description="What to steer away from; needs guidance above 1.")

    @field_validator("templates")
    @classmethod
    def _names_the_class(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            names = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
            if unknown := names - set(PLACEHOLDERS):
                raise ValueError(f"{template!r} has {{{unknown.pop()}}}; known are {', '.join(PLACEHOLDERS)}")
            if not names & {"class", "a_class"}:
                raise ValueError(f"{template!r} does not name the class; put {{class}} or {{a_class}} in it")
        return templates


class GeneratorConfig(_Settings):
    """A text-to-image pipeline: a model on the Hugging Face hub, or a folder of the same layout."""

    model: str = Field(description="A hub id such as stabilityai/sd-turbo, or a folder (relative to the study).")
    revision: str | None = Field(
        None, description="Branch, tag or commit on the hub. A branch is resolved once; the manifest keeps its commit."
    )
    variant: str | None = Field(None, description="Weights variant on the hub, such as fp16: half the download.")
    prompts: Prompts = Prompts()
    guidance_scale: float | tuple[float, float] = Field(
        1.5,
        description="One value, or [low, high] to draw each image's own. 1 and below: off (as distilled models need). "
        "1 to 2 transfers best to real photographs; the usual 7.5 makes images that look alike.",
    )
    steps: PositiveInt = Field(10, description="Denoising steps. Turbo models: 1 to 4; others 20 to 50.")
    image_size: PositiveInt | None = Field(None, description="Pixels a side that the model draws; null: its own size.")
    timestep_spacing: Literal["leading", "linspace", "trailing"] | None = Field(
        None, description="How the steps are spread over the noise levels; null: as the model's scheduler says."
    )
    resampling: ResamplingKernel = Field("box", description="Kernel that takes the image to 32x32, anti-aliased.")
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
    compile: bool | Literal["auto"] = Field(
        False,
        description="Compile the network (torch.compile): faster after a start of a minute or more. It changes every "
        "image a little. auto: on a GPU, for models of more than four steps; settled once, in the manifest.",
    )
    vae: Literal["full", "tiled", "tiny"] = Field(
        "full",
        description="How latents become pixels: the model's decoder; the same in tiles (large images, little memory); "
        "or tiny_vae in its place (much faster, a little less detail).",
    )
    tiny_vae: str | None = Field(
        None, description="With vae: tiny. Hub id such as madebyollin/taesd, or folder, of an AutoencoderTiny."
    )
    tiny_vae_revision: str | None = Field(None, description="Its branch, tag or commit on the hub; resolved once.")
    max_redraws: int = Field(5, ge=0, description="How often a blank, NaN or safety-blanked image is drawn again.")

    @field_validator("guidance_scale")
    @classmethod
    def _ordered(cls, value):
        if isinstance(value, tuple) and value[0] > value[1]:
            raise ValueError(f"[{value[0]}, {value[1]}] runs downwards; write [low, high]")
        return value

    @model_validator(mode="after")
    def _tiny_vae_named_where_used(self) -> "GeneratorConfig":
        if (self.vae == "tiny") != (self.tiny_vae is not None):
            raise ValueError(
                f"vae is {self.vae!r} and tiny_vae is {self.tiny_vae!r}: they go together; name a tiny_vae such as "
                "madebyollin/taesd with vae: tiny, and none otherwise"
            )
        return self


class ImageFolderConfig(_Settings):
    """A folder of images that were generated elsewhere: one sub-folder a class, or CIFAKE's flat layout."""

    folder: str = Field(description="The folder (relative to the study).")
    resampling: ResamplingKernel = "box"


def guidance_range(config: GeneratorConfig) -> tuple[float, float]:
    """Return the lowest and highest guidance scale."""
    scale = config.guidance_scale
    return scale if isinstance(scale, tuple) else (scale, scale)


def uses_guidance(config: GeneratorConfig) -> bool:
    """Return whether the network runs twice a step, with and without the prompt."""
    return guidance_range(config)[1] > 1
