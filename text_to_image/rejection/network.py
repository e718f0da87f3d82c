"""The rejection classifier's network: flax_cnn/fast_network.py in PyTorch, as a model of transformers.

whitening 2×2 (N, 24, 32, 32) → GELU → three groups, each halving height and width → global max → linear
a group: convolution, max-pool 2×2, batch norm, GELU, convolution, batch norm, GELU

Written after airbench (Jordan 2024, arXiv 2404.00498). Importing this module teaches transformers' Auto classes to read
folders of it.
"""

import itertools
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoConfig, AutoModelForImageClassification, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import ImageClassifierOutputWithNoAttention

# Height and width of its images: it would answer for others too, and wrongly.
SIDE = 32
WHITENING_FILTERS = 12
LOGIT_SCALE = 1 / 9
_BATCH_NORM_MOMENTUM = 0.2


class FastNetworkConfig(PretrainedConfig):
    """The network's size: `channels` of its groups; the labels are transformers' own `id2label`."""

    model_type = "fauxtograph-fast"

    def __init__(self, channels: tuple[int, ...] = (32, 128, 128), **common):
        self.channels = list(channels)
        super().__init__(**common)


class FastNetworkForImageClassification(PreTrainedModel):
    """Normalised images float32 (N, 3, 32, 32) to logits (N, labels)."""

    config_class = FastNetworkConfig
    main_input_name = "pixel_values"

    def __init__(self, config: FastNetworkConfig):
        super().__init__(config)
        self.whitening = nn.Conv2d(3, WHITENING_FILTERS, 2, bias=False).requires_grad_(False)
        self.groups = fast_groups([2 * WHITENING_FILTERS, *config.channels], batch_norm, nn.GELU("tanh"))
        self.head = nn.Linear(config.channels[-1], config.num_labels, bias=False)
        self.post_init()

    def forward(self, pixel_values: torch.Tensor) -> ImageClassifierOutputWithNoAttention:
        """Return the logits, as transformers' image classifiers do; ValueError for images of another size."""
        if pixel_values.shape[2:] != (SIDE, SIDE):
            raise ValueError(f"images of {tuple(pixel_values.shape)}; the network takes (N, 3, {SIDE}, {SIDE})")
        # One more row and column keep 32×32.
        hidden = self.whitening(functional.pad(pixel_values, (0, 1, 0, 1)))
        hidden = functional.gelu(torch.cat([hidden, -hidden], dim=1), approximate="tanh")
        return ImageClassifierOutputWithNoAttention(logits=self.head(self.groups(hidden).amax((2, 3))) * LOGIT_SCALE)

    def _init_weights(self, module: nn.Module) -> None:
        """Leave weights as their layers drew them; transformers would draw them anew."""


def fast_groups(channels: list[int], norm: Callable[[int], nn.Module], activation: nn.Module) -> nn.Sequential:
    """Return the groups between `channels`: the first convolution of each halves height and width."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(channels):
        layers += [_convolution(inputs, outputs), nn.MaxPool2d(2), norm(outputs), activation]
        layers += [_convolution(outputs, outputs), norm(outputs), activation]
    return nn.Sequential(*layers)


def batch_norm(channels: int, momentum: float = _BATCH_NORM_MOMENTUM, epsilon: float = 1e-5) -> nn.BatchNorm2d:
    """Return a batch norm whose scale stays at one; `momentum` is the share of the new batch."""
    layer = nn.BatchNorm2d(channels, epsilon, momentum)
    layer.weight.requires_grad_(False)
    return layer


def whitening_filters(images: torch.Tensor) -> torch.Tensor:
    """Return filters (12, 3, 2, 2): 2×2 patches of `images` (N, 3, H, W) get uncorrelated and of equal variance."""
    patches = functional.unfold(images.contiguous(), 2).movedim(1, 2).reshape(-1, WHITENING_FILTERS)
    values, vectors = torch.linalg.eigh(patches.T @ patches / len(patches))
    return (vectors / torch.sqrt(values + 5e-4)).T.reshape(-1, 3, 2, 2).flip(0)


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    # The first outputs pass the inputs through, an implicit residual.
    nn.init.dirac_(layer.weight.data[:inputs])
    return layer


AutoConfig.register(FastNetworkConfig.model_type, FastNetworkConfig)
AutoModelForImageClassification.register(FastNetworkConfig, FastNetworkForImageClassification)
