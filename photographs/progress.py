"""Progress of long work: a bar with time left on a terminal, a plain line now and then in a log."""

import sys
import time

from tqdm import tqdm

_SECONDS_BETWEEN_LINES = 10


class Progress:
    """Counts finished units of work and shows rate and time left on standard error.

    Args:
        total: units in all.
        what: what is being worked on, such as "bird 0-400".
        unit: the plural of one unit, such as "images".
        done: units that an earlier run finished; they do not count for the rate.
    """

    def __init__(self, total: int, what: str, unit: str, done: int = 0):
        self._total, self._what, self._unit = total, what, unit
        self._done, self._started_with = done, done
        self._started = self._printed = time.monotonic()
        self._bar = (
            tqdm(total=total, initial=done, desc=what, unit=f" {unit}", smoothing=0.05) if sys.stderr.isatty() else None
        )

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()
        elif self._done > self._started_with:
            self._print_line()

    def advance(self, units: int) -> None:
        """Count `units` more as done."""
        self._done += units
        if self._bar is not None:
            self._bar.update(units)
        elif time.monotonic() - self._printed >= _SECONDS_BETWEEN_LINES:
            self._print_line()

    def _print_line(self) -> None:
        self._printed = time.monotonic()
        elapsed = self._printed - self._started
        rate = (self._done - self._started_with) / max(elapsed, 1e-9)
        left = tqdm.format_interval((self._total - self._done) / max(rate, 1e-9))
        print(
            f"{self._what}: {self._done}/{self._total} {self._unit}, {rate:.1f} {self._unit}/s, {left} left",
            file=sys.stderr,
            flush=True,
        )
