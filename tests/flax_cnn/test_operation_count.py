"""The count of a network's operations, against counts by hand."""

import pytest

from flax_cnn.config import TrainingConfig
from flax_cnn.operation_count import flops_per_image

FAST = (
    *(32**2 * 12 * 12, 32**2 * 9 * 24 * 64, 16**2 * 9 * 64 * 64),
    *(16**2 * 9 * 64 * 256, 8**2 * 9 * 256 * 256, 8**2 * 9 * 256 * 256, 4**2 * 9 * 256 * 256),
    256 * 10,
)
RESNET18 = (
    *(32**2 * 27 * 64, 4 * 32**2 * 9 * 64 * 64),
    *(16**2 * (9 * 64 * 128 + 64 * 128), 3 * 16**2 * 9 * 128 * 128),
    *(8**2 * (9 * 128 * 256 + 128 * 256), 3 * 8**2 * 9 * 256 * 256),
    *(4**2 * (9 * 256 * 512 + 256 * 512), 3 * 4**2 * 9 * 512 * 512),
    512 * 10,
)
PLAIN = (32**2 * 27 * 32, 16**2 * 9 * 32 * 64, 8**2 * 9 * 64 * 128, 2048 * 128, 128 * 10)


@pytest.mark.parametrize(("network", "multiplications"), [("fast", FAST), ("resnet18", RESNET18), ("plain", PLAIN)])
def test_operations_are_those_counted_by_hand(network, multiplications):
    assert flops_per_image(TrainingConfig(network=network, width=1), 10) == 2 * sum(multiplications)


def test_multiplications_of_resnet18_are_the_published_half_billion():
    assert flops_per_image(TrainingConfig(network="resnet18", width=1), 10) / 2 == pytest.approx(0.56e9, rel=0.01)
