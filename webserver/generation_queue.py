"""Jobs of pictures: a bounded queue before one drawing process, which can be stopped and is started anew if it dies."""

import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Literal

from text_to_image.config import GeneratorConfig
from webserver.generation_worker import Drawing, Drawn, work

log = logging.getLogger(__name__)

State = Literal["queued", "running", "done", "cancelled", "failed"]
_STOP_SECONDS = 10.0
_RESTART_SECONDS = 2.0
_POLL_SECONDS = 0.25


@dataclass
class Job:
    """One request for pictures. Changed by the queue alone, under its lock."""

    id: str
    drawing: Drawing
    state: State = "queued"
    prompt: str = ""
    answer: str = ""
    step: int = 0
    steps: int = 0
    preview_png: bytes = b""
    images: list[Drawn] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    wants_cancel: bool = False
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "cancelled", "failed")


class QueueFullError(Exception):
    """As many jobs wait as may.

    Attributes:
        seconds: by when there may be room.
    """

    def __init__(self, seconds: float):
        super().__init__("the queue is full")
        self.seconds = seconds


class GenerationQueue:
    """Draws one job after another.

    Args:
        config: the generator's settings, nothing in them left open ("auto").
        threads: CPU threads of the drawing process.
        length: jobs that may wait.
        kept: finished jobs that are remembered, the newest.
        read: called with a job's pictures; returns a reading each.
        finished: called with every job that is over, and the seconds it took.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        threads: int,
        length: int,
        kept: int,
        read: Callable[[list[Drawn]], list[dict[str, Any]]],
        finished: Callable[[Job, float], None] = lambda job, seconds: None,
    ):
        self._config, self._threads, self._length, self._kept, self._read = config, threads, length, kept, read
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._context = get_context("spawn")
        self._process = self._pipe = None
        self._cancelled = self._context.Event()
        self._seconds_a_job = 5.0
        self.model: dict[str, Any] | None = None
        self.broken = ""
        self._finished = finished
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    def submit(self, drawing: Drawing) -> Job:
        """Queue a job.

        Raises:
            QueueFullError: no room.
        """
        with self._changed:
            if len(self._waiting) >= max(1, self._length):
                raise QueueFullError(self._seconds_a_job * len(self._waiting))
            job = Job(secrets.token_urlsafe(12), drawing)
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._forget_oldest()
            self._changed.notify_all()
        return job

    def find(self, job_id: str) -> Job | None:
        """Return a job that is not forgotten yet."""
        with self._changed:
            return self._jobs.get(job_id)

    def position(self, job: Job) -> int:
        """Return how many jobs are before this one; 0 once it runs."""
        with self._changed:
            running = any(other.state == "running" for other in self._jobs.values())
            return self._waiting.index(job) + running if job in self._waiting else 0

    def cancel(self, job: Job) -> None:
        """Take a job out of the queue, or stop it at its next step."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                self._set(job, state="cancelled")
            elif job.state == "running" and not job.wants_cancel:
                job.wants_cancel = True
                self._cancelled.set()
            self._changed.notify_all()

    def wait_for_change(self, job: Job, version: int, seconds: float) -> int:
        """Wait until the job's version is another, or the time is over; return the version."""
        with self._changed:
            self._changed.wait_for(lambda: job.version != version, seconds)
            return job.version

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return len(self._waiting)

    def close(self) -> None:
        """Stop drawing, and the drawing process."""
        with self._changed:
            self._closing = True
            self._cancelled.set()
            self._changed.notify_all()
        self._thread.join(_STOP_SECONDS)
        self._stop_process()

    def _forget_oldest(self) -> None:
        over = [job.id for job in self._jobs.values() if job.is_over]
        for job_id in over[: max(0, len(self._jobs) - self._kept)]:
            del self._jobs[job_id]

    def _set(self, job: Job, **values: Any) -> None:
        with self._changed:
            for name, value in values.items():
                setattr(job, name, value)
            job.version += 1
            if job.is_over:
                for other in self._waiting:  # each moves up by one
                    other.version += 1
                self._forget_oldest()
            self._changed.notify_all()

    def _run(self) -> None:
        while not self._closing:
            if not self._process_is_ready():
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, _RESTART_SECONDS)
                continue
            with self._changed:
                # Looked at now and then even without work, so that a process that died is started before it is needed.
                self._changed.wait_for(lambda: self._waiting or self._closing, 1.0)
                if self._closing or not self._waiting:
                    continue
                job = self._waiting.popleft()
                self._cancelled.clear()
                self._set(job, state="running")
            started = time.monotonic()
            try:
                self._draw(job)
            except Exception as error:
                log.exception("job %s failed", job.id)
                self._set(job, state="failed", reason=f"the server failed at it ({type(error).__name__})")
            seconds = time.monotonic() - started
            self._seconds_a_job = 0.7 * self._seconds_a_job + 0.3 * seconds
            self._finished(job, seconds)

    def _process_is_ready(self) -> bool:
        if self._process is not None and self._process.is_alive():
            return True
        self._stop_process()
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(
            target=work, args=(self._config, self._threads, theirs, self._cancelled), name="generator", daemon=True
        )
        self._process.start()
        theirs.close()
        said = self._next_message(lambda: self._closing)
        if said is not None and said[0] == "ready":
            self.model, self.broken = said[1], ""
            return True
        if not self._closing:
            self.broken = said[1] if said is not None else "its process ended while it loaded the model"
            log.error("the generator does not start: %s", self.broken)
            self._fail_waiting()
        return False

    def _fail_waiting(self) -> None:
        with self._changed:
            jobs = list(self._waiting)
            self._waiting.clear()
            for job in jobs:
                self._set(job, state="failed", reason=f"the generator does not start: {self.broken}")

    def _draw(self, job: Job) -> None:
        self._pipe.send(job.drawing)
        while True:
            said = self._next_message(self._stop_overdue(job))
            if said is None:
                state = "cancelled" if job.wants_cancel or self._closing else "failed"
                self._stop_process()
                self._set(
                    job, state=state, preview_png=b"", reason="" if state == "cancelled" else "the generator died"
                )
                return
            match said:
                case ("understood", prompt, answer):
                    self._set(job, prompt=prompt, answer=answer)
                case ("step", done, of, sheet):
                    self._set(job, step=done, steps=of, preview_png=sheet)
                case ("images", images):
                    self._set(job, images=images, readings=self._read(images), state="done", preview_png=b"")
                    return
                case ("cancelled",):
                    self._set(job, state="cancelled", preview_png=b"")
                    return
                case ("failed", reason):
                    self._set(job, state="failed", reason=reason, preview_png=b"")
                    return

    def _stop_overdue(self, job: Job) -> Callable[[], bool]:
        """Return whether a cancelled job had its time to stop by itself."""
        asked: list[float] = []

        def overdue() -> bool:
            if job.wants_cancel or self._closing:
                asked.append(time.monotonic())
            return bool(asked) and time.monotonic() - asked[0] > _STOP_SECONDS

        return overdue

    def _next_message(self, give_up: Callable[[], bool]) -> tuple | None:
        """Return what the process says next, or None if it ended or there is no more waiting for it."""
        try:
            while not self._pipe.poll(_POLL_SECONDS):
                if give_up() or not (self._process.is_alive() or self._pipe.poll()):
                    return None
            return self._pipe.recv()
        except (EOFError, OSError):
            return None

    def _stop_process(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join(2)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(2)
            self._pipe.close()
        self._process = self._pipe = None
