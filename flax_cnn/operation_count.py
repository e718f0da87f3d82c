"""How many floating-point operations a network takes for one image, counted from the shapes of its products.

A compiler's own count would not do: XLA gives none on GPUs, leaves out the products with padding, and cannot see into
oneDNN.
"""

import math

import jax
import numpy as np
from flax import nnx
from jax.extend.core import ClosedJaxpr, Jaxpr

from flax_cnn.config import TrainingConfig
from flax_cnn.convolution import convolve_by
from flax_cnn.network import network_structure


def flops_per_image(config: TrainingConfig, classes: int) -> int:
    """Return the floating-point operations of one image's forward pass, a multiplication and an addition being two.

    As is customary, convolutions and linear layers alone are counted, products with padding included; biases,
    normalisation, activations and pools are not.
    """
    graph, state = network_structure(config.network, classes, config.width)
    image = jax.ShapeDtypeStruct((1, 32, 32, 3), np.uint8)
    with convolve_by("xla"):  # whatever computes them: every convolution is then an operation that has a name
        program = jax.make_jaxpr(lambda state, image: nnx.merge(graph, state, copy=True)(image))(state, image)
    return 2 * _multiplications(program.jaxpr)


def _multiplications(program: Jaxpr) -> int:
    counted = 0
    for operation in program.eqns:
        if operation.primitive.name in _PER_OUTPUT:
            per_output = _PER_OUTPUT[operation.primitive.name](operation)
            counted += per_output * math.prod(operation.outvars[0].aval.shape)
        inner = [value.jaxpr for value in operation.params.values() if isinstance(value, ClosedJaxpr)]
        counted += sum(_multiplications(each) for each in inner)
    return counted


def _per_output_of_a_matrix_product(operation) -> int:
    (summed, _), _ = operation.params["dimension_numbers"]
    return math.prod(operation.invars[0].aval.shape[axis] for axis in summed)


def _per_output_of_a_convolution(operation) -> int:
    kernel = operation.invars[1].aval.shape
    return math.prod(kernel) // kernel[operation.params["dimension_numbers"].rhs_spec[0]]


# How many multiplications an operation takes for each number that it returns, by the operation's name.
_PER_OUTPUT = {
    "dot_general": _per_output_of_a_matrix_product,
    "conv_general_dilated": _per_output_of_a_convolution,
}
