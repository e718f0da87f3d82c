"""A small classifier of latents: not for its answers, but for its features, in which the diffusion loss looks as well.

Squared error spends a small network on what is many pixels wide. A distance between a classifier's features
(Zhang et al. 2018), measured between the latent that the network predicts and the photograph's own, asks for what tells
one animal from another (Lin & Yang 2024, who take the diffusion network's own features).
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from text_to_image.cpu_arithmetic import quick_arithmetic
from text_to_image.embedded_generator.latent_batches import draw_latents
from text_to_image.embedded_generator.recipe import GeneratorRecipe, LatentClassifierRecipe
from text_to_image.resume_state import ResumeState

_SHIFT = 2


class _ResidualBlock(nn.Module):
    def __init__(self, channels_in: int, channels_out: int, stride: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.GroupNorm(8, channels_in),
            nn.SiLU(),
            nn.Conv2d(channels_in, channels_out, 3, stride, 1),
            nn.GroupNorm(8, channels_out),
            nn.SiLU(),
            nn.Conv2d(channels_out, channels_out, 3, 1, 1),
        )
        self.shortcut = nn.Identity() if stride == 1 else nn.Conv2d(channels_in, channels_out, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.shortcut(x) + self.layers(x)


class LatentClassifier(nn.Module):
    """Latents (N, C, 16, 16) to class logits, by four residual blocks at 16, 8, 4 and 4 latents a side."""

    def __init__(self, recipe: LatentClassifierRecipe, latent_channels: int, n_classes: int):
        super().__init__()
        width = recipe.width
        self.stem = nn.Conv2d(latent_channels, width, 3, 1, 1)
        self.blocks = nn.ModuleList(
            [
                _ResidualBlock(width, width, 1),
                _ResidualBlock(width, 2 * width, 2),
                _ResidualBlock(2 * width, 4 * width, 2),
                _ResidualBlock(4 * width, 4 * width, 1),
            ]
        )
        self.head = nn.Linear(4 * width, n_classes)

    def features(self, latents: torch.Tensor) -> list[torch.Tensor]:
        """Return every block's output (N, channels, H, W)."""
        outputs = [self.stem(latents)]
        for block in self.blocks:
            outputs.append(block(outputs[-1]))
        return outputs[1:]

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """Return logits (N, classes)."""
        return self.head(functional.silu(self.features(latents)[-1]).mean((2, 3)))

    def distance(self, latents: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
        """Return (N,) how far the two latents of each row lie apart: 0 (alike) to 4.

        Squared distance of the features, each position's scaled to unit length, mean over positions and blocks
        (Zhang et al. 2018, eq. 1, with equal weights).
        """
        per_block = []
        for one, other in zip(self.features(latents), self.features(others), strict=True):
            difference = functional.normalize(one.float(), dim=1) - functional.normalize(other.float(), dim=1)
            per_block.append(difference.square().sum(1).mean((1, 2)))
        return torch.stack(per_block).mean(0)


def train_latent_classifier(
    recipe: GeneratorRecipe,
    latents: torch.Tensor,
    mirrored_latents: torch.Tensor,
    labels: np.ndarray,
    saved: ResumeState,
) -> LatentClassifier:
    """Train on latents (N, C, 16, 16), shifted and with noise of random strength, so that its features bear both.

    Raises:
        FloatingPointError: the loss is no longer finite; the message names the step.
    """
    settings = recipe.latent_classifier
    torch.manual_seed(recipe.seed)
    classifier = LatentClassifier(settings, latents.shape[1], len(np.unique(labels)))
    classifier.to(memory_format=torch.channels_last)
    classes = torch.from_numpy(np.unique(labels, return_inverse=True)[1])
    optimizer = torch.optim.AdamW(classifier.parameters(), settings.learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=settings.steps + 1)
    parts = {"classifier": classifier, "optimizer": optimizer, "schedule": schedule}
    for step, progress in saved.steps(parts, settings.steps, "generator_training.latent_classifier"):
        # Drawn from (seed, step), so that a resumed run draws what an undisturbed one would.
        rng = np.random.default_rng((recipe.seed, 3, step))
        torch.manual_seed(int(rng.integers(2**31)))
        rows, batch = draw_latents(rng, latents, mirrored_latents, settings.batch_size)
        batch = _shifted(batch, rng)
        batch = batch + settings.noise * torch.rand(len(rows), 1, 1, 1) * torch.randn_like(batch)
        with quick_arithmetic():
            logits = classifier(batch.contiguous(memory_format=torch.channels_last))
        loss = functional.cross_entropy(logits.float(), classes[rows], label_smoothing=0.05)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"latent classifier's loss is {loss.item()} at step {step}: lower latent_classifier.learning_rate"
            )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            accuracy = (logits.argmax(1) == classes[rows]).float().mean().item()
            progress.set_postfix(accuracy=f"{accuracy:.2f}")
    return classifier.eval().requires_grad_(False)


def _shifted(latents: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    top, left = rng.integers(2 * _SHIFT + 1, size=2)
    padded = functional.pad(latents, (_SHIFT,) * 4, mode="replicate")
    return padded[:, :, top : top + latents.shape[2], left : left + latents.shape[3]]
