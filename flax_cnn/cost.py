"""What a training took by the clock: nothing here is the same twice."""

import statistics
from typing import Any

from flax_cnn.memory import peak_device_memory_bytes, peak_memory_bytes


def training_cost(rows: list[dict[str, Any]], seeds: int) -> dict[str, float | None]:
    """Return what one of `seeds` trainings in a program took, from its metrics rows.

    Returns:
        seconds, core_seconds: of training, evaluation left out; the program's divided by its seeds, so that the costs
            of an arm's trainings add up.
        images_per_second: an interval's images over its seconds as above, which is what all seeds reach together.
            Median of the intervals after the first, whose time is mostly compilation; None where there is but one.
        seeds_side_by_side: `seeds`.
        peak_memory_bytes, peak_device_memory_bytes: the most that the whole process has held so far in main memory and
            on one of its devices; None for the latter on CPUs.
    """
    speeds = [row["images_per_second"] for row in rows[1:]]
    return {
        "seconds": round(sum(row["seconds"] for row in rows), 1),
        "core_seconds": round(sum(row["core_seconds"] for row in rows), 1),
        "images_per_second": statistics.median(speeds) if speeds else None,
        "seeds_side_by_side": seeds,
        "peak_memory_bytes": peak_memory_bytes(),
        "peak_device_memory_bytes": peak_device_memory_bytes(),
    }
