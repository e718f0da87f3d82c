"""Requests that come at once are answered together: a batch costs the network less than its images one by one.

Nobody waits for a batch to fill: while one is computed, those that come form the next. Two workers keep two cores
busy: while one is in the network, the other turns an answer into what the client reads.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np


class TooManyImagesError(Exception):
    """More images wait than may."""


class MicroBatcher:
    """Hands waiting images to `answer`, some at a time, in threads of its own.

    Args:
        answer: takes uint8 (N, 32, 32, 3), N up to `largest`, and returns N answers; called by all workers at once.
        largest: most images in a batch.
        most_waiting: beyond these `submit` refuses.
        workers: batches under way at once.
    """

    def __init__(self, answer: Callable[[np.ndarray], Sequence[Any]], largest: int, most_waiting: int, workers: int):
        self._answer, self._largest, self._most_waiting = answer, largest, most_waiting
        self._waiting: deque[tuple[np.ndarray, Future]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"micro-batcher {number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, images: Sequence[np.ndarray], beyond_bound: bool = False) -> list[Future]:
        """Queue images uint8 (32, 32, 3); each future gives its image's answer.

        Args:
            beyond_bound: take them however many wait: for a caller that is bounded itself.

        Raises:
            TooManyImagesError: too many wait already; none of these was queued.
        """
        futures: list[Future] = [Future() for _ in images]
        with self._changed:
            is_full = len(self._waiting) + len(images) > self._most_waiting
            if self._closed or (is_full and not beyond_bound):
                raise TooManyImagesError
            self._waiting.extend(zip(images, futures, strict=True))
            self._changed.notify(len(images))
        return futures

    def waiting(self) -> int:
        """Return how many images wait."""
        return len(self._waiting)

    def close(self) -> None:
        """Answer what waits, then stop."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                count = min(self._largest, len(self._waiting))
                taken = [self._waiting.popleft() for _ in range(count)]
            try:
                answers = self._answer(np.stack([image for image, _ in taken]))
                for (_, future), answer in zip(taken, answers, strict=True):
                    future.set_result(answer)
            except Exception as error:  # passed on to those who asked; the thread must live on
                for _, future in taken:
                    if not future.done():
                        future.set_exception(error)
