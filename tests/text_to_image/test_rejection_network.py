"""The rejection classifier's network is the study's own fast network, in another framework."""

import numpy as np
import pytest
import torch
from flax import nnx

from flax_cnn.fast_network import FastNetwork
from text_to_image.rejection.network import FastNetworkConfig, FastNetworkForImageClassification

WIDTH, CLASSES = 1 / 8, 3


@pytest.fixture
def images_nhwc():
    return np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def flax_network(images_nhwc):
    network = FastNetwork(CLASSES, WIDTH, nnx.Rngs(0))
    network.fit_input(images_nhwc)
    network(images_nhwc, training=True)  # so that batch norm has seen something
    return network


def weights_for_torch(network: FastNetwork) -> dict[str, torch.Tensor]:
    whitening, *groups = network.blocks
    filters = np.asarray(whitening.filters[...]).reshape(2, 2, 3, 12).transpose(3, 2, 0, 1)
    weights = {"whitening.weight": filters, "head.weight": np.asarray(network.head.kernel[...]).T}
    layers_a_group = 7
    for group_number, group in enumerate(groups):
        first = group_number * layers_a_group
        for convolution_at, norm_at, convolution, norm in (
            (0, 2, group.convolution1, group.norm1),
            (4, 5, group.convolution2, group.norm2),
        ):
            kernel_hwio = np.asarray(convolution.kernel[...])
            weights[f"groups.{first + convolution_at}.weight"] = kernel_hwio.transpose(3, 2, 0, 1)
            name = f"groups.{first + norm_at}"
            weights[f"{name}.bias"] = np.asarray(norm.bias[...])
            weights[f"{name}.running_mean"] = np.asarray(norm.mean[...])
            weights[f"{name}.running_var"] = np.asarray(norm.var[...])
    return {name: torch.tensor(np.ascontiguousarray(values)) for name, values in weights.items()}


def test_same_weights_give_the_logits_of_the_fast_network(flax_network, images_nhwc):
    torch_network = FastNetworkForImageClassification(FastNetworkConfig(channels=(8, 32, 32), num_labels=CLASSES))
    lacking = torch_network.load_state_dict(weights_for_torch(flax_network), strict=False).missing_keys
    assert all(name.endswith((".weight", ".num_batches_tracked")) for name in lacking)  # scales, which stay at one
    mean, deviation = (np.asarray(part[...]) for part in (flax_network.mean, flax_network.deviation))
    normalised = torch.from_numpy((images_nhwc / np.float32(255) - mean) / deviation).permute(0, 3, 1, 2)
    with torch.inference_mode():
        logits = torch_network.eval()(pixel_values=normalised.float()).logits.numpy()
    ours = np.asarray(flax_network(images_nhwc))
    assert ours.std() > 0.05
    # Where the processor has bfloat16, flax_cnn's convolutions round factors to eight bits.
    np.testing.assert_allclose(logits, ours, atol=0.03 * np.abs(ours).max())
