"""From latents to pixels: the model's own decoder, the same tile by tile, or a tiny one in its place.

Whichever it is, it decodes one image at a time, so that its peak of memory, which is the whole pipeline's for large
images, does not limit how many are drawn together. Small images, which need little memory, are decoded together: for
the embedded model that is three times faster.
"""

from diffusers import AutoencoderTiny, DiffusionPipeline
from safetensors import SafetensorError

from photographs.first_line import first_line
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import where_to_load

SMALL_PIXELS = 128


def prepare_decoder(pipeline: DiffusionPipeline, config: GeneratorConfig) -> None:
    """Set the pipeline's decoder up as `generator.vae` says.

    Raises:
        ValueError: the setting asks for what this pipeline's decoder cannot do, or for a tiny one that does not fit it.
    """
    vae = getattr(pipeline, "vae", None)
    if config.vae == "tiny":
        vae = _tiny_decoder(pipeline, config)
        pipeline.register_modules(vae=vae)
    if config.vae == "tiled":
        if not hasattr(vae, "enable_tiling"):
            raise ValueError(f"generator.vae is 'tiled', but {type(pipeline).__name__} has no such decoder; write full")
        vae.enable_tiling()
    if hasattr(vae, "enable_slicing") and not _draws_small_images(pipeline, config):
        vae.enable_slicing()


def _draws_small_images(pipeline: DiffusionPipeline, config: GeneratorConfig) -> bool:
    """Decide by the settings and the model alone, never by free memory: rounding differs between the two ways."""
    if config.image_size is not None:
        return config.image_size <= SMALL_PIXELS
    network = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    latent_size = getattr(getattr(network, "config", None), "sample_size", None)
    return isinstance(latent_size, int) and latent_size * pipeline.vae_scale_factor <= SMALL_PIXELS


def _tiny_decoder(pipeline: DiffusionPipeline, config: GeneratorConfig) -> AutoencoderTiny:
    own = getattr(pipeline, "vae", None)
    if own is None:
        raise ValueError(f"generator.vae is 'tiny', but {type(pipeline).__name__} has no decoder; write full")
    location = where_to_load(config.tiny_vae, config.tiny_vae_revision)
    try:
        tiny = AutoencoderTiny.from_pretrained(
            config.tiny_vae, use_safetensors=True, torch_dtype=own.dtype, **location
        ).to(own.device)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ValueError(
            f"generator.tiny_vae is {config.tiny_vae!r}: it cannot be loaded as an AutoencoderTiny "
            f"({first_line(error)}); if a file is spoilt, get it again"
        ) from error
    theirs = (tiny.config.latent_channels, len(tiny.config.decoder_block_out_channels))
    ours = (own.config.latent_channels, len(own.config.block_out_channels))
    if theirs != ours:
        raise ValueError(
            f"generator.tiny_vae is {config.tiny_vae!r}: it decodes {theirs[0]} latent channels, halved "
            f"{theirs[1] - 1} times, the model has {ours[0]}, halved {ours[1] - 1} times; choose the one made for it"
        )
    return tiny
