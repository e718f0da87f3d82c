"""Jobs of pictures: a bounded queue before one drawing process, which can be stopped and is started anew if it dies."""

import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from webserver.drawing_process import DrawingProcess
from webserver.generation_worker import Drawing, Drawn

log = logging.getLogger(__name__)

State = Literal["queued", "running", "done", "cancelled", "failed"]
OVER = ("done", "cancelled", "failed")
_STOP_SECONDS = 10.0
# Twice as long after every start that failed, up to the longest: a model that cannot be loaded costs seconds each time.
_RESTART_SECONDS, _LONGEST_RESTART_SECONDS = 2.0, 300.0
# A process that ends while it loads may have been killed by chance; one that does it again and again cannot load.
_MOST_ENDS_WHILE_LOADING = 3


@dataclass
class Job:
    """One request for pictures. Changed by the queue alone, under its lock.

    Attributes:
        model: what draws it: the facts that its process said, which the next process may say otherwise.
    """

    id: str
    drawing: Drawing
    model: dict[str, Any] = field(default_factory=dict)
    state: State = "queued"
    prompt: str = ""
    answer: str = ""
    step: int = 0
    steps: int = 0
    preview_png: bytes = b""
    images: list[Drawn] = field(default_factory=list)
    readings: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""
    began: float | None = None
    cancel_asked: float | None = None
    was_put_back: bool = False
    version: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in OVER


class QueueFullError(Exception):
    """As many jobs wait as may.

    Attributes:
        seconds: by when there may be room.
    """

    def __init__(self, seconds: float):
        super().__init__("the queue is full")
        self.seconds = seconds


def restart_pause(failed_starts: int) -> float:
    """Return the seconds before a process is started again after so many in a row that did not load the model."""
    return min(_RESTART_SECONDS * 2 ** min(failed_starts - 1, 20), _LONGEST_RESTART_SECONDS)


class GenerationQueue:
    """Draws one job after another.

    Args:
        start: starts a drawing process.
        length: jobs that may wait.
        kept: jobs that are remembered of those with pictures, and as many of those that came to none: the newest.
        silence_seconds: a drawing process that says nothing for so long hangs, and is ended.
        read: called with a job's pictures; returns a reading each.
        finished: called with every job that is over, and the seconds since it began to be drawn (None: it never was).

    Attributes:
        model: what draws, or drew last: the facts that its process said (`generation_worker`); None until one has
            loaded it.
        broken: why nothing can be drawn; empty if it can.
    """

    def __init__(
        self,
        start: Callable[[], DrawingProcess],
        length: int,
        kept: int,
        silence_seconds: float,
        read: Callable[[list[Drawn]], list[dict[str, Any]]],
        finished: Callable[[Job, float | None], None] = lambda job, seconds: None,
    ):
        self._start, self._length, self._kept, self._silence_seconds = start, length, kept, silence_seconds
        self._read, self._finished = read, finished
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._process: DrawingProcess | None = None
        self._has_loaded = False
        self._failed_starts = 0
        self._seconds_a_job = 5.0
        self.is_closing = False
        self.model: dict[str, Any] | None = None
        self.broken = ""
        self._thread = threading.Thread(target=self._run, name="generation", daemon=True)
        self._thread.start()

    @property
    def is_ready(self) -> bool:
        """Whether a process is there that has loaded the model."""
        process = self._process
        return self._has_loaded and process is not None and process.is_alive

    def submit(self, drawing: Drawing) -> Job:
        """Queue a job.

        Raises:
            QueueFullError: no room, or the server stops.
        """
        with self._changed:
            if self.is_closing or len(self._waiting) >= self._length:
                raise QueueFullError(self._seconds_a_job * len(self._waiting))
            job = Job(secrets.token_urlsafe(12), drawing)
            self._jobs[job.id] = job
            self._waiting.append(job)
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
            elif job.state == "running" and job.cancel_asked is None:
                job.cancel_asked = time.monotonic()
                self._process.cancel()
            self._changed.notify_all()

    def wait_for_change(self, job: Job, version: int, seconds: float) -> int:
        """Wait until the job's version is another, the time is over or the queue closes; return the version."""
        with self._changed:
            self._changed.wait_for(lambda: job.version != version or self.is_closing, seconds)
            return job.version

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return len(self._waiting)

    def stop(self) -> None:
        """Take no more jobs, and let go whoever follows one. Returns at once; `close` does the rest."""
        with self._changed:
            self.is_closing = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop drawing, and the drawing process."""
        self.stop()
        self._thread.join(_STOP_SECONDS)
        self._end_process()

    def _forget_oldest(self) -> None:
        over = [job for job in self._jobs.values() if job.is_over]
        # Each by themselves: no picture is lost for jobs that were cancelled, and no failure's reason for pictures.
        for kind in ([job for job in over if job.state == "done"], [job for job in over if job.state != "done"]):
            for job in kind[: max(0, len(kind) - self._kept)]:
                del self._jobs[job.id]

    def _set(self, job: Job, **values: Any) -> None:
        with self._changed:
            for name, value in values.items():
                setattr(job, name, value)
            job.version += 1
            if job.is_over:
                for other in self._waiting:  # each moves up by one
                    other.version += 1
                self._forget_oldest()
                seconds = None if job.began is None else time.monotonic() - job.began
                if seconds is not None:
                    self._seconds_a_job = 0.7 * self._seconds_a_job + 0.3 * seconds
                self._finished(job, seconds)
            self._changed.notify_all()

    def _run(self) -> None:
        while not self.is_closing:
            if not self._process_is_ready():
                with self._changed:
                    self._changed.wait_for(lambda: self.is_closing, restart_pause(self._failed_starts))
            elif (job := self._next_job()) is not None:
                try:
                    self._draw(job)
                except Exception as error:
                    log.exception("job %s failed", job.id)
                    self._set(job, state="failed", reason=f"the server failed at it ({type(error).__name__})")

    def _next_job(self) -> Job | None:
        with self._changed:
            # Looked at now and then even without work, so that a process that died is started before it is needed.
            self._changed.wait_for(lambda: self._waiting or self.is_closing, 1.0)
            if self.is_closing or not self._waiting:
                return None
            job = self._waiting.popleft()
            self._set(job, state="running", began=time.monotonic(), model=self.model)
            self._process.draw(job.drawing)
            return job

    def _process_is_ready(self) -> bool:
        """Return whether a process can draw; start one if none does, and wait for it to load the model."""
        if self.is_ready:
            return True
        self._end_process()
        self._failed_starts += 1  # until it has loaded
        try:
            self._process = self._start()
        except OSError as error:
            self._break(f"its process cannot be started: {error}")
            return False
        match self._process.next_message(lambda silence: self.is_closing):
            case ("ready", facts):
                self.model, self.broken, self._has_loaded, self._failed_starts = facts, "", True, 0
                return True
            case ("broken", reason):
                self._break(reason)
            case None if not self.is_closing:
                log.warning("the generator's process ended while it loaded the model")
                if self._failed_starts >= _MOST_ENDS_WHILE_LOADING:
                    self._break("its process ends while it loads the model")
        return False

    def _break(self, reason: str) -> None:
        log.error("the generator does not start: %s", reason)
        with self._changed:
            self.broken = reason
            jobs = list(self._waiting)
            self._waiting.clear()
            for job in jobs:
                self._set(job, state="failed", reason=f"the generator does not start: {reason}")

    def _draw(self, job: Job) -> None:
        while not job.is_over:
            match self._process.next_message(lambda silence: self._is_enough(job, silence)):
                case ("understood", prompt, answer):
                    self._set(job, prompt=prompt, answer=answer)
                case ("step", done, of, sheet):
                    self._set(job, step=done, steps=of, preview_png=sheet)
                case ("images", images):
                    self._set(job, images=images, readings=self._read(images), state="done", preview_png=b"")
                case ("cancelled",):
                    self._set(job, state="cancelled", preview_png=b"")
                case ("failed", reason):
                    self._set(job, state="failed", reason=reason, preview_png=b"")
                case None:
                    self._part_from_process(job)
                    return

    def _is_enough(self, job: Job, silence: float) -> bool:
        """Return whether a job's process is no longer waited for."""
        overdue = job.cancel_asked is not None and time.monotonic() - job.cancel_asked > _STOP_SECONDS
        return self.is_closing or overdue or silence > self._silence_seconds

    def _part_from_process(self, job: Job) -> None:
        """Say what becomes of a job whose process ended or is no longer waited for; end the process."""
        hangs = self._process.is_alive
        with self._changed:
            if self.is_closing or job.cancel_asked is not None:
                self._set(job, state="cancelled", preview_png=b"")
            elif hangs:
                reason = f"the generator said nothing for {self._silence_seconds:g} s, and is started anew"
                self._set(job, state="failed", reason=reason, preview_png=b"")
            elif job.step or job.was_put_back:
                self._set(job, state="failed", reason="the generator died", preview_png=b"")
            else:
                # Before its first step a job is hardly to blame: it may have come to a process that was dying already.
                self._waiting.appendleft(job)
                self._set(job, state="queued", began=None, was_put_back=True)
        self._end_process()

    def _end_process(self) -> None:
        process, self._process, self._has_loaded = self._process, None, False
        if process is not None:
            process.end()
