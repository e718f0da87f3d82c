"""Quizzes that were begun: what their photographs are is kept here, and not told before they are answered."""

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from webserver.problems import ProblemError

_KEPT = 256


@dataclass(frozen=True)
class Quiz:
    """Photographs uint8 (N, 32, 32, 3), which of them are generated, and their classes."""

    images_nhwc: np.ndarray
    generated: list[bool]
    classes: list[str]


class Quizzes:
    """The newest quizzes."""

    def __init__(self):
        self._by_id: OrderedDict[str, Quiz] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, quiz: Quiz) -> str:
        """Return the id that `find` takes."""
        quiz_id = secrets.token_urlsafe(12)
        with self._lock:
            self._by_id[quiz_id] = quiz
            if len(self._by_id) > _KEPT:
                self._by_id.popitem(last=False)
        return quiz_id

    def find(self, quiz_id: str) -> Quiz:
        """Return a quiz; 404 if it is unknown or too old."""
        with self._lock:
            if (quiz := self._by_id.get(quiz_id)) is None:
                raise ProblemError(404, "there is no such quiz, or it is too old")
            return quiz
