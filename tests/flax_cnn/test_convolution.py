import jax
import jax.numpy as jnp
import numpy as np

from flax_cnn.convolution import convolve, max_pool


def lax_convolution(images, kernel):
    return jax.lax.conv_general_dilated(images, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def random_pair():
    random = np.random.default_rng(0)
    images = jnp.asarray(random.normal(size=(2, 6, 4, 3)), jnp.float32)
    return images, jnp.asarray(random.normal(size=(3, 3, 3, 5)), jnp.float32)


def test_convolution_equals_laxs():
    images, kernel = random_pair()
    np.testing.assert_allclose(convolve(images, kernel), lax_convolution(images, kernel), atol=1e-4)


def test_gradients_equal_laxs():
    images, kernel = random_pair()

    def gradients(convolution):
        return jax.grad(lambda *pair: jnp.sin(convolution(*pair)).sum(), argnums=(0, 1))(images, kernel)

    for ours, theirs in zip(gradients(convolve), gradients(lax_convolution), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_max_pool_takes_each_squares_maximum():
    images = jnp.asarray(np.random.default_rng(1).normal(size=(2, 4, 6, 3)), jnp.float32)
    squares = np.asarray(images).reshape(2, 2, 2, 3, 2, 3)
    np.testing.assert_array_equal(max_pool(images), squares.max(axis=(2, 4)))
