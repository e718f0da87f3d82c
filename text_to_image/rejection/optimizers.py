"""Muon for convolutions, Adam for the rest, and their learning rate: flax_cnn/schedule.py in PyTorch.

Muon is Jordan et al.'s (2024, "Muon: an optimizer for hidden layers"). PyTorch's own takes matrices alone, and lets
their norm grow; airbench holds it. Adam goes without the Nesterov momentum that optax gives it.
"""

import torch
from torch import nn

_MOMENTUM = 0.6
_ADAM_SHARE = 0.05


class Muon(torch.optim.Optimizer):
    """Orthogonal steps for kernels (O, I, H, W), which keep a norm of √O."""

    def __init__(self, kernels: list[nn.Parameter], rate: float):
        super().__init__(kernels, {"lr": rate})

    @torch.no_grad()
    def step(self, closure=None):
        """Take one step."""
        for group in self.param_groups:
            for kernel in group["params"]:
                momentum = self.state[kernel].setdefault("momentum", torch.zeros_like(kernel))
                momentum.mul_(_MOMENTUM).add_(kernel.grad)
                towards = _orthogonal(kernel.grad.add(momentum, alpha=_MOMENTUM).flatten(1))
                kernel.sub_(group["lr"] * towards.view_as(kernel))
                kernel.mul_(len(kernel) ** 0.5 / kernel.norm())


def muon_and_adam(network: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """Return Muon for the kernels that `network` trains, and Adam with a twentieth of its rate for all else."""
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    kernels = [parameter for parameter in trained if parameter.ndim == 4]
    return [Muon(kernels, rate), torch.optim.Adam([each for each in trained if each.ndim < 4], _ADAM_SHARE * rate)]


def triangle(step: int, steps: int, rising: int, start: float | None = None, floor: float = 0.0) -> float:
    """Return the learning rate's factor at a step: from `start` up to 1 in `rising` steps, then down to `floor`.

    Args:
        start: the first step's factor; None: one part of the rise, as if the step before had been at zero.
    """
    if step < rising:
        start = 1 / (rising + 1) if start is None else start
        return start + (1 - start) * step / rising
    return floor + (1 - floor) * (steps - step) / (steps - rising)


def _orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return nearly the orthogonal factor of a matrix: three Newton-Schulz iterations, of Muon's coefficients."""
    turned = matrix.T if len(matrix) > matrix.shape[1] else matrix
    turned = turned / (turned.norm() + 1e-8)
    for _ in range(3):
        square = turned @ turned.T
        turned = 3.4445 * turned + (-4.7750 * square + 2.0315 * square @ square) @ turned
    return turned.T if len(matrix) > matrix.shape[1] else turned
