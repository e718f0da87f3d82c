"""Learning rate and average of the weights for a training whose length is not fixed beforehand.

A longer training carries on where a shorter one ended, because neither depends on the number of steps: the learning
rate falls as 1/sqrt(step), and the average reaches back over a fixed share of the steps (both from Karras et al. 2024,
arXiv 2312.02696).
"""

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel

from text_to_image.embedded_generator.recipe import OpenEnded


def rate_factor(settings: OpenEnded, step: int) -> float:
    """Return the learning rate's factor: a linear rise, a plateau, and a fall as 1/sqrt(step)."""
    return min(1.0, (step + 1) / settings.warmup_steps, (settings.plateau_steps / (step + 1)) ** 0.5)


def set_rate(optimizer: torch.optim.Optimizer, settings: OpenEnded, step: int) -> None:
    """Give every group of the optimizer this step's learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = settings.learning_rate * rate_factor(settings, step)


def descend(
    loss: torch.Tensor, networks: torch.nn.Module, optimizer: torch.optim.Optimizer, averaged: AveragedModel
) -> None:
    """Take one step down the loss, its gradient clipped to norm 1, and let the average follow."""
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(networks.parameters(), 1.0)
    optimizer.step()
    averaged.update_parameters(networks)


def averaged_copy(networks: torch.nn.Module, relative_width: float) -> AveragedModel:
    """Return the weights' average, to be updated after every step; its width is relative to the steps so far."""
    exponent = power_exponent(relative_width) + 1

    def update(means: list[torch.Tensor], values: list[torch.Tensor], updates: torch.Tensor) -> None:
        torch._foreach_lerp_(means, values, 1 - (1 - 1 / (int(updates) + 1)) ** exponent)

    return AveragedModel(networks, multi_avg_fn=update)


def power_exponent(relative_width: float) -> float:
    """Return gamma of the power-function average whose standard deviation is this share of the steps.

    The profile is that of Karras et al. 2024 (section 3), whose width² = (gamma + 1) / ((gamma + 2)² (gamma + 3)) is
    solved here for its largest root.
    """
    inverse = relative_width**-2
    return max(np.roots([1, 7, 16 - inverse, 12 - inverse]).real)
