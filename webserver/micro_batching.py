"""Requests that come at once are answered together: a batch costs the network less than its images one by one.

Each request names the networks that it asks, and a batch is of one set of them, so that no request is answered by two.
Nobody waits for a batch to fill: while one is computed, those that come form the next. Two workers keep two cores busy:
while one is in the network, the other turns an answer into what the client reads.
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
    """Hands waiting images to those who answer, some at a time, in threads of its own.

    Args:
        answer: takes whom the images were submitted to and uint8 (N, 32, 32, 3), N up to `largest`, and returns N
            answers; called by all workers at once.
        largest: most images in a batch.
        most_waiting: beyond these `submit` refuses.
        workers: batches under way at once.
    """

    def __init__(
        self, answer: Callable[[Any, np.ndarray], Sequence[Any]], largest: int, most_waiting: int, workers: int
    ):
        self._answer, self._largest, self._most_waiting = answer, largest, most_waiting
        self._waiting: deque[tuple[Any, np.ndarray, Future]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"micro-batcher {number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, asked: Any, images: Sequence[np.ndarray], beyond_bound: bool = False) -> list[Future]:
        """Queue images uint8 (32, 32, 3); each future gives its image's answer.

        Args:
            asked: who shall answer them: the very same object shares batches.
            beyond_bound: take them however many wait: for a caller that is bounded itself.

        Raises:
            TooManyImagesError: too many wait already; none of these was queued.
        """
        futures: list[Future] = [Future() for _ in images]
        with self._changed:
            is_full = len(self._waiting) + len(images) > self._most_waiting
            if self._closed or (is_full and not beyond_bound):
                raise TooManyImagesError
            self._waiting.extend((asked, image, future) for image, future in zip(images, futures, strict=True))
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
                asked, images, futures = self._take()
            try:
                for future, answer in zip(futures, self._answer(asked, np.stack(images)), strict=True):
                    future.set_result(answer)
            except Exception as error:  # passed on to those who asked; the thread must live on
                for future in futures:
                    if not future.done():
                        future.set_exception(error)

    def _take(self) -> tuple[Any, list[np.ndarray], list[Future]]:
        asked, images, futures = self._waiting[0][0], [], []
        while self._waiting and self._waiting[0][0] is asked and len(images) < self._largest:
            _, image, future = self._waiting.popleft()
            images.append(image)
            futures.append(future)
        return asked, images, futures
