"""From requests to finished 32x32 photographs, spoilt ones drawn again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from photographs.digests import image_digest
from photographs.photo_set import PhotoSet
from text_to_image.config import GeneratorConfig
from text_to_image.guidance import guidance_for
from text_to_image.image_identity import image_seed
from text_to_image.pipeline import Pipeline
from text_to_image.prompt_record import Prompt, prompt_columns
from text_to_image.prompts import prompt_for
from text_to_image.resampling import to_study_size

# An image whose brightest and darkest values lie this close together shows nothing.
_BLANK_RANGE = 4


@dataclass(frozen=True)
class Request:
    """One image to draw, and how often it has been drawn again."""

    class_name: str
    index: int
    prompt: Prompt
    guidance_scale: float
    seed: int
    redraw: int


def request_image(config: GeneratorConfig, class_name: str, index: int, redraw: int = 0) -> Request:
    """Return all that decides image `index` of a class."""
    return Request(
        class_name,
        index,
        prompt_for(config.prompts, config.seed, class_name, index),
        guidance_for(config, class_name, index),
        image_seed(config.seed, class_name, index, "noise", redraw),
        redraw,
    )


class Sampler:
    """Draws images of any classes and indices with one loaded pipeline."""

    def __init__(self, config: GeneratorConfig, pipeline: Pipeline, classes: Sequence[str]):
        self._config = config
        self._pipeline = pipeline
        self._classes = tuple(classes)

    def draw(self, class_name: str, indices: Sequence[int]) -> PhotoSet:
        """Return the class's images at `indices`, in that order, with a row of metadata each.

        Raises:
            RuntimeError: an image is still blank, NaN or safety-blanked after `max_redraws` sub-seeds.
        """
        waiting = [request_image(self._config, class_name, index) for index in indices]
        finished: dict[int, tuple[Request, np.ndarray]] = {}
        while waiting:
            rows, waiting = waiting[: self._config.rows_per_forward], waiting[self._config.rows_per_forward :]
            for request, image in zip(rows, self._draw_rows(rows), strict=True):
                if image is not None:
                    finished[request.index] = (request, image)
                elif request.redraw < self._config.max_redraws:
                    waiting.append(request_image(self._config, class_name, request.index, request.redraw + 1))
                else:
                    raise RuntimeError(
                        f"image {request.index} of {class_name!r} is blank, NaN or blanked by the safety checker after "
                        f"{request.redraw} redraws (generator.max_redraws); try another prompt, or "
                        "generator.dtype: float32"
                    )
        return self._photo_set([finished[index] for index in indices])

    def _draw_rows(self, rows: list[Request]) -> list[np.ndarray | None]:
        # Always the same number of rows: kernels round differently for other shapes, and no image may depend on that.
        padded = rows + [rows[-1]] * (self._config.rows_per_forward - len(rows))
        images, blanked = self._pipeline(
            [request.prompt.text for request in padded],
            [request.guidance_scale for request in padded],
            [request.seed for request in padded],
        )
        return [
            None if is_blanked or is_spoilt(image) else to_study_size(to_uint8(image), self._config.resampling)
            for image, is_blanked in zip(images[: len(rows)], blanked, strict=False)
        ]

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
                "digest": np.asarray([image_digest(image) for image in images]),
            },
        )


def is_spoilt(image_hwc: np.ndarray) -> bool:
    """Return whether a float image (H, W, 3) in 0-1 is not a number somewhere, or of one colour throughout."""
    return not np.isfinite(image_hwc).all() or np.ptp(to_uint8(image_hwc).astype(int), axis=(0, 1)).max() < _BLANK_RANGE


def to_uint8(image: np.ndarray) -> np.ndarray:
    """Turn floats in 0-1 into uint8, rounding to the nearest."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
