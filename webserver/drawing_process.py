"""The drawing process as the server holds it: started, spoken to, and ended.

What it says is read in a thread of its own. So whoever waits for it may stop waiting at any time, even when it stops in
the middle of a message, and its end is known at once.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from text_to_image.config import GeneratorConfig
from webserver.generation_worker import Drawing, work

_POLL_SECONDS = 0.25
_END_SECONDS = 2.0


class DrawingProcess:
    """One process, from its start to its end.

    Args:
        config: the generator's settings, the rows of a forward pass and compiling not left open ("auto").
        threads: CPU threads it draws with.
        pins: keeps which commits of hub models the study drew with (`fetch_pinned`).
        target: what it runs.

    Raises:
        OSError: the machine has no room for another process.
    """

    def __init__(self, config: GeneratorConfig, threads: int, pins: Path, target: Callable = work):
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # One byte without a lock: a process that is killed while it holds a lock never gives it back.
        self._cancelled = context.RawValue("b", 0)
        self._process = context.Process(
            target=target, args=(config, threads, pins, theirs, self._cancelled), name="generator", daemon=True
        )
        self._process.start()
        theirs.close()
        self._said: queue.SimpleQueue[tuple | None] = queue.SimpleQueue()
        self._has_ended = threading.Event()
        self._reader = threading.Thread(target=self._read, name="generator-reader", daemon=True)
        try:
            self._reader.start()
        except RuntimeError as error:  # no more threads: what the machine says where it has no room for processes
            self._process.kill()
            self._process.join()
            self._pipe.close()
            raise OSError(str(error)) from error

    @property
    def is_alive(self) -> bool:
        """Whether it can still say something."""
        return not self._has_ended.is_set()

    def draw(self, drawing: Drawing) -> None:
        """Begin a drawing; `next_message` tells how it goes."""
        self._cancelled.value = 0
        # Of one that has ended, the next message tells.
        with contextlib.suppress(OSError):
            self._pipe.send(drawing)

    def cancel(self) -> None:
        """Ask it to stop the drawing at its next step."""
        self._cancelled.value = 1

    def next_message(self, give_up: Callable[[float], bool]) -> tuple | None:
        """Return what it says next; None if it ended, or `give_up`, asked with the seconds waited, says so."""
        began = time.monotonic()
        while not give_up(time.monotonic() - began):
            with contextlib.suppress(queue.Empty):
                return self._said.get(timeout=_POLL_SECONDS)
        return None

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.terminate()
        self._process.join(_END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_END_SECONDS)
        self._reader.join(_END_SECONDS)
        self._pipe.close()

    def _read(self) -> None:
        try:
            while True:
                self._said.put(self._pipe.recv())
        except (EOFError, OSError):
            pass  # it has ended, perhaps in the middle of a message
        finally:
            self._has_ended.set()
            self._said.put(None)
