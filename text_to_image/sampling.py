"""From requests to finished 32x32 photographs, spoilt ones and those that a classifier refuses drawn again.

While the network draws some images, a background thread finishes those before them: checks, resamples, digests, saves.
"""

import gc
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from photographs.digests import image_digest
from photographs.first_line import first_line
from photographs.photo_set import PhotoSet, concatenate
from text_to_image.config import GeneratorConfig
from text_to_image.guidance import guidance_for
from text_to_image.image_identity import image_seed
from text_to_image.pipeline import Pipeline
from text_to_image.prompt_record import Prompt, prompt_columns
from text_to_image.prompts import prompt_for
from text_to_image.rejection.classifier import RejectionClassifier
from text_to_image.resampling import to_study_size

# An image whose brightest and darkest values lie this close together shows nothing.
_BLANK_RANGE = 4


@dataclass(frozen=True)
class Request:
    """One image to draw, how often it has been drawn again, and for how many of these times a classifier refused it."""

    class_name: str
    index: int
    prompt: Prompt
    guidance_scale: float
    seed: int
    redraw: int
    rejections: int


def request_image(
    config: GeneratorConfig, class_name: str, index: int, redraw: int = 0, rejections: int = 0
) -> Request:
    """Return all that decides image `index` of a class after `redraw` others, `rejections` of which were refused."""
    return Request(
        class_name,
        index,
        prompt_for(config.prompts, config.seed, class_name, index),
        guidance_for(config, class_name, index),
        image_seed(config.seed, class_name, index, "noise", redraw),
        redraw,
        rejections,
    )


class Sampler:
    """Draws images of any classes and indices with one loaded pipeline.

    Raises:
        ValueError: the classifier that `config.rejection` names is none, or does not know a class.
    """

    def __init__(self, config: GeneratorConfig, pipeline: Pipeline, classes: Sequence[str]):
        self._config = config
        self._rejection = (
            None if config.rejection is None else RejectionClassifier(config.rejection, classes, pipeline.device)
        )
        self._pipeline = pipeline
        self._classes = tuple(classes)

    def draw(self, class_name: str, indices: Sequence[int]) -> PhotoSet:
        """Return the class's images at `indices`, in that order, with a row of metadata each.

        Raises:
            RuntimeError: as `draw_each` does.
        """
        finished: list[PhotoSet] = []
        self.draw_each(class_name, indices, finished.append)
        drawn = concatenate(finished)
        row_of = {int(index): row for row, index in enumerate(drawn.indices)}
        return drawn.select(np.asarray([row_of[index] for index in indices]))

    def draw_each(self, class_name: str, indices: Sequence[int], take: Callable[[PhotoSet], None]) -> None:
        """Draw the class's images at `indices` and hand them to `take`, some at a time, as they get finished.

        Args:
            take: called in a background thread, one call at a time, with images in any order. What it raises ends the
                drawing and is raised here.

        Raises:
            RuntimeError: an image is still blank, NaN or safety-blanked after `max_redraws` sub-seeds, or was refused
                `rejection.max_rejections` times, or the device's memory is too small.
        """
        # Prompt by prompt, so that each is encoded once and prompts of different lengths seldom meet.
        waiting = [request_image(self._config, class_name, index) for index in indices]
        waiting.sort(key=lambda request: request.prompt.text)
        finishing: Future[list[Request]] | None = None
        with ThreadPoolExecutor(1, "finishing") as background:
            while waiting or finishing is not None:
                # Rows that would be filled up wait for what the background thread may send back to be drawn again.
                if finishing is not None and len(waiting) < self._config.rows_per_forward:
                    waiting += finishing.result()
                    finishing = None
                    continue
                rows, waiting = waiting[: self._config.rows_per_forward], waiting[self._config.rows_per_forward :]
                images, blanked, refused = self._draw_rows(rows)
                if finishing is not None:
                    waiting += finishing.result()
                finishing = background.submit(self._finish, rows, images, blanked, refused, take)

    def _draw_rows(self, rows: list[Request]) -> tuple[np.ndarray, list[bool], list[bool]]:
        # Always the same number of rows: kernels round differently for other shapes, and no image may depend on that.
        padded = rows + [rows[-1]] * (self._config.rows_per_forward - len(rows))
        images, blanked = self._draw_padded(padded)
        if self._rejection is None:
            return images, blanked, [False] * len(padded)
        return images, blanked, self._rejection.refuses(images, [request.class_name for request in padded])

    def _draw_padded(self, padded: list[Request]) -> tuple[np.ndarray, list[bool]]:
        columns = (
            [request.prompt.text for request in padded],
            [request.guidance_scale for request in padded],
            [request.seed for request in padded],
        )
        try:
            return self._pipeline(*columns)
        except torch.OutOfMemoryError:
            # What was tried is still referred to here; it is freed after this block.
            pass
        gc.collect()
        torch.cuda.empty_cache()
        try:
            return self._pipeline(*columns)
        except torch.OutOfMemoryError as error:
            raise RuntimeError(
                f"the device's memory is too small for generator.rows_per_forward = {self._config.rows_per_forward} "
                f"({first_line(error)}); halve it, which redraws every image, or free the device's memory"
            ) from error

    def _finish(
        self,
        rows: list[Request],
        images: np.ndarray,
        blanked: list[bool],
        refused: list[bool],
        take: Callable[[PhotoSet], None],
    ) -> list[Request]:
        """Hand the good images to `take`; return the requests by which the others are drawn again."""
        finished, again = [], []
        for request, image, is_blanked, is_refused in zip(rows, images, blanked, refused, strict=False):
            if is_blanked or is_spoilt(image):
                again.append(self._after_spoilt(request))
            elif is_refused:
                again.append(self._after_refused(request))
            else:
                finished.append((request, to_study_size(to_uint8(image), self._config.resampling)))
        if finished:
            take(self._photo_set(finished))
        return again

    def _after_spoilt(self, request: Request) -> Request:
        spoilt = request.redraw - request.rejections
        if spoilt >= self._config.max_redraws:
            raise RuntimeError(
                f"image {request.index} of {request.class_name!r} is blank, NaN or blanked by the safety checker "
                f"after {spoilt} redraws (generator.max_redraws); try another prompt, or "
                "generator.dtype: float32"
            )
        return request_image(self._config, request.class_name, request.index, request.redraw + 1, request.rejections)

    def _after_refused(self, request: Request) -> Request:
        rejection = self._config.rejection
        if request.rejections >= rejection.max_rejections:
            raise RuntimeError(
                f"image {request.index} of {request.class_name!r} was drawn {request.rejections + 1} times "
                f"(generator.rejection.max_rejections), and {rejection.classifier} never took it for its class; "
                "lower generator.rejection.least_probability, or try another prompt"
            )
        return request_image(
            self._config, request.class_name, request.index, request.redraw + 1, request.rejections + 1
        )

    def _photo_set(self, drawn: list[tuple[Request, np.ndarray]]) -> PhotoSet:
        requests = [request for request, _ in drawn]
        images = np.stack([image for _, image in drawn])
        return PhotoSet(
            images,
            np.asarray([self._classes.index(request.class_name) for request in requests], np.int32),
            np.asarray([request.index for request in requests], np.int64),
            self._classes,
            {
                **prompt_columns([request.prompt for request in requests]),
                "guidance_scale": np.asarray([request.guidance_scale for request in requests], np.float64),
                "seed": np.asarray([request.seed for request in requests], np.int64),
                "redraws": np.asarray([request.redraw for request in requests], np.int32),
                "rejections": np.asarray([request.rejections for request in requests], np.int32),
                # Where "auto" met another device or processor, the same settings give other last bits.
                "arithmetic": np.full(len(images), self._pipeline.arithmetic),
                "digest": np.asarray([image_digest(image) for image in images]),
            },
        )


def is_spoilt(image_hwc: np.ndarray) -> bool:
    """Return whether a float image (H, W, 3) in 0-1 is not a number somewhere, or of one colour throughout."""
    if not np.isfinite(image_hwc).all():
        return True
    pixels = to_uint8(image_hwc).reshape(-1, image_hwc.shape[-1])
    return (pixels.max(axis=0) - pixels.min(axis=0)).max() < _BLANK_RANGE


def to_uint8(image: np.ndarray) -> np.ndarray:
    """Turn floats in 0-1 into uint8, rounding to the nearest."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
