"""Training of the U-Net and its text encoder: from noise and words to latents."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel, CLIPTokenizer

from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.architecture import NOISE_SCHEDULE, build_text_encoder, build_unet
from text_to_image.embedded_generator.captions import Subject, random_caption
from text_to_image.embedded_generator.latent_batches import draw_latents
from text_to_image.embedded_generator.open_ended import averaged_copy, descend, set_rate
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.resume_state import ResumeState

Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass
class TextToLatents:
    """The two networks that turn words and noise into latents."""

    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel

    def networks(self) -> torch.nn.ModuleDict:
        """Return both as one module, for the optimizer and the average."""
        return torch.nn.ModuleDict({"text_encoder": self.text_encoder, "unet": self.unet})


def build_text_to_latents(recipe: GeneratorRecipe, latent_channels: int, tokenizer: CLIPTokenizer) -> TextToLatents:
    """Return the untrained networks, the same every time."""
    torch.manual_seed(recipe.seed)
    return TextToLatents(build_text_encoder(recipe.diffusion, tokenizer), build_unet(recipe.diffusion, latent_channels))


def train_diffusion(
    recipe: GeneratorRecipe,
    model: TextToLatents,
    latents: torch.Tensor,
    mirrored_latents: torch.Tensor,
    subjects: list[Subject],
    tokenizer: CLIPTokenizer,
    perceptual_distance: Distance,
    compile_network: bool,
    saved: ResumeState,
) -> TextToLatents:
    """Train `model` on latents of unit variance and return it with the moving average of its weights.

    Args:
        latents: float (N, C, 16, 16); `mirrored_latents` are those of the photographs flipped left to right.
        subjects: (N,), what each photograph shows.
        perceptual_distance: of two batches of latents, (B,).
        compile_network: whether torch.compile fuses the networks' kernels, which takes minutes and a C++ compiler at
            first and then twice as many steps an hour; sums are rounded differently.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    settings = recipe.diffusion
    networks = model.networks().train()
    averaged = averaged_copy(networks, settings.ema_width)
    optimizer = torch.optim.AdamW(
        networks.parameters(), lr=settings.learning_rate, weight_decay=0.01, betas=(0.9, 0.99), fused=True
    )
    # Convolutions on channels-last data are several times as fast on a CPU.
    model.unet.to(memory_format=torch.channels_last)
    loss_of = _Loss(settings, model, tokenizer, perceptual_distance, compile_network)
    mean_loss = None
    parts = {"networks": networks, "averaged": averaged, "optimizer": optimizer}
    for step, progress in saved.steps(parts, settings.steps, "generator_training.diffusion"):
        set_rate(optimizer, settings, step)
        loss = loss_of(_batch(recipe, step, latents, mirrored_latents, subjects))
        if not torch.isfinite(loss):
            raise FloatingPointError(f"diffusion loss is {loss.item()} at step {step}: lower diffusion.learning_rate")
        descend(loss, networks, optimizer, averaged)
        mean_loss = loss.item() if mean_loss is None else 0.99 * mean_loss + 0.01 * loss.item()
        if step % 20 == 0:
            progress.set_postfix(loss=f"{mean_loss:.4f}")
    networks.load_state_dict(averaged.module.state_dict())
    networks.eval()
    return model


def min_snr_weight(alphas_cumprod: torch.Tensor, gamma: float) -> torch.Tensor:
    """Return the loss weight of a v-prediction by min-SNR-gamma: min(SNR, gamma) / (SNR + 1)."""
    snr = alphas_cumprod / (1 - alphas_cumprod)
    return snr.clamp(max=gamma) / (snr + 1)


@dataclass(frozen=True)
class _Batch:
    latents: torch.Tensor
    noise: torch.Tensor
    timesteps: torch.Tensor
    captions: list[str]


def _batch(recipe: GeneratorRecipe, step: int, latents, mirrored_latents, subjects: list[Subject]) -> _Batch:
    # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
    settings = recipe.diffusion
    rng = np.random.default_rng((recipe.seed, 2, step))
    words = random.Random(int(rng.integers(2**63)))
    noise_source = torch.Generator().manual_seed(int(rng.integers(2**63)))
    rows, chosen = draw_latents(rng, latents, mirrored_latents, settings.batch_size)
    return _Batch(
        chosen,
        torch.randn(chosen.shape, generator=noise_source),
        torch.from_numpy(rng.integers(1000, size=settings.batch_size)),
        ["" if rng.random() < settings.dropped_prompts else random_caption(subjects[row], words) for row in rows],
    )


class _Loss:
    """Weighted squared error of the predicted v, and the perceptual distance of the latent that it stands for."""

    def __init__(self, settings, model: TextToLatents, tokenizer, perceptual_distance: Distance, compile_network: bool):
        self._settings = settings
        self._tokenizer = tokenizer
        self._text_encoder = model.text_encoder
        self._unet = torch.compile(model.unet) if compile_network else model.unet
        self._distance = torch.compile(perceptual_distance) if compile_network else perceptual_distance
        self._schedule = DDPMScheduler(beta_schedule=NOISE_SCHEDULE, prediction_type="v_prediction")

    def __call__(self, batch: _Batch) -> torch.Tensor:
        tokens = self._tokenizer(batch.captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
        noisy = self._schedule.add_noise(batch.latents, batch.noise, batch.timesteps)
        noisy = noisy.contiguous(memory_format=torch.channels_last)
        target = self._schedule.get_velocity(batch.latents, batch.noise, batch.timesteps)
        # On so few tokens the plain product is quicker than the blocked kernel, above all backwards.
        with quick_arithmetic(), sdpa_kernel(SDPBackend.MATH):
            words = self._text_encoder(tokens).last_hidden_state
            predicted = self._unet(noisy, batch.timesteps, encoder_hidden_states=words).sample.float()
        signal = self._schedule.alphas_cumprod[batch.timesteps]
        errors = min_snr_weight(signal, self._settings.min_snr) * (predicted - target).square().mean(dim=(1, 2, 3))
        if self._settings.perceptual_weight:
            share = signal[:, None, None, None]
            latents = share.sqrt() * noisy - (1 - share).sqrt() * predicted
            with quick_arithmetic():
                distances = self._distance(latents, batch.latents.contiguous(memory_format=torch.channels_last))
            # Less where noise hides the photograph: there the best prediction is a mean, which looks like nothing.
            errors = errors + self._settings.perceptual_weight * signal * distances
        return errors.mean()
