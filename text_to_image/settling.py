"""What a study leaves open ("auto") is settled once, by trying, before the first image, and then stays so.

Everything here changes at least the last bits of every image, so it is part of what an image is. Were each job to
settle it for itself, an image would depend on the memory or the load of the machine that drew it.
"""

import gc
import time
from collections.abc import Callable

import torch

from text_to_image.config import GeneratorConfig
from text_to_image.model_source import ModelSource
from text_to_image.network_speed import has_compiler
from text_to_image.pipeline import Pipeline, choose_device

# Compiling costs a minute or more a job, which models of one to four steps do not win back.
_FEW_STEPS = 4
_FIRST_ROWS, _MOST_ROWS = 8, 256
# Twice the rows have to bring this much more images a second; all they cost otherwise is memory.
_WORTHWHILE_GAIN = 1.05


def settle(config: GeneratorConfig, source: ModelSource) -> GeneratorConfig:
    """Return the settings with every open one settled on this machine's device.

    Raises:
        RuntimeError: the device's memory is too small for a single image.
    """
    if config.compile == "auto":
        compiles = choose_device(config) == "cuda" and config.steps > _FEW_STEPS
        if compiles and not has_compiler("cuda"):
            print("compile: auto is off, for there is no C compiler (gcc), which torch.compile needs", flush=True)
            compiles = False
        config = config.model_copy(update={"compile": compiles})
    if config.rows_per_forward == "auto":
        config = config.model_copy(update={"rows_per_forward": _tried_rows(config, source)})
    return config


def most_useful_rows(seconds_to_draw: Callable[[int], float]) -> int:
    """Return how many rows a forward are worth it: doubled while that is faster by 5 %, halved where memory runs out.

    Args:
        seconds_to_draw: draws so many images together and returns the time it took, or raises torch.OutOfMemoryError.

    Raises:
        RuntimeError: not even one image fits.
    """
    rows, best_rows, best_rate = _FIRST_ROWS, None, 0.0
    while rows <= _MOST_ROWS:
        rate = _rate(seconds_to_draw, rows)
        if rate is None and best_rows is None:
            if rows == 1:
                raise RuntimeError(
                    "the device's memory is too small for one image of this model (generator.image_size)"
                )
            rows //= 2
            continue
        if rate is None or rate < best_rate * _WORTHWHILE_GAIN:
            break
        best_rows, best_rate = rows, rate
        if rows < _FIRST_ROWS:
            break  # came down from more, which did not fit
        rows *= 2
    return best_rows


def _rate(seconds_to_draw: Callable[[int], float], rows: int) -> float | None:
    """Return images a second, or None where memory ran out."""
    try:
        return rows / seconds_to_draw(rows)
    except torch.OutOfMemoryError:
        pass  # while the error lives, so does all that it refers to
    gc.collect()
    torch.cuda.empty_cache()
    return None


def _tried_rows(config: GeneratorConfig, source: ModelSource) -> int:
    # Uncompiled: each number of rows would be compiled anew, for minutes.
    pipeline = Pipeline(config.model_copy(update={"compile": False, "rows_per_forward": 1}), source)

    def seconds_to_draw(rows: int) -> float:
        arguments = ["a photo"] * rows, [1.0] * rows, list(range(rows))
        pipeline(*arguments)  # the first forward of a shape also chooses kernels
        start = time.perf_counter()
        pipeline(*arguments)
        seconds = time.perf_counter() - start
        print(f"rows_per_forward {rows}: {rows / seconds:.2f} images/s", flush=True)
        return seconds

    return most_useful_rows(seconds_to_draw)
