"""What the views work with: registry, batcher, queue, limits and metrics of one app."""

from collections.abc import Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from threading import Semaphore
from typing import Any

import numpy as np
from flask import current_app

from text_to_image.config import GeneratorConfig, guidance_range
from text_to_image.image_identity import generator_digest
from text_to_image.resampling import to_study_size
from webserver.classifier_registry import Registry, Served
from webserver.generation_queue import GenerationQueue
from webserver.generation_worker import Drawn
from webserver.metrics import Metrics
from webserver.micro_batching import MicroBatcher, TooManyImagesError
from webserver.problems import ProblemError
from webserver.quizzes import Quizzes
from webserver.schemas import LARGEST_GUIDANCE
from webserver.settings import PlaygroundConfig
from webserver.study_files import StudyFiles
from webserver.study_photographs import StudyPhotographs
from webserver.token_bucket import TokenBuckets

_ANSWER_SECONDS = 60
_KERNEL = "box"
# Beside the model, its revision and arithmetic, the rows that pass it together, and what every request says.
_DECIDE_A_PICTURE = {
    *("variant", "sampler", "timestep_spacing", "image_size", "arguments", "resampling"),
    *("vae", "tiny_vae", "tiny_vae_revision", "max_redraws"),
}


@dataclass
class Playground:
    """The services behind the views."""

    settings: PlaygroundConfig
    generator: GeneratorConfig
    prompts: tuple[str, ...]
    registry: Registry
    batcher: MicroBatcher
    queue: GenerationQueue
    job_limit: TokenBuckets
    study: StudyFiles
    photographs: StudyPhotographs
    metrics: Metrics
    streams: Semaphore
    quizzes: Quizzes

    @property
    def default_guidance(self) -> float:
        """The guidance scale of a request that names none: the playground's, the generator's, or its range's middle."""
        if self.settings.guidance_scale is not None:
            return self.settings.guidance_scale
        return float(sum(guidance_range(self.generator)) / 2)

    @property
    def guidance_range(self) -> tuple[float, float] | None:
        """The lowest and the highest guidance scale of a request; None until the model has loaded."""
        if (model := self.queue.model) is None:
            return None
        low, high = model["guidance_scales"]
        return low, min(high, LARGEST_GUIDANCE)

    @property
    def settings_digest(self) -> str | None:
        """What links tell other settings by; None until the drawing process has said how it computes."""
        model = self.queue.model
        return None if model is None else settings_digest(self.generator, model["arithmetic"])

    def served(self) -> Served:
        """Return the classifiers that are served now; 503 before there are any."""
        if (served := self.registry.served) is None:
            raise ProblemError(503, self.registry.why_none, {"Retry-After": "5"})
        return served

    def read(self, images: Sequence[np.ndarray], beyond_bound: bool = False) -> list[dict[str, Any]]:
        """Return each image's reading by what is served now, for uint8 images (32, 32, 3).

        503 when too many wait, unless `beyond_bound`.
        """
        served = self.served()
        try:
            futures = self.batcher.submit(served, images, beyond_bound)
        except TooManyImagesError as error:
            raise ProblemError(503, "too many photographs wait for classification", {"Retry-After": "1"}) from error
        try:
            return [future.result(_ANSWER_SECONDS) for future in futures]
        except FutureTimeoutError as error:
            raise ProblemError(503, "classification took too long", {"Retry-After": "5"}) from error

    def read_drawn(self, images: Sequence[Drawn]) -> list[dict[str, Any]]:
        """Return the readings of a job's pictures, however many photographs wait.

        They are few, for one job is drawn at a time, and what was drawn must not be thrown away.
        """
        return self.read([self.small(drawn.image_hwc) for drawn in images], beyond_bound=True)

    def small(self, image_hwc: np.ndarray) -> np.ndarray:
        """Return a picture as the networks see it, uint8 (32, 32, 3)."""
        kernel = self.generator.resampling
        return to_study_size(image_hwc, _KERNEL if kernel == "none" else kernel)

    def close(self) -> None:
        """Stop threads and the drawing process."""
        self.registry.close()
        self.queue.close()
        self.batcher.close()


def settings_digest(generator: GeneratorConfig, arithmetic: str) -> str:
    """Return a short digest of the generator's other settings that decide a picture, and of its arithmetic."""
    settings = generator.model_dump(mode="json", include=_DECIDE_A_PICTURE)
    return generator_digest({**settings, "negative": generator.prompts.negative, "arithmetic": arithmetic})[:12]


def playground() -> Playground:
    """Return the current app's services."""
    return current_app.extensions["playground"]
