"""Compiled programs are shared by machines whose processors are of one kind, whatever the machines are called."""

from flax_cnn import compiled_programs
from flax_cnn.compiled_programs import kind_of_processor

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
