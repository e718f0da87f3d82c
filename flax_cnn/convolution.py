"""Convolution, by the quickest method that the device has; and a max-pool that is cheap on the CPU.

The method is chosen once a process:

- "xla": on GPUs and TPUs, `jax.lax.conv_general_dilated` in bfloat16.
- "onednn bfloat16", "onednn float32": on CPUs, oneDNN through `jax.ffi`; bfloat16 where the processor computes in it.
- "shifted views": on CPUs without oneDNN or a compiler. `jax.lax.conv_general_dilated` inside `jax.lax.scan` is more
  than ten times slower there than outside (jax issue 12868); nine shifted views, each times its own matrix, are not.

Weights and sums are float32 with every method, and so is the type of results; bfloat16 rounds the factors of products
to eight bits. "xla" rounds results to eight bits as well, before they become float32 again.
"""

import functools
import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import jax
import jax.numpy as jnp
import numpy as np

from flax_cnn.onednn_library import NotAvailableError, has_bfloat16_units, register_onednn

METHODS = ("xla", "onednn bfloat16", "onednn float32", "shifted views")
_CHOSEN: ContextVar[str | None] = ContextVar("chosen method", default=None)
_OWNER: ContextVar[tuple[jax.Array, Iterator[int]] | None] = ContextVar("owner of kept kernels", default=None)


@functools.cache
def convolution_method() -> str:
    """Return which of `METHODS` this process uses; one line on standard error says so where it is the slow one."""
    if jax.default_backend() != "cpu":
        return "xla"
    try:
        register_onednn()
    except NotAvailableError as error:
        print(f"warning: training will be several times slower: oneDNN is not used, for {error}", file=sys.stderr)
        return "shifted views"
    return "onednn bfloat16" if has_bfloat16_units() else "onednn float32"


@contextmanager
def convolve_by(method: str) -> Iterator[None]:
    """Use `method` for what is traced inside; a function that was compiled before keeps what it has."""
    token = _CHOSEN.set(method)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


@contextmanager
def keep_kernels(owner: jax.Array) -> Iterator[None]:
    """Let oneDNN keep kernels in its own layout from call to call, in what is traced inside; it has no gradient then.

    Args:
        owner: int32 (), a number for the weights that the function is called with: other weights, another number.
    """
    token = _OWNER.set((owner, itertools.count()))
    try:
        yield
    finally:
        _OWNER.reset(token)


def convolve(images_nhwc: jax.Array, kernel_hwio: jax.Array, stride: int = 1) -> jax.Array:
    """Return the convolution with zero padding of (size - 1) / 2 on each side, without a bias.

    Args:
        images_nhwc: float32 (N, H, W, I); H and W must be multiples of `stride`.
        kernel_hwio: float32 (S, S, I, O), S odd.
        stride: between the places at which the kernel is put.

    Returns:
        float32 (N, H / stride, W / stride, O); by "xla", of values that bfloat16 holds.
    """
    if kernel_hwio.shape[:2] == (1, 1):
        # Nothing but the kept pixels enters. Told of the stride, oneDNN 3.2 writes past the end of its memory in the
        # kernel's gradient on AVX2 (channels not a multiple of eight): wrong sums, or threads that wait for ever.
        images_nhwc, stride = images_nhwc[:, ::stride, ::stride], 1
    method = _CHOSEN.get() or convolution_method()
    if (kept := _OWNER.get()) and method.startswith("onednn"):
        owner, places = kept
        return _onednn_forward(images_nhwc, kernel_hwio, stride, method, (owner, next(places)))[0]
    return _convolve(images_nhwc, kernel_hwio, stride, method)


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _convolve(images, kernel, stride, method):
    return _forward(images, kernel, stride, method)[0]


def _forward(images, kernel, stride, method):
    if method == "shifted views":
        return _views_convolve(images, kernel, stride), (images, kernel)
    if method == "xla":
        return _xla_convolve(images.astype(jnp.bfloat16), kernel, stride), (images.astype(jnp.bfloat16), kernel)
    # What the gradients need is kept in the type of the arithmetic: half the memory, and converted once.
    convolved, images = _onednn_forward(images, kernel, stride, method)
    return convolved, (images, kernel)


def _backward(stride, method, residuals, gradient):
    images, kernel = residuals
    if method == "shifted views":
        return _views_gradients(images, kernel, stride, gradient)
    if method == "xla":
        _, pull_back = jax.vjp(lambda *pair: _xla_convolve(*pair, stride), images, kernel)
        images_gradient, kernel_gradient = pull_back(gradient)
        return images_gradient.astype(jnp.float32), kernel_gradient
    gradient = gradient.astype(images.dtype)
    return (
        _onednn("onednn_input_gradient", images.shape, stride, gradient, kernel),
        _onednn("onednn_kernel_gradient", kernel.shape, stride, images, gradient),
    )


_convolve.defvjp(_forward, _backward)


def _onednn_forward(images, kernel, stride, method, owner_and_place=None):
    """Return the convolution, and the images in the type of the arithmetic."""
    images = images.astype(jnp.bfloat16 if method == "onednn bfloat16" else jnp.float32)
    n, height, width, _ = images.shape
    shape = (n, height // stride, width // stride, kernel.shape[3])
    if owner_and_place is None:
        return _onednn("onednn_forward", shape, stride, images, kernel), images
    owner, place = owner_and_place
    return _onednn("onednn_kept_forward", shape, stride, images, kernel, owner, place=np.int64(place)), images


def _onednn(target, shape, stride, *operands, **attributes):
    register_onednn()  # a method that was asked for by name may be used before `convolution_method` looked for one
    # A vmapped call (several seeds in one program) becomes one call a seed: oneDNN uses every core for each.
    call = jax.ffi.ffi_call(target, jax.ShapeDtypeStruct(shape, jnp.float32), vmap_method="sequential")
    return call(*operands, stride=np.int64(stride), threads=np.int64(_threads()), **attributes)


def _threads():
    """Return OMP_NUM_THREADS where it is set, as Snakemake does for its jobs, else the number of visible cores.

    Jobs side by side that each took every core would wait for each other's threads most of the time; and with a fixed
    number the last bits of a sum do not depend on the machine's size.
    """
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return int(first) if first.isdigit() and int(first) else len(os.sched_getaffinity(0))


def _xla_convolve(images, kernel, stride):
    padding = [((size - 1) // 2,) * 2 for size in kernel.shape[:2]]
    convolved = jax.lax.conv_general_dilated(
        images, kernel.astype(images.dtype), (stride,) * 2, padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    return convolved.astype(jnp.float32)


def _views_convolve(images, kernel, stride):
    views = _shifted_views(images, kernel.shape[0], stride)
    return sum(view @ matrix for view, matrix in zip(views, kernel.reshape(-1, *kernel.shape[2:]), strict=True))


def _views_gradients(images, kernel, stride, gradient):
    # The input's gradient is itself a convolution: of the output's gradient, spread out by the stride, with the kernel
    # turned by 180 degrees and its channels swapped. Left to itself JAX would add up padded slices instead.
    spread = jax.lax.pad(gradient, 0.0, [(0, 0, 0), *[(0, stride - 1, stride - 1)] * 2, (0, 0, 0)])
    turned = kernel[::-1, ::-1].swapaxes(2, 3)
    views = _shifted_views(images, kernel.shape[0], stride)
    kernel_gradient = [jnp.einsum("nhwi,nhwo->io", view, gradient) for view in views]
    return _views_convolve(spread, turned, 1), jnp.stack(kernel_gradient).reshape(kernel.shape)


def _shifted_views(images, size, stride):
    """Return the image moved to each of the kernel's places, row by row."""
    _, height, width, _ = images.shape
    margin = (size - 1) // 2
    # Without the barrier XLA would fuse the padding into each of the products and do it every time.
    padded = jax.lax.optimization_barrier(jnp.pad(images, ((0, 0), (margin, margin), (margin, margin), (0, 0))))
    return [
        padded[:, row : row + height : stride, column : column + width : stride]
        for row in range(size)
        for column in range(size)
    ]


@jax.custom_vjp
def max_pool(images_nhwc: jax.Array) -> jax.Array:
    """Return the maximum over each 2×2 square: float (N, H, W, C) to (N, H//2, W//2, C); H and W must be even.

    The gradient goes to every pixel that equals its square's maximum: one pass over the image instead of four padded
    slices to add up. Pixels that tie get it each.
    """
    top = jnp.maximum(images_nhwc[:, ::2, ::2], images_nhwc[:, ::2, 1::2])
    bottom = jnp.maximum(images_nhwc[:, 1::2, ::2], images_nhwc[:, 1::2, 1::2])
    return jnp.maximum(top, bottom)


def _max_pool_forward(images):
    pooled = max_pool(images)
    return pooled, (images, pooled)


def _max_pool_backward(residuals, gradient):
    images, pooled = residuals
    n, height, width, channels = pooled.shape

    def spread(each):
        squares = jnp.broadcast_to(each[:, :, None, :, None], (n, height, 2, width, 2, channels))
        return squares.reshape(images.shape)

    return (jnp.where(images == spread(pooled), spread(gradient), 0.0),)


max_pool.defvjp(_max_pool_forward, _max_pool_backward)
