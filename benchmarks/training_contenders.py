"""The fast network and airbench's, in PyTorch: what `benchmarks.training` compares the training engine with.

Written anew after the public descriptions: the fast network is flax_cnn/fast_network.py layer by layer, its optimiser
that of flax_cnn/schedule.py but for Adam without Nesterov's momentum where Muon does not step; airbench's
(Jordan 2024, arXiv 2404.00498) has channels 64, 256, 256 at 31×31, batch norm of quick memory, exact GELU, SGD with
Nesterov momentum and label smoothing 0.2, alternating flip, shifts of two pixels, batches of 1,024, and its published
learning rate and decay. Its bias in the whitening layer, its lookahead and its test-time augmentation are left out.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from flax_cnn.config import TrainingConfig
from text_to_image.rejection.network import LOGIT_SCALE, WHITENING_FILTERS, batch_norm, fast_groups, whitening_filters
from text_to_image.rejection.optimizers import muon_and_adam, triangle

# airbench's own: the share of the new batch in the running mean and variance, and what keeps the variance above zero.
_AIRBENCH_MOMENTUM, _AIRBENCH_EPSILON = 0.4, 1e-12
_KILOSTEP_SCALE = 1024 * (1 + 1 / (1 - 0.85))


class TorchFastNetwork(nn.Module):
    """The fast network for images float32 (N, 3, 32, 32), normalised, or airbench's, which goes on at 31×31."""

    def __init__(self, images: torch.Tensor, classes: int, width: float, airbench: bool):
        super().__init__()
        channels = [2 * WHITENING_FILTERS, *(round(width * group) for group in (64, 256, 256))]
        # One more row and column keep 32×32 after whitening.
        self.padding = 0 if airbench else 1
        self.gelu = "none" if airbench else "tanh"
        self.whitening = nn.Parameter(whitening_filters(images), requires_grad=False)
        norm = partial(batch_norm, momentum=_AIRBENCH_MOMENTUM, epsilon=_AIRBENCH_EPSILON) if airbench else batch_norm
        self.groups = fast_groups(channels, norm, nn.GELU(self.gelu))
        self.head = nn.Linear(channels[-1], classes, bias=False)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, K)."""
        hidden = functional.conv2d(functional.pad(images, (0, self.padding, 0, self.padding)), self.whitening)
        hidden = functional.gelu(torch.cat([hidden, -hidden], 1), approximate=self.gelu)
        return self.head(self.groups(hidden).amax((2, 3))) * LOGIT_SCALE


class Contender:
    """A PyTorch training that can be taken on a number of steps at a time.

    Args:
        images: uint8 (N, 32, 32, 3) to train on.
        labels: int (N,).
        classes: K.
        config: width, batches, length, smoothing, augmentation, and when the learning rate has its peak.
        recipe: "ours" (Muon), or "airbench", whose optimiser and learning rate are its own.
        bfloat16: autocast.
        compiled: through torch.compile.
        seed: of initial weights, order and augmentation.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        classes: int,
        config: TrainingConfig,
        recipe: str,
        bfloat16: bool = False,
        compiled: bool = False,
        seed: int = 0,
    ):
        torch.manual_seed(seed)
        pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
        self.mean, self.deviation = pixels.mean((0, 2, 3), keepdim=True), pixels.std((0, 2, 3), keepdim=True)
        self.images = ((pixels - self.mean) / self.deviation).contiguous(memory_format=torch.channels_last)
        self.labels = torch.from_numpy(np.asarray(labels, np.int64))
        self.batch_size, self.bfloat16 = config.batch_size, bfloat16
        self.smoothing, self.translate = config.label_smoothing, config.augmentation.translate
        self.mirrored_first = torch.rand(len(images)) < 0.5 if config.augmentation.alternating else None
        network = TorchFastNetwork(self.images[:5000], classes, config.width, recipe == "airbench")
        self.network = network.to(memory_format=torch.channels_last)
        self.forward: Callable = torch.compile(self.network) if compiled else self.network
        if recipe == "airbench":
            self.optimisers = [_airbench_optimiser(self.network, config.batch_size)]
            self.reduction, rate = "sum", partial(triangle, start=0.2, floor=0.07)
        else:
            if config.optimiser != "muon":
                raise ValueError(f"optimiser is {config.optimiser}: only muon is written in PyTorch here")
            self.optimisers = muon_and_adam(self.network, config.learning_rate)
            self.reduction, rate = "mean", triangle
        rate_at = partial(rate, steps=config.steps, rising=round(config.warmup_fraction * config.steps))
        self.schedules = [torch.optim.lr_scheduler.LambdaLR(optimiser, rate_at) for optimiser in self.optimisers]
        self.order = torch.empty(0, dtype=torch.int64)
        self.epoch = -1

    def train(self, steps: int) -> None:
        """Take `steps` steps."""
        self.network.train()
        for _ in range(steps):
            images, labels = self._batch()
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
                logits = self.forward(images)
            loss = functional.cross_entropy(
                logits.float(), labels, label_smoothing=self.smoothing, reduction=self.reduction
            )
            self.network.zero_grad(set_to_none=True)
            loss.backward()
            for optimiser, schedule in zip(self.optimisers, self.schedules, strict=True):
                optimiser.step()
                schedule.step()

    def accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of right answers on uint8 images (N, 32, 32, 3)."""
        self.network.eval()
        right = 0
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            for start in range(0, len(images), 500):
                pixels = torch.from_numpy(images[start : start + 500]).permute(0, 3, 1, 2).float() / 255
                answers = self.network((pixels - self.mean) / self.deviation).argmax(1).numpy()
                right += int((answers == labels[start : start + 500]).sum())
        return right / len(images)

    def _batch(self):
        while len(self.order) < self.batch_size:
            self.order = torch.cat([self.order, torch.randperm(len(self.images))])
            self.epoch += 1
        rows, self.order = self.order[: self.batch_size], self.order[self.batch_size :]
        if self.mirrored_first is None:
            mirrored = torch.rand(len(rows)) < 0.5
        else:
            mirrored = self.mirrored_first[rows] ^ (self.epoch % 2 == 1)
        images = self.images[rows]
        images = torch.where(mirrored[:, None, None, None], images.flip(-1), images)
        side = 2 * self.translate + 1
        padded = functional.pad(images, (self.translate,) * 4, "reflect")
        shifts = torch.randint(side, (2, len(rows)))
        across = shifts[0][:, None] + torch.arange(32)
        down = shifts[1][:, None] + torch.arange(32)
        each = torch.arange(len(rows))[:, None, None]
        shifted = padded.permute(0, 2, 3, 1)[each, down[:, :, None], across[:, None, :]]
        return shifted.permute(0, 3, 1, 2), self.labels[rows]


def _airbench_optimiser(network: nn.Module, batch_size: int) -> torch.optim.Optimizer:
    rate, decay = 11.5 / _KILOSTEP_SCALE, 0.0153 * batch_size / _KILOSTEP_SCALE
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {
            "params": [parameter for parameter in trained if parameter.ndim == 1],
            "lr": rate * 64,
            "weight_decay": decay / (rate * 64),
        },
        {
            "params": [parameter for parameter in trained if parameter.ndim > 1],
            "lr": rate,
            "weight_decay": decay / rate,
        },
    ]
    return torch.optim.SGD(groups, momentum=0.85, nesterov=True)
