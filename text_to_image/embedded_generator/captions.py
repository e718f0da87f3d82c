"""Captions for photographs that have none: a template, one of the class's names, and the colours that one can see.

CIFAR-10 has labels alone. What its small photographs do show is colour: of the animal, which is mostly in the middle,
and of what is around it. Half the captions name the one, half the other, so that "a brown horse in the grass" says
something to the model. Words of size, age and mood are put in as well and mean nothing: the text encoder has to learn
to look past them.
"""

import colorsys
import random
from dataclasses import dataclass

import numpy as np

from text_to_image.embedded_generator.vocabulary import ADJECTIVES, CLASS_NAMES, PLACES, TEMPLATES

_MIDDLE = (slice(10, 23), slice(8, 24))
_RIM_WIDTH = 5


@dataclass(frozen=True)
class Subject:
    """What a caption may say of one photograph."""

    class_name: str
    middle_colour: str
    rim_colour: str


def describe(image_hwc: np.ndarray, class_name: str) -> Subject:
    """Return the colours of a uint8 photograph (32, 32, 3): the medians of its middle and of its rim."""
    rim = np.ones(image_hwc.shape[:2], bool)
    rim[_RIM_WIDTH:-_RIM_WIDTH, _RIM_WIDTH:-_RIM_WIDTH] = False
    return Subject(
        class_name,
        colour_name(np.median(image_hwc[_MIDDLE].reshape(-1, 3), axis=0)),
        colour_name(np.median(image_hwc[rim], axis=0)),
    )


def colour_name(rgb: np.ndarray) -> str:
    """Return one of the keys of `PLACES` for red, green and blue in 0-255."""
    red, green, blue = (float(value) / 255 for value in rgb)
    hue, _, value = colorsys.rgb_to_hsv(red, green, blue)
    degrees, chroma = 360 * hue, max(red, green, blue) - min(red, green, blue)
    if value < 0.22:
        return "black"
    if chroma < 0.09:
        return "white" if value > 0.72 else "grey"
    if 65 <= degrees < 170:
        return "green"
    if 170 <= degrees < 270:
        return "blue"
    if 48 <= degrees < 65:
        return "yellow" if value > 0.6 and chroma > 0.3 else "green"
    if 22 <= degrees < 48:
        return "yellow" if value > 0.75 and chroma > 0.3 else "brown"
    return "red" if value > 0.4 and chroma > 0.35 else "brown"


def random_caption(subject: Subject, rng: random.Random) -> str:
    """Return a caption for a photograph, drawn with `rng`."""
    name = rng.choice(CLASS_NAMES[subject.class_name])
    if rng.random() < 0.5:
        name = f"{subject.middle_colour} {name}"
    if rng.random() < 0.2:
        name = f"{rng.choice(ADJECTIVES)} {name}"
    caption = rng.choice(TEMPLATES).format(name=name)
    return f"{caption} {rng.choice(PLACES[subject.rim_colour])}" if rng.random() < 0.5 else caption
