"""What `benchmarks.training` does beside its measurement: where it computes, what it says of it, what it removes."""

import os

import pytest

from benchmarks import training
from flax_cnn import convolution


@pytest.mark.parametrize(
    ("method", "arithmetic"),
    [("onednn bfloat16", "bfloat16"), ("onednn float32", "float32"), ("shifted views", "float32")],
)
def test_arithmetic_of_ours_is_that_of_its_convolution(monkeypatch, method, arithmetic):
    monkeypatch.setattr(convolution, "convolution_method", lambda: method)
    assert training._arithmetic("fauxtograph") == arithmetic


def test_all_computes_on_the_cpu_and_nothing_of_others_is_removed(monkeypatch, tmp_path):
    def take_turns(part, names, options):
        assert os.environ["JAX_PLATFORMS"] == "cpu"
        return {name: [{"images": 1, "seconds": 1, "accuracy": 0.9}] * 2 for name in names}

    monkeypatch.setenv("JAX_PLATFORMS", "cuda")
    monkeypatch.setattr(training, "require_splits", lambda *arguments: None)
    monkeypatch.setattr(training, "_arithmetic", lambda name: "float32")
    monkeypatch.setattr(training, "_take_turns", take_turns)
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "thesis.json").write_text("{}")
    folders = ["--unfinished", str(tmp_path / "kept"), "--output", str(tmp_path / "out.json")]
    monkeypatch.setattr("sys.argv", ["training", "--runs", "2", *folders])
    training.main()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["thesis.json"]
