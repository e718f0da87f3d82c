"""The network's two spatial operations, written for XLA on the CPU.

`jax.lax.conv_general_dilated` inside `jax.lax.scan` is more than ten times slower there than outside (jax issue 12868).
As nine shifted views, each times its own matrix, a convolution has no such trouble, and copies no patches.
A max-pool of strided slices has a cheaper gradient than `reduce_window`'s.
"""

import jax
import jax.numpy as jnp


@jax.custom_vjp
def convolve(images_nhwc: jax.Array, kernel_hwio: jax.Array) -> jax.Array:
    """Return the 3×3 convolution with zero padding and stride 1 ("SAME"), without a bias.

    Args:
        images_nhwc: float (N, H, W, I).
        kernel_hwio: float (3, 3, I, O).

    Returns:
        float (N, H, W, O), equal to `jax.lax.conv_general_dilated` up to rounding.
    """
    matrices = kernel_hwio.reshape(9, *kernel_hwio.shape[2:])
    return sum(view @ matrix for view, matrix in zip(_shifted_views(images_nhwc), matrices, strict=True))


def _convolve_forward(images_nhwc, kernel_hwio):
    return convolve(images_nhwc, kernel_hwio), (images_nhwc, kernel_hwio)


def _convolve_backward(residuals, gradient_nhwo):
    # The input's gradient is itself a convolution: of the output's gradient with the kernel turned by 180 degrees and
    # its channels swapped. Left to itself JAX would add up nine padded slices instead.
    images_nhwc, kernel_hwio = residuals
    turned = kernel_hwio[::-1, ::-1].swapaxes(2, 3)
    kernel_gradient = [jnp.einsum("nhwi,nhwo->io", view, gradient_nhwo) for view in _shifted_views(images_nhwc)]
    return convolve(gradient_nhwo, turned), jnp.stack(kernel_gradient).reshape(kernel_hwio.shape)


convolve.defvjp(_convolve_forward, _convolve_backward)


def max_pool(images_nhwc: jax.Array) -> jax.Array:
    """Return the maximum over each 2×2 square: float (N, H, W, C) to (N, H//2, W//2, C); H and W must be even."""
    top = jnp.maximum(images_nhwc[:, ::2, ::2], images_nhwc[:, ::2, 1::2])
    bottom = jnp.maximum(images_nhwc[:, 1::2, ::2], images_nhwc[:, 1::2, 1::2])
    return jnp.maximum(top, bottom)


def _shifted_views(images_nhwc: jax.Array) -> list[jax.Array]:
    """Return the image moved to each of the kernel's nine places, row by row: nine of (N, H, W, C)."""
    _, height, width, _ = images_nhwc.shape
    # Without the barrier XLA would fuse the padding into each of the nine products and do it nine times.
    padded = jax.lax.optimization_barrier(jnp.pad(images_nhwc, ((0, 0), (1, 1), (1, 1), (0, 0))))
    return [padded[:, row : row + height, column : column + width] for row in range(3) for column in range(3)]
