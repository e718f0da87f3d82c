"""A study compiles once, whatever its arms and seeds."""

from benchmarks.compilation import measure_job


def test_job_of_another_arm_and_seed_finds_the_programs_of_the_first(tmp_path):
    first = measure_job(tmp_path, "real", 0, "fast", width=0.1, batch_size=8)
    second = measure_job(tmp_path, "synthetic", 1, "fast", width=0.1, batch_size=8)
    assert first["compiled"] > 0
    assert (first["found"], second["compiled"]) == (0, 0)
    assert second["found"] == first["compiled"]
