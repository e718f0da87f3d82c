"""Muon for convolutions (Jordan et al. 2024, "Muon: an optimizer for hidden layers"): flax_cnn/schedule.py in PyTorch.

PyTorch's own takes matrices alone, and lets their norm grow; airbench holds it.
"""

import torch
from torch import nn

_MOMENTUM = 0.6


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


def _orthogonal(matrix: torch.Tensor) -> torch.Tensor:
    """Return nearly the orthogonal factor of a matrix: three Newton-Schulz iterations, of Muon's coefficients."""
    turned = matrix.T if len(matrix) > matrix.shape[1] else matrix
    turned = turned / (turned.norm() + 1e-8)
    for _ in range(3):
        square = turned @ turned.T
        turned = 3.4445 * turned + (-4.7750 * square + 2.0315 * square @ square) @ turned
    return turned.T if len(matrix) > matrix.shape[1] else turned
