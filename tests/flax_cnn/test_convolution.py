"""Every method of convolution is the same function, forward and back, alone, in a scan and vmapped."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flax_cnn import convolution, onednn_library
from flax_cnn.convolution import METHODS, convolution_method, convolve, convolve_by, keep_kernels, max_pool
from flax_cnn.onednn_library import NotAvailableError, has_bfloat16_units, register_onednn

TOLERANCE = {"xla": 2e-2, "onednn bfloat16": 2e-2, "onednn float32": 1e-5, "shifted views": 1e-5}


@pytest.fixture(params=METHODS)
def method(request):
    if request.param.startswith("onednn"):
        try:
            register_onednn()
        except NotAvailableError as error:
            pytest.skip(f"oneDNN cannot be used here: {error}")
        if request.param == "onednn bfloat16" and not has_bfloat16_units():
            pytest.skip("this processor does not compute in bfloat16, and the method is never chosen on it")
    with convolve_by(request.param):
        yield request.param


def reference(images, kernel, stride):
    margin = (kernel.shape[0] - 1) // 2
    return jax.lax.conv_general_dilated(
        images, kernel, (stride, stride), [(margin, margin)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def random_pair(size=3):
    random = np.random.default_rng(0)
    images = jnp.asarray(random.normal(size=(2, 6, 4, 3)), jnp.float32)
    return images, jnp.asarray(random.normal(size=(size, size, 3, 5)), jnp.float32)


def assert_close(ours, theirs, method):
    assert ours.dtype == jnp.float32
    np.testing.assert_allclose(ours, theirs, atol=TOLERANCE[method] * float(jnp.abs(theirs).max()))


def test_gradients_are_the_same_every_time_in_whatever_thread():
    try:
        register_onednn()
    except NotAvailableError as error:
        pytest.skip(f"oneDNN cannot be used here: {error}")
    finished = subprocess.run(
        [sys.executable, "-m", "tests.flax_cnn.repeated_gradients"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    assert float(finished.stdout) == 0


@pytest.mark.parametrize(("size", "stride"), [(3, 1), (3, 2), (1, 2)])
def test_convolution_and_its_gradients_are_laxs(method, size, stride):
    images, kernel = random_pair(size)

    def value_and_gradients(function):
        weights = jnp.cos(jnp.arange(function(images, kernel).size, dtype=jnp.float32))
        return function(images, kernel), *jax.grad(
            lambda *pair: (function(*pair).ravel() * weights).sum(), argnums=(0, 1)
        )(images, kernel)

    ours = value_and_gradients(lambda *pair: convolve(*pair, stride))
    theirs = value_and_gradients(lambda *pair: reference(*pair, stride))
    for our, their in zip(ours, theirs, strict=True):
        assert_close(our, their, method)


def test_in_a_scan_and_vmapped_it_is_the_same_function(method):
    images, kernel = random_pair()
    stack = jnp.stack([images, 2 * images, -images])
    one_by_one = jnp.stack([convolve(each, kernel) for each in stack])
    vmapped = jax.vmap(lambda each: convolve(each, kernel))(stack)
    scanned = jax.lax.scan(lambda carry, each: (carry, convolve(each, kernel)), 0, stack)[1]
    assert_close(vmapped, one_by_one, method)
    assert_close(scanned, one_by_one, method)


def test_twice_is_the_same_to_the_last_bit(method):
    images, kernel = random_pair()
    gradient = jax.jit(jax.grad(lambda kernel: jnp.sin(convolve(images, kernel)).sum()))
    np.testing.assert_array_equal(gradient(kernel), gradient(kernel))


def test_results_of_xla_are_values_of_bfloat16_in_the_type_of_float32():
    images, kernel = random_pair()
    with convolve_by("xla"):
        convolved = convolve(images, kernel)
    assert convolved.dtype == jnp.float32
    np.testing.assert_array_equal(convolved, convolved.astype(jnp.bfloat16).astype(jnp.float32))


def test_without_onednn_the_slow_method_is_used_and_said(monkeypatch, capsys):
    def missing():
        raise NotAvailableError("the Python package onednn-cpu-gomp is not installed")

    monkeypatch.setattr(convolution, "register_onednn", missing)
    assert convolution_method.__wrapped__() == "shifted views"
    assert "several times slower: oneDNN is not used, for the Python package" in capsys.readouterr().err


def test_missing_compiler_and_missing_package_are_named(monkeypatch, tmp_path):
    with pytest.raises(NotAvailableError, match="no-such-package is not installed"):
        onednn_library._installed_file("no-such-package", "file")
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(onednn_library.shutil, "which", lambda name: None)
    with pytest.raises(NotAvailableError, match="no C\\+\\+ compiler"):
        onednn_library._built(tmp_path, tmp_path)


def test_compiler_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", "/opt/elsewhere/g++ -m64")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(NotAvailableError, match="CXX is '/opt/elsewhere/g\\+\\+ -m64', and there is no such compiler"):
        onednn_library._built(tmp_path, tmp_path)


def test_what_was_compiled_before_needs_no_compiler_whatever_the_environment_names(monkeypatch, tmp_path):
    library = onednn_library._installed_file("onednn-cpu-gomp", "libdnnl.so.3")
    header = onednn_library._installed_file("onednn-devel-cpu-gomp", "dnnl.hpp")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "first"))
    built = onednn_library._built(library, header)
    monkeypatch.setenv("COMPILED_CONVOLUTIONS", str(built.parent))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "second"))
    monkeypatch.setenv("CXX", "/opt/elsewhere/g++")
    assert onednn_library._built(library, header) == built


def test_cache_that_cannot_be_written_is_named(monkeypatch):
    library = onednn_library._installed_file("onednn-cpu-gomp", "libdnnl.so.3")
    header = onednn_library._installed_file("onednn-devel-cpu-gomp", "dnnl.hpp")
    monkeypatch.delenv("COMPILED_CONVOLUTIONS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    with pytest.raises(NotAvailableError, match=r"cannot be written .*; set XDG_CACHE_HOME"):
        onednn_library._built(library, header)


def test_max_pool_takes_each_squares_maximum():
    images = jnp.asarray(np.random.default_rng(1).normal(size=(2, 4, 6, 3)), jnp.float32)
    squares = np.asarray(images).reshape(2, 2, 2, 3, 2, 3)
    np.testing.assert_array_equal(max_pool(images), squares.max(axis=(2, 4)))


def test_max_pools_gradient_goes_to_the_maximum_alone():
    images = jnp.asarray(np.random.default_rng(2).permutation(48).reshape(1, 4, 4, 3), jnp.float32)
    weights = jnp.arange(1.0, 13.0).reshape(1, 2, 2, 3)
    gradient = np.asarray(jax.grad(lambda images: (max_pool(images) * weights).sum())(images))
    squares = gradient.reshape(1, 2, 2, 2, 2, 3)
    np.testing.assert_array_equal(squares.sum(axis=(2, 4)), weights)
    assert ((gradient != 0) == np.isin(images, np.asarray(max_pool(images)))).all()


def test_kept_kernels_are_those_of_their_owner_and_place(method):
    """Known answer: two layers of one shape, three owners, asked in turn, in batches of two sizes, by four threads."""

    @jax.jit
    def two_layers(images, kernels, owner):
        with keep_kernels(owner):
            return convolve(convolve(images, kernels[0]), kernels[1])

    rng = np.random.default_rng(0)
    images = jnp.asarray(rng.normal(size=(5, 8, 8, 16)), jnp.float32)
    kernels = [jnp.asarray(rng.normal(size=(2, 3, 3, 16, 16)) / 12, jnp.float32) for _ in range(3)]
    expected = [reference(reference(images, first, 1), second, 1) for first, second in kernels]
    owners = [jnp.int32(1_000_000 * (1 + METHODS.index(method)) + number) for number in range(3)]

    def ask(number):
        with convolve_by(method):
            return number % 3, two_layers(images[: 5 - number % 2], kernels[number % 3], owners[number % 3])

    with ThreadPoolExecutor(4) as threads:
        for number, answer in threads.map(ask, range(24)):
            assert answer == pytest.approx(expected[number][: len(answer)], abs=5 * TOLERANCE[method])
