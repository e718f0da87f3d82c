"""The process that draws: torch lives here, away from the server, and a crash or a hang here is not the server's.

It speaks through a pipe. In: a `Drawing`. Out: first ("ready", facts) or ("broken", reason), where facts are the
model's (`ModelSource.as_dict`), its `arithmetic` and its lowest and highest `guidance_scales`; then for each drawing
("understood", prompt, answer), after every step ("step", done, of, sheet), and at last ("images", list of `Drawn`),
("cancelled",) or ("failed", reason).
"""

import contextlib
import ctypes
import io
import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from text_to_image.config import GeneratorConfig

# A preview's pixels a side: a picture that is forming need not be seen in full.
_PREVIEW_SIDE = 96
_NICENESS = 5


@dataclass(frozen=True)
class Drawing:
    """Pictures to draw: those numbered `first` to `first + count - 1` of a prompt and seed."""

    prompt: str
    seed: int
    first: int
    count: int
    guidance_scale: float
    steps: int


@dataclass(frozen=True)
class Drawn:
    """A finished picture: uint8 (H, W, 3), its number, and how often it was redrawn."""

    image_hwc: np.ndarray
    index: int
    redraws: int


class _CancelledError(Exception):
    pass


def work(config: GeneratorConfig, threads: int, pins: Path, pipe: Connection, cancelled: ctypes.c_byte) -> None:
    """Draw what comes through `pipe` until the server is gone.

    Args:
        config: the generator's settings; seed, guidance and steps come with each drawing.
        pins: keeps which commits of hub models the study drew with (`fetch_pinned`).
        cancelled: shared with the server, which sets it to 1 to stop the drawing under way at its next step.
    """
    # Ctrl-C is the server's to handle: it ends this process when it is done itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        _work(config, threads, pins, pipe, cancelled)


def _work(config: GeneratorConfig, threads: int, pins: Path, pipe: Connection, cancelled: ctypes.c_byte) -> None:
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # Imported here: it takes seconds, and the server that starts this process must not have torch in it.
    import torch

    from text_to_image.part_sources import pinned_for_free_prompts
    from text_to_image.pipeline import Pipeline

    torch.set_num_threads(threads)
    try:
        config, source = pinned_for_free_prompts(config, pins)
        pipeline = Pipeline(config, source)
    except (ValueError, RuntimeError, OSError) as error:
        pipe.send(("broken", str(error)))
        return
    # From here on drawing gives way to classification.
    os.nice(_NICENESS)
    facts = {"arithmetic": pipeline.arithmetic, "guidance_scales": pipeline.guidance_scales}
    pipe.send(("ready", {**source.as_dict(), **facts}))
    while True:
        drawing: Drawing = pipe.recv()
        try:
            pipe.send(_draw(config, source, pipeline, drawing, pipe, cancelled))
        except _CancelledError:
            pipe.send(("cancelled",))
        except (ValueError, RuntimeError) as error:
            pipe.send(("failed", str(error)))


def _draw(config, source, pipeline, drawing: Drawing, pipe: Connection, cancelled: ctypes.c_byte) -> tuple[str, Any]:
    from text_to_image.free_prompt import draw_free_prompt, understand

    own = config.model_copy(
        update={"seed": drawing.seed, "guidance_scale": drawing.guidance_scale, "steps": drawing.steps}
    )
    understood = understand(source, drawing.prompt)
    pipe.send(("understood", understood.prompt, understood.answer))
    indices = range(drawing.first, drawing.first + drawing.count)
    rounds = -(-drawing.count // own.rows_per_forward)
    steps_done = 0

    def watch(preview_nhwc) -> None:
        nonlocal steps_done
        steps_done += 1
        # Pictures that are drawn again take rounds of their own, which nobody can know beforehand.
        of = max(rounds, -(-steps_done // own.steps)) * own.steps
        before = (steps_done - 1) // own.steps * own.rows_per_forward
        shown = max(1, drawing.count - before)
        pipe.send(("step", steps_done, of, _sheet(preview_nhwc()[:shown])))
        if cancelled.value:
            raise _CancelledError

    drawn = draw_free_prompt(own, pipeline.under(own, watch), understood.prompt, indices)
    columns = zip(drawn.images_nhwc, drawn.indices, drawn.metadata["redraws"], strict=True)
    return "images", [Drawn(image, int(index), int(redraws)) for image, index, redraws in columns]


def _sheet(images_nhwc: np.ndarray) -> bytes:
    """Return small images side by side as PNG."""
    from PIL import Image

    small = []
    for image in images_nhwc:
        picture = Image.fromarray(image)
        picture.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
        small.append(np.asarray(picture))
    stream = io.BytesIO()
    Image.fromarray(np.concatenate(small, axis=1)).save(stream, "png", compress_level=1)
    return stream.getvalue()
