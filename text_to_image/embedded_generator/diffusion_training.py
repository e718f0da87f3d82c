"""Training of the U-Net and its text encoder: from noise and words to latents."""

import random
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from torch.nn.attention import SDPBackend, sdpa_kernel
from tqdm import trange
from transformers import CLIPTextModel, CLIPTokenizer

from text_to_image.embedded_generator.architecture import NOISE_SCHEDULE, build_text_encoder, build_unet
from text_to_image.embedded_generator.recipe import DiffusionRecipe, GeneratorRecipe
from text_to_image.embedded_generator.resume_state import ResumeState
from text_to_image.embedded_generator.vocabulary import random_caption


@dataclass
class TextToLatents:
    """The two networks that turn words and noise into latents."""

    text_encoder: CLIPTextModel
    unet: UNet2DConditionModel

    def networks(self) -> torch.nn.ModuleDict:
        """Return both as one module, for the optimizer and the average."""
        return torch.nn.ModuleDict({"text_encoder": self.text_encoder, "unet": self.unet})


def train_diffusion(
    recipe: GeneratorRecipe,
    latents: torch.Tensor,
    mirrored_latents: torch.Tensor,
    class_names: list[str],
    tokenizer: CLIPTokenizer,
    saved: ResumeState,
) -> TextToLatents:
    """Train on latents of unit variance and return the exponential moving average of the weights.

    Args:
        latents: float (N, C, 16, 16); `mirrored_latents` are those of the photographs flipped left to right.
        class_names: (N,), what each photograph shows.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    settings = recipe.diffusion
    torch.manual_seed(recipe.seed)
    model = TextToLatents(build_text_encoder(settings, tokenizer), build_unet(settings, latents.shape[1]))
    networks = model.networks().train()
    averaged = torch.optim.swa_utils.AveragedModel(networks, multi_avg_fn=_moving_average(settings.ema_decay))
    optimizer = torch.optim.AdamW(
        networks.parameters(), lr=settings.learning_rate, weight_decay=0.01, betas=(0.9, 0.99), fused=True
    )
    noise_schedule = DDPMScheduler(beta_schedule=NOISE_SCHEDULE, prediction_type="v_prediction")
    first_step = 0
    if state := saved.load():
        networks.load_state_dict(state["networks"])
        averaged.load_state_dict(state["averaged"])
        optimizer.load_state_dict(state["optimizer"])
        first_step = state["step"]

    def snapshot(step: int) -> dict:
        return {
            "networks": networks.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
        }

    progress = trange(first_step, settings.steps, initial=first_step, total=settings.steps, desc="diffusion")
    mean_loss = None
    for step in progress:
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate_factor(settings, step)
        loss = _loss(
            settings, model, noise_schedule, tokenizer, _batch(recipe, step, latents, mirrored_latents, class_names)
        )
        if not torch.isfinite(loss):
            raise FloatingPointError(f"diffusion loss is {loss.item()} at step {step}: lower diffusion.learning_rate")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(networks.parameters(), 1.0)
        optimizer.step()
        averaged.update_parameters(networks)
        mean_loss = loss.item() if mean_loss is None else 0.99 * mean_loss + 0.01 * loss.item()
        if step % 20 == 0:
            progress.set_postfix(loss=f"{mean_loss:.4f}")
        saved.save_if_due(snapshot(step + 1))
    saved.save(snapshot(settings.steps))
    networks.load_state_dict(averaged.module.state_dict())
    networks.eval()
    return model


def rate_factor(settings: DiffusionRecipe, step: int) -> float:
    """Return the learning rate's factor: a linear rise, a plateau, and a linear fall to zero at the last step."""
    decay_steps = max(1, round(settings.decay_fraction * settings.steps))
    return min(1.0, (step + 1) / settings.warmup_steps, (settings.steps - step) / decay_steps)


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


def _batch(recipe: GeneratorRecipe, step: int, latents, mirrored_latents, class_names) -> _Batch:
    # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
    settings = recipe.diffusion
    rng = np.random.default_rng((recipe.seed, 2, step))
    words = random.Random(int(rng.integers(2**63)))
    noise_source = torch.Generator().manual_seed(int(rng.integers(2**63)))
    rows = rng.integers(len(latents), size=settings.batch_size)
    mirrored = torch.from_numpy(rng.random(settings.batch_size) < 0.5)
    chosen = torch.where(mirrored[:, None, None, None], mirrored_latents[rows], latents[rows]).float()
    return _Batch(
        chosen,
        torch.randn(chosen.shape, generator=noise_source),
        torch.from_numpy(rng.integers(1000, size=settings.batch_size)),
        ["" if rng.random() < settings.dropped_prompts else random_caption(class_names[row], words) for row in rows],
    )


def _loss(settings, model, noise_schedule, tokenizer, batch: _Batch) -> torch.Tensor:
    tokens = tokenizer(batch.captions, padding="max_length", truncation=True, return_tensors="pt").input_ids
    noisy = noise_schedule.add_noise(batch.latents, batch.noise, batch.timesteps)
    target = noise_schedule.get_velocity(batch.latents, batch.noise, batch.timesteps)
    # On so few tokens the plain product is quicker than the blocked kernel, above all backwards.
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        words = model.text_encoder(tokens).last_hidden_state
        predicted = model.unet(noisy, batch.timesteps, encoder_hidden_states=words).sample
    weight = min_snr_weight(noise_schedule.alphas_cumprod[batch.timesteps], settings.min_snr)
    return (weight * (predicted.float() - target).square().mean(dim=(1, 2, 3))).mean()


def _moving_average(decay: float):
    def update(means: list[torch.Tensor], values: list[torch.Tensor], updates: torch.Tensor) -> None:
        # Early on, the average follows faster, so that the random start is forgotten.
        rate = min(decay, (1 + int(updates)) / (10 + int(updates)))
        torch._foreach_lerp_(means, values, 1 - rate)

    return update
