"""oneDNN's convolutions made known to XLA: found in its wheel, wrapped by a C++ file that is built once, registered.

The wheels `onednn-cpu-gomp` and `onednn-devel-cpu-gomp` bring the library and its headers. `onednn_convolution.cc` is
compiled at first use, in a few seconds, into the user's cache folder; its name changes with what it is made of.
Where there is no compiler, as in the container, it was compiled before and lies in the folder $COMPILED_CONVOLUTIONS.
"""

import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import jax
import jaxlib
from platformdirs import user_cache_path

from photographs.atomic_files import write_atomically

_SOURCE = Path(__file__).with_name("onednn_convolution.cc")
_TARGETS = ("onednn_forward", "onednn_kept_forward", "onednn_input_gradient", "onednn_kernel_gradient")


class NotAvailableError(Exception):
    """oneDNN cannot be used here; the message says why."""


@functools.cache
def register_onednn() -> None:
    """Make XLA's CPU backend know the four targets of `onednn_convolution.cc`, building it if need be.

    Raises:
        NotAvailableError: a wheel or the compiler is missing, or the build failed.
    """
    library, header = (
        _installed_file("onednn-cpu-gomp", "libdnnl.so.3"),
        _installed_file("onednn-devel-cpu-gomp", "dnnl.hpp"),
    )
    # Threads that wait must not keep a core busy that XLA's own threads need. Read when the library is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        wrapper = ctypes.CDLL(str(_built(library, header)))
    except OSError as error:
        raise NotAvailableError(f"its library does not load ({error})") from error
    for target in _TARGETS:
        jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(getattr(wrapper, target)), platform="cpu")


def has_bfloat16_units() -> bool:
    """Return whether this processor multiplies bfloat16 itself (AMX or AVX-512), so that it is faster than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags


def _installed_file(package: str, name: str) -> Path:
    try:
        files = distribution(package).files or []
    except PackageNotFoundError as error:
        raise NotAvailableError(f"the Python package {package} is not installed") from error
    for file in files:
        if file.name == name and file.locate().is_file():
            return Path(file.locate()).resolve()
    raise NotAvailableError(f"the Python package {package} has no file {name}")


def _built(library: Path, header: Path) -> Path:
    flags = ["-O2", "-std=c++17", "-shared", "-fPIC", "-fopenmp", "-w"]
    parts = [
        _SOURCE.read_text(encoding="utf-8"),
        str(library),
        *flags,
        jaxlib.__version__,
        distribution("onednn-cpu-gomp").version,
    ]
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    file_name = f"onednn_convolution_{name}.so"
    if "COMPILED_CONVOLUTIONS" in os.environ:
        before = Path(os.environ["COMPILED_CONVOLUTIONS"], file_name)
        if before.is_file():
            return before
    built = user_cache_path("fauxtograph") / "compiled" / file_name
    if not built.is_file():
        compiler = _compiler()
        with tempfile.TemporaryDirectory() as scratch:
            output = Path(scratch) / built.name
            command = [*compiler, *flags, f"-I{jax.ffi.include_dir()}", f"-I{header.parent}", str(_SOURCE)]
            command += [str(library), f"-Wl,-rpath,{library.parent}", "-o", str(output)]
            finished = subprocess.run(command, capture_output=True, text=True, check=False)
            if finished.returncode:
                raise NotAvailableError(f"building {_SOURCE.name} failed: {finished.stderr.strip()[-500:]}")
            try:
                write_atomically(built, lambda stream: stream.write(output.read_bytes()))
            except OSError as error:
                raise NotAvailableError(f"{built} cannot be written ({error.strerror}); set XDG_CACHE_HOME") from error
    return built


def _compiler() -> list[str]:
    if "CXX" in os.environ:
        command = os.environ["CXX"].split()
        if not command or shutil.which(command[0]) is None:
            raise NotAvailableError(f"CXX is {os.environ['CXX']!r}, and there is no such compiler")
        return command
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise NotAvailableError("there is no C++ compiler (g++)")
    return [compiler]
