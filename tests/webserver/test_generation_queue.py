"""Whatever a drawing process does, jobs come to an end, and the next is drawn."""

import functools
import multiprocessing
import signal
import threading

import pytest
import torch

from tests.webserver import odd_workers
from tests.webserver.conftest import wait_until
from text_to_image import part_sources
from text_to_image.config import GeneratorConfig
from webserver import generation_queue
from webserver.drawing_process import DrawingProcess
from webserver.generation_queue import GenerationQueue, QueueFullError, restart_pause
from webserver.generation_worker import Drawing, work

FOREVER = 1000.0


@pytest.fixture
def make_queue(monkeypatch):
    """Return a function that makes a queue before an odd worker; all are closed at the end."""
    monkeypatch.setattr(generation_queue, "_RESTART_SECONDS", 0.1)
    queues = []

    def make(silence_seconds=FOREVER, worker=odd_workers.obedient, config=None, finished=lambda job, seconds: None):
        start = functools.partial(DrawingProcess, config, 1, None, target=worker)
        queues.append(GenerationQueue(start, 8, 64, silence_seconds, lambda images: [], finished))
        return queues[-1]

    yield make
    for queue in queues:
        queue.close()


def submit(queue, prompt):
    return queue.submit(Drawing(prompt, 0, 0, 1, 1.0, 2))


def drawn(queue, prompt="anything"):
    job = submit(queue, prompt)
    wait_until(lambda: job.is_over, 60)
    return job


@pytest.mark.parametrize("prompt", ["hang", "stop", "stop-in-a-message"])
def test_silent_process_is_ended_and_the_next_job_drawn(make_queue, prompt):
    # Long enough for the next process to answer on a busy machine.
    queue = make_queue(silence_seconds=8)
    silent, behind = submit(queue, prompt), submit(queue, "anything")
    wait_until(lambda: behind.is_over, 60)
    assert (silent.state, behind.state) == ("failed", "done")
    assert "said nothing for 8 s" in silent.reason


@pytest.mark.parametrize("prompt", ["hang", "stop", "stop-in-a-message"])
def test_cancelled_job_of_a_silent_process_frees_the_queue(make_queue, monkeypatch, prompt):
    monkeypatch.setattr(generation_queue, "_STOP_SECONDS", 0.5)
    queue = make_queue()
    job = submit(queue, prompt)
    wait_until(lambda: job.state == "running", 60)
    queue.cancel(job)
    assert drawn(queue).state == "done"
    assert job.state == "cancelled"


def test_process_that_stops_at_the_word_draws_on(make_queue):
    queue = make_queue()
    job = submit(queue, "until-cancelled")
    wait_until(lambda: job.state == "running", 60)
    queue.cancel(job)
    assert drawn(queue).state == "done"
    assert job.state == "cancelled"


def test_job_whose_process_died_before_its_first_step_is_drawn_by_the_next(make_queue, tmp_path):
    assert drawn(make_queue(), f"die-once {tmp_path / 'died'}").state == "done"


@pytest.mark.parametrize("prompt", ["die", "die-after-a-step"])
def test_job_that_its_process_dies_of_fails(make_queue, prompt):
    queue = make_queue()
    job = drawn(queue, prompt)
    assert (job.state, job.reason) == ("failed", "the generator died")
    assert drawn(queue).state == "done"


def test_waiting_jobs_outlive_processes_that_die_while_they_load(make_queue, tmp_path):
    lives = tmp_path / "lives"
    lives.write_text("xx")
    assert drawn(make_queue(worker=odd_workers.dies_while_it_loads, config=str(lives))).state == "done"


def test_process_that_dies_every_time_it_loads_is_told_of(make_queue, tmp_path):
    lives = tmp_path / "lives"
    lives.write_text("x" * 1000)
    queue = make_queue(worker=odd_workers.dies_while_it_loads, config=str(lives))
    job = drawn(queue)
    assert job.state == "failed"
    assert "ends while it loads" in job.reason
    assert queue.broken
    lives.write_text("")
    wait_until(lambda: queue.is_ready, 60)
    assert not queue.broken


def test_queue_is_not_ready_between_two_processes_but_knows_what_drew(make_queue, tmp_path):
    lives = tmp_path / "lives"
    lives.write_text("")
    queue = make_queue(worker=odd_workers.dies_while_it_loads, config=str(lives))
    wait_until(lambda: queue.is_ready, 60)
    lives.write_text("xxx")
    drawn(queue, "die-after-a-step")
    wait_until(lambda: queue.broken, 60)
    assert not queue.is_ready
    assert queue.model["model"] == "odd"


def test_picture_keeps_what_drew_it_though_another_process_says_otherwise(make_queue):
    queue = make_queue()
    job = drawn(queue)
    queue.model = {**queue.model, "revision": "another"}
    assert job.model["revision"] == ""
    assert drawn(queue).model["revision"] == "another"


def test_playground_draws_with_the_commits_that_its_study_keeps(tmp_path, monkeypatch):
    asked = []

    def resolve(config, pins):
        asked.append((config.model, config.rejection, pins))
        raise ValueError("it is not loaded here")

    monkeypatch.setattr(part_sources, "resolve_model", resolve)
    # What the worker changes of its process must not stay with this one.
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("TRANSFORMERS_VERBOSITY", "error")
    ours, theirs = multiprocessing.Pipe()
    rejection = {"classifier": "models/rejection_classifier"}
    config = GeneratorConfig(model="owner/model", rejection=rejection)
    work(config, torch.get_num_threads(), tmp_path / "pins.json", theirs, None)
    assert ours.recv() == ("broken", "it is not loaded here")
    assert asked == [("owner/model", None, tmp_path / "pins.json")]


def test_machine_without_room_for_a_thread_is_told_of_and_tried_again(make_queue, monkeypatch):
    start, before = threading.Thread.start, multiprocessing.active_children()

    def refuse_readers(thread):
        if thread.name == "generator-reader":
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as changed:
        changed.setattr(threading.Thread, "start", refuse_readers)
        queue = make_queue()
        wait_until(lambda: queue.broken, 60)
    assert "can't start new thread" in queue.broken
    wait_until(lambda: queue.is_ready, 60)
    # The one that loaded, of three or more that were started.
    assert len(set(multiprocessing.active_children()) - set(before)) == 1


def test_jobs_that_wait_take_no_place_of_those_that_are_over(make_queue, monkeypatch):
    queue = make_queue()
    monkeypatch.setattr(queue, "_kept", 4)
    done, running = submit(queue, "anything"), submit(queue, "until-cancelled")
    waiting = [submit(queue, "anything") for _ in range(6)]
    wait_until(lambda: running.state == "running", 60)
    assert queue.find(done.id) is done
    for job in [*waiting, running]:
        queue.cancel(job)


def test_failure_is_told_of_though_all_places_have_pictures(make_queue, monkeypatch):
    queue = make_queue()
    monkeypatch.setattr(queue, "_kept", 2)
    pictures = [drawn(queue) for _ in range(3)]
    failed = drawn(queue, "die-after-a-step")
    assert queue.find(failed.id) is failed
    assert [queue.find(job.id) for job in pictures] == [None, *pictures[1:]]


def test_jobs_without_pictures_are_forgotten_first(make_queue, monkeypatch):
    queue = make_queue()
    monkeypatch.setattr(queue, "_kept", 3)
    kept = drawn(queue)
    running = submit(queue, "until-cancelled")
    for _ in range(5):
        queue.cancel(submit(queue, "anything"))
    queue.cancel(running)
    wait_until(lambda: running.is_over, 60)
    assert queue.find(kept.id) is kept


def test_model_that_cannot_be_loaded_is_tried_less_and_less_often():
    pauses = [restart_pause(failed_starts) for failed_starts in range(1, 2000)]
    assert pauses[:4] == [2, 4, 8, 16]
    assert set(pauses[10:]) == {300}


def test_every_job_that_is_over_is_counted_once(make_queue):
    seen = []
    queue = make_queue(finished=lambda job, seconds: seen.append((job.state, seconds is None)))
    running, waiting = submit(queue, "until-cancelled"), submit(queue, "anything")
    wait_until(lambda: running.state == "running", 60)
    queue.cancel(waiting)
    queue.cancel(running)
    drawn(queue)
    drawn(queue, "die-after-a-step")
    assert seen == [("cancelled", True), ("cancelled", False), ("done", False), ("failed", False)]


def test_stopping_lets_followers_go_and_takes_no_more_jobs(make_queue):
    queue = make_queue()
    job = submit(queue, "until-cancelled")
    wait_until(lambda: job.state == "running", 60)
    follower = threading.Thread(target=queue.wait_for_change, args=(job, job.version, FOREVER), daemon=True)
    follower.start()
    queue.stop()
    follower.join(30)
    assert not follower.is_alive()
    with pytest.raises(QueueFullError):
        submit(queue, "anything")
    queue.close()
    assert job.state == "cancelled"
