"""Training of the autoencoder: 32x32 photographs to 16x16 latents and back."""

import numpy as np
import torch
from diffusers import AutoencoderKL
from tqdm import trange

from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.architecture import build_autoencoder
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.resume_state import ResumeState


def to_model_range(images_nhwc: np.ndarray) -> torch.Tensor:
    """Turn uint8 (N, H, W, 3) into float32 (N, 3, H, W) in -1..1."""
    return torch.from_numpy(images_nhwc).permute(0, 3, 1, 2).float() / 127.5 - 1


def train_autoencoder(recipe: GeneratorRecipe, images_nhwc: np.ndarray, saved: ResumeState) -> AutoencoderKL:
    """Train on uint8 (N, 32, 32, 3) for mean absolute error plus a small pull of the latents to a standard normal.

    Returns:
        The autoencoder, its `scaling_factor` set so that latents have unit variance, as Stable Diffusion's is.
    """
    settings = recipe.autoencoder
    torch.manual_seed(recipe.seed)
    autoencoder = build_autoencoder(settings)
    optimizer = torch.optim.AdamW(autoencoder.parameters(), lr=settings.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=settings.steps + 1, pct_start=0.1
    )
    parts = {"autoencoder": autoencoder, "optimizer": optimizer, "schedule": schedule}
    for step, progress in saved.steps(parts, settings.steps, "generator_training.autoencoder"):
        # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
        rng = np.random.default_rng((recipe.seed, 1, step))
        torch.manual_seed(int(rng.integers(2**31)))
        batch = to_model_range(images_nhwc[rng.integers(len(images_nhwc), size=settings.batch_size)])
        with quick_arithmetic():
            posterior = autoencoder.encode(batch).latent_dist
            restored = autoencoder.decode(posterior.sample()).sample
        error = (restored.float() - batch).abs().mean()
        loss = error + settings.kl_weight * posterior.kl().mean() / posterior.mean[0].numel()
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"autoencoder loss is {loss.item()} at step {step}: lower autoencoder.learning_rate"
            )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(autoencoder.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            progress.set_postfix(error=f"{error.item():.4f}")
    autoencoder.eval()
    autoencoder.register_to_config(scaling_factor=float(1 / encode(autoencoder, images_nhwc[:2048]).std()))
    return autoencoder


@torch.inference_mode()
def encode(autoencoder: AutoencoderKL, images_nhwc: np.ndarray, batch_size: int = 256) -> torch.Tensor:
    """Return the latents' means, float32 (N, C, 16, 16), not yet scaled to unit variance."""
    latents = []
    for start in trange(0, len(images_nhwc), batch_size, desc="encoding", disable=None):
        with quick_arithmetic():
            encoded = autoencoder.encode(to_model_range(images_nhwc[start : start + batch_size])).latent_dist.mean
        latents.append(encoded.float())
    return torch.cat(latents)
