"""Distillation: one network pass instead of two, and few steps instead of many.

The student starts from the teacher's weights, takes the guidance scale as an input (Meng et al. 2023, arXiv 2210.03142)
and learns to reach in one DDIM step what the teacher reaches in several guided ones (Salimans & Ho 2022, arXiv
2202.00512). Its way in the layout of Stable Diffusion: `time_cond_proj_dim`, which diffusers' pipelines know from
latent consistency models.
"""

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import DDIMScheduler
from diffusers.models.embeddings import get_timestep_embedding
from torch.nn.attention import SDPBackend, sdpa_kernel

from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.architecture import build_student_scheduler, build_unet
from text_to_image.embedded_generator.diffusion_training import Distance, TextToLatents
from text_to_image.embedded_generator.guided_paths import GuidedPaths
from text_to_image.embedded_generator.open_ended import averaged_copy, descend, set_rate
from text_to_image.embedded_generator.recipe import DistillationRecipe, GeneratorRecipe
from text_to_image.resume_state import ResumeState

# Bounds of the squared error's weight, the signal-to-noise ratio: no step may count for nothing, nor for everything.
_LEAST_WEIGHT, _MOST_WEIGHT = 1.0, 5.0


def distil(
    recipe: GeneratorRecipe,
    teacher: TextToLatents,
    paths: GuidedPaths,
    perceptual_distance: Distance,
    compile_network: bool,
    saved: ResumeState,
) -> TextToLatents:
    """Return a student of `teacher` that has learnt `paths`: the same text encoder, and a U-Net of its own.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    settings = recipe.distillation
    torch.manual_seed(recipe.seed)
    unet = build_unet(recipe.diffusion, teacher.unet.config.in_channels, settings.guidance_width)
    unet.load_state_dict(teacher.unet.state_dict(), strict=False)
    torch.nn.init.zeros_(unet.time_embedding.cond_proj.weight)  # so that it begins as the teacher without guidance
    unet.train().to(memory_format=torch.channels_last)
    averaged = averaged_copy(unet, settings.ema_width)
    optimizer = torch.optim.AdamW(
        unet.parameters(), lr=settings.learning_rate, weight_decay=0.01, betas=(0.9, 0.99), fused=True
    )
    run_unet = torch.compile(unet) if compile_network else unet
    distance = torch.compile(perceptual_distance) if compile_network else perceptual_distance
    lesson_of = _Lessons(settings)
    mean_loss = None
    parts = {"unet": unet, "averaged": averaged, "optimizer": optimizer}
    for step, progress in saved.steps(parts, settings.steps, "generator_training.distillation"):
        set_rate(optimizer, settings, step)
        # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
        rng = np.random.default_rng((recipe.seed, 6, step))
        rows = rng.integers(len(paths), size=settings.batch_size)
        lesson = lesson_of(paths, rows, rng.integers(settings.sampling_steps, size=settings.batch_size))
        with torch.inference_mode():
            words = teacher.text_encoder(torch.from_numpy(paths.tokens[rows])).last_hidden_state
        with quick_arithmetic(), sdpa_kernel(SDPBackend.MATH):
            predicted = run_unet(
                lesson.noisy,
                lesson.timesteps,
                encoder_hidden_states=words.clone(),
                timestep_cond=embed_guidance(torch.from_numpy(paths.guidance[rows]), settings.guidance_width),
            ).sample.float()
        clean = lesson.clean_latent(predicted)
        errors = lesson.weight * (clean - lesson.target).square().mean(dim=(1, 2, 3))
        if settings.perceptual_weight:
            with quick_arithmetic():
                distances = distance(clean, lesson.target.contiguous(memory_format=torch.channels_last))
            # As much as the step's end shows of it.
            errors = errors + settings.perceptual_weight * lesson.signal_after * distances
        loss = errors.mean()
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"distillation loss is {loss.item()} at step {step}: lower distillation.learning_rate"
            )
        descend(loss, unet, optimizer, averaged)
        mean_loss = loss.item() if mean_loss is None else 0.99 * mean_loss + 0.01 * loss.item()
        if step % 20 == 0:
            progress.set_postfix(loss=f"{mean_loss:.4f}")
    unet.load_state_dict(averaged.module.state_dict())
    return TextToLatents(teacher.text_encoder, unet.eval())


def embed_guidance(scales: torch.Tensor, width: int) -> torch.Tensor:
    """Return float32 (N, `width`), as diffusers' pipelines embed guidance scales (N,): 1000 (scale - 1) as a time."""
    return get_timestep_embedding(1000 * (scales - 1), width, downscale_freq_shift=1)


@dataclass(frozen=True)
class _Lesson:
    """Noisy latents, and the clean ones that a DDIM step has to see in them to end where the teacher's way leads."""

    noisy: torch.Tensor
    timesteps: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    signal_after: torch.Tensor
    signal_share: torch.Tensor

    def clean_latent(self, predicted_v: torch.Tensor) -> torch.Tensor:
        share = self.signal_share[:, None, None, None]
        return share.sqrt() * self.noisy - (1 - share).sqrt() * predicted_v


class _Lessons:
    """Makes lessons of pieces of paths."""

    def __init__(self, settings: DistillationRecipe):
        scheduler: DDIMScheduler = build_student_scheduler()
        self._timesteps = torch.tensor(settings.student_timesteps())
        # Share of the signal in the noisy latent's variance at the start of each step, and 1 at the end of the last.
        self._shares = torch.cat([scheduler.alphas_cumprod[self._timesteps], torch.ones(1)])

    def __call__(self, paths: GuidedPaths, rows: np.ndarray, pieces: np.ndarray) -> _Lesson:
        noisy = torch.from_numpy(paths.states[rows, pieces]).float().contiguous(memory_format=torch.channels_last)
        reached = torch.from_numpy(paths.states[rows, pieces + 1]).float()
        share, share_after = self._shares[pieces], self._shares[pieces + 1]
        return _Lesson(
            noisy,
            self._timesteps[pieces],
            ddim_target(noisy, reached, share, share_after),
            (share / (1 - share)).clamp(_LEAST_WEIGHT, _MOST_WEIGHT),
            share_after,
            share,
        )


def ddim_target(
    noisy: torch.Tensor, reached: torch.Tensor, share: torch.Tensor, share_after: torch.Tensor
) -> torch.Tensor:
    """Return the clean latents for which one DDIM step leads from `noisy` to `reached` (Salimans & Ho 2022, app. G).

    Args:
        noisy, reached: (N, C, 16, 16).
        share, share_after: (N,), shares of the signal in their variance (alphas_cumprod).
    """
    share, share_after = share[:, None, None, None], share_after[:, None, None, None]
    kept_noise = ((1 - share_after) / (1 - share)).sqrt()
    return (reached - kept_noise * noisy) / (share_after.sqrt() - kept_noise * share.sqrt())
