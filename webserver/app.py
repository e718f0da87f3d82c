"""The application factory."""

import functools
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Semaphore

import numpy as np
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from flax_cnn.ensemble import BATCH_SIZES
from text_to_image.config import GeneratorConfig
from text_to_image.prompts import covering_prompts
from webserver import pages
from webserver.api import classify, generate, quiz, status, study
from webserver.classifier_registry import Registry, Served
from webserver.drawing_process import DrawingProcess
from webserver.generation_queue import GenerationQueue, Job
from webserver.metrics import Metrics
from webserver.micro_batching import MicroBatcher
from webserver.playground import Playground
from webserver.problems import install_problems
from webserver.quizzes import Quizzes
from webserver.reading import readings
from webserver.safety import install_safety, names_of
from webserver.settings import PlaygroundConfig
from webserver.study_files import StudyFiles
from webserver.study_photographs import StudyPhotographs
from webserver.token_bucket import TokenBuckets
from webserver.uploads import MemoryRequest

# So many can be looked over; a class has one at least.
_PROMPTS = 8


def create_app(settings: PlaygroundConfig, generator: GeneratorConfig, classes: Sequence[str]) -> Flask:
    """Return the playground: it loads its classifiers and its generator in the background and can be asked at once.

    Args:
        settings: the playground's own.
        generator: the study's generator. Its rows a forward pass and compiling are set here; what else it leaves open
            ("auto": device and dtype) is settled by the drawing process.
        classes: the study's classes, for the prompts on offer.
    """
    app = Flask(__name__, static_folder="static")
    app.json.sort_keys = False
    app.json.compact = True
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    app.request_class = MemoryRequest
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    services = _services(settings, generator, classes)
    app.extensions["playground"] = services
    install_problems(app)
    # First, so that the clock runs for what safety refuses too.
    _install_metrics(app, services.metrics)
    install_safety(app, TokenBuckets(settings.requests_per_minute), names_of(settings))
    for part in (classify, generate, status, study, quiz):
        app.register_blueprint(part.blueprint, url_prefix="/api/v1")
    app.register_blueprint(pages.blueprint)
    services.registry.watch(settings.watch_seconds)
    return app


def _services(settings: PlaygroundConfig, generator: GeneratorConfig, classes: Sequence[str]) -> Playground:
    generator = generator.model_copy(update={"rows_per_forward": settings.rows_per_forward, "compile": False})
    results, shipped = Path(settings.results), Path(settings.shipped_classifiers)
    files = StudyFiles(results, shipped)
    metrics = Metrics(lambda: services.batcher.waiting(), lambda: services.queue.waiting())

    def swapped(served: Served) -> None:
        metrics.swaps.inc()

    registry = Registry(results, shipped, swapped)

    def answer(served: Served, images_nhwc: np.ndarray) -> Sequence:
        metrics.batches.observe(len(images_nhwc))
        return readings(served, images_nhwc)

    def finished(job: Job, seconds: float | None) -> None:
        metrics.jobs.labels(job.state).inc()
        if seconds is not None:
            metrics.job_seconds.observe(seconds)

    services = Playground(
        settings=settings,
        generator=generator,
        prompts=_prompts(generator, classes),
        registry=registry,
        batcher=MicroBatcher(answer, BATCH_SIZES[-1], settings.waiting_images, workers=2),
        queue=GenerationQueue(
            functools.partial(DrawingProcess, generator, settings.generator_threads, files.pinned_commits),
            settings.queue_length,
            settings.kept_jobs,
            settings.silence_seconds,
            lambda drawn: services.read_drawn(drawn),
            finished,
        ),
        job_limit=TokenBuckets(settings.jobs_per_minute),
        study=files,
        photographs=StudyPhotographs(files),
        metrics=metrics,
        streams=Semaphore(settings.threads // 2),
        quizzes=Quizzes(),
    )
    return services


def _prompts(generator: GeneratorConfig, classes: Sequence[str]) -> tuple[str, ...]:
    """Return a few prompts, by the config's own templates; from all over, for neighbours are alike."""
    offered = []
    for place, name in enumerate(classes):
        prompts = list(dict.fromkeys(covering_prompts(generator.prompts, name)))
        number = min(max(1, _PROMPTS // len(classes)), len(prompts))
        # Of a class that comes later, later ones: each shows something else.
        shares = [(turn + place / len(classes)) / number for turn in range(number)]
        offered += [prompts[int(share * len(prompts))] for share in shares]
    return tuple(offered)


def _install_metrics(app: Flask, metrics: Metrics) -> None:
    @app.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        view = request.endpoint or "none"
        metrics.requests.labels(view, str(response.status_code)).inc()
        metrics.seconds.labels(view).observe(time.perf_counter() - g.started)
        return response
