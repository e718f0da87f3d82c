"""Batches of latents, half of them of mirrored photographs."""

import numpy as np
import torch


def draw_latents(
    rng: np.random.Generator, latents: torch.Tensor, mirrored_latents: torch.Tensor, size: int
) -> tuple[np.ndarray, torch.Tensor]:
    """Return which photographs were drawn, int (size,), and their latents, float32 (size, C, 16, 16).

    Args:
        mirrored_latents: as `latents` (N, C, 16, 16), of the photographs flipped left to right.
    """
    rows = rng.integers(len(latents), size=size)
    is_mirrored = torch.from_numpy(rng.random(size) < 0.5)[:, None, None, None]
    return rows, torch.where(is_mirrored, mirrored_latents[rows], latents[rows]).float()
