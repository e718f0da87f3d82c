"""Training of the decoder alone: the latents stay, and what is drawn from them gets the texture of photographs."""

import numpy as np
import torch
from diffusers import AutoencoderKL

from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.autoencoder_training import to_model_range
from text_to_image.embedded_generator.open_ended import averaged_copy, descend, set_rate
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.embedded_generator.texture import TextureDistance
from text_to_image.resume_state import ResumeState

# Photographs that the mean strengths of the texture's bands are taken from: a thousand are plenty.
_MEASURED = 1000


def train_decoder(
    recipe: GeneratorRecipe,
    autoencoder: AutoencoderKL,
    latents: torch.Tensor,
    images_nhwc: np.ndarray,
    saved: ResumeState,
) -> AutoencoderKL:
    """Train the decoder on `latents` (N, C, 16, 16) of unit variance and their photographs, uint8 (N, 32, 32, 3).

    The loss is the mean absolute error and the distance in texture. Latents get a little noise, for those of the
    diffusion network are not perfect either.

    Returns:
        The autoencoder with the moving average of the decoder's weights; its encoder is untouched.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    settings = recipe.decoder
    decoder = torch.nn.ModuleDict({"first": autoencoder.post_quant_conv, "rest": autoencoder.decoder})
    decoder.train().to(memory_format=torch.channels_last)
    averaged = averaged_copy(decoder, settings.ema_width)
    optimizer = torch.optim.AdamW(decoder.parameters(), settings.learning_rate, betas=(0.5, 0.99), weight_decay=0.0)
    measured = images_nhwc[:: max(1, len(images_nhwc) // _MEASURED)]
    texture_distance = TextureDistance(to_model_range(measured))
    parts = {"decoder": decoder, "averaged": averaged, "optimizer": optimizer}
    for step, progress in saved.steps(parts, settings.steps, "generator_training.decoder"):
        set_rate(optimizer, settings, step)
        # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
        rng = np.random.default_rng((recipe.seed, 4, step))
        noise_source = torch.Generator().manual_seed(int(rng.integers(2**63)))
        rows = rng.integers(len(latents), size=settings.batch_size)
        photographs = to_model_range(images_nhwc[rows])
        noise = torch.randn(len(rows), *latents.shape[1:], generator=noise_source)
        unscaled = (latents[rows].float() + settings.noise * noise) / autoencoder.config.scaling_factor
        with quick_arithmetic():
            hidden = decoder["first"](unscaled.contiguous(memory_format=torch.channels_last))
            restored = decoder["rest"](hidden).float()
        error = (restored - photographs).abs().mean()
        difference = texture_distance(restored, photographs)
        loss = error + settings.texture_weight * difference
        if not torch.isfinite(loss):
            raise FloatingPointError(f"decoder loss is {loss.item()} at step {step}: lower decoder.learning_rate")
        descend(loss, decoder, optimizer, averaged)
        if step % 20 == 0:
            progress.set_postfix(error=f"{error.item():.4f}", texture=f"{difference.item():.4f}")
    decoder.load_state_dict(averaged.module.state_dict())
    decoder.to(memory_format=torch.contiguous_format)
    return autoencoder.eval()
