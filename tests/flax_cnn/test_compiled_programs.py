"""Compiled programs are shared by machines whose processors are of one kind, whatever the machines are called."""

import zlib

import jax

from flax_cnn import compiled_programs
from flax_cnn.compiled_programs import keep_compiled_programs, kind_of_processor

ONE = """processor\t: {number}
vendor_id\t: GenuineIntel
model name\t: Example
cpu MHz\t\t: {number}000.0
flags\t\t: fpu {flags}

"""


def test_programs_are_kept_by_the_kind_of_processor(tmp_path, monkeypatch):
    listing = tmp_path / "cpuinfo"
    monkeypatch.setattr(compiled_programs, "_PROCESSORS", listing)
    kinds = []
    machines = (((0, 1), "avx2", "pod-1"), ((5, 6, 7), "avx2", "pod-2"), ((0, 1), "avx512f", "pod-1"))
    for numbers, flags, machine in machines:
        listing.write_text("".join(ONE.format(number=number, flags=flags) for number in numbers))
        monkeypatch.setattr(compiled_programs.platform, "node", lambda name=machine: name)
        kinds.append(kind_of_processor())
    assert kinds[0] == kinds[1] != kinds[2]
    listing.unlink()
    monkeypatch.setattr(compiled_programs.platform, "processor", lambda: "")
    assert kind_of_processor() == "pod-1"


def test_half_written_programs_go_and_whole_ones_stay(tmp_path, monkeypatch):
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    kept_before = jax.config.jax_compilation_cache_dir
    folder = tmp_path / kind_of_processor()
    folder.mkdir()
    whole = zlib.compress(bytes(range(256)) * 40)
    entries = {
        "whole": whole,
        "cut": whole[:-9],
        "empty": b"",
        "spoilt": whole[:2] + b"?" * 40,
        "zstandard": b"\x28\xb5",
    }
    for name, content in entries.items():
        (folder / f"jit_{name}-cache").write_bytes(content)
    try:
        keep_compiled_programs(tmp_path)
    finally:
        jax.config.update("jax_compilation_cache_dir", kept_before)
    assert sorted(path.name for path in folder.iterdir()) == ["jit_whole-cache", "jit_zstandard-cache"]
