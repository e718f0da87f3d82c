"""Prompts that say what photographs of a class look like: in which colours, before what.

A caption of a training photograph names the colour of its middle and a place that fits its rim (`captions.py`). Prompts
that name both as often as photographs show them ask for the variety of photographs, and leave the network less to
compose by itself.
"""

from collections import Counter

import numpy as np

from text_to_image.embedded_generator.captions import describe
from text_to_image.embedded_generator.vocabulary import PLACES


def colour_phrases(class_name: str, images_nhwc: np.ndarray, phrases: int) -> dict[str, int]:
    """Return how often each phrase, such as "brown horse in the grass", stands among about so many.

    Args:
        class_name: what the images show.
        images_nhwc: photographs, uint8 (N, 32, 32, 3).
        phrases: how many; a pair of colours as rare as half of one phrase is left out.
    """
    subjects = [describe(image, class_name) for image in images_nhwc]
    seen = Counter((subject.middle_colour, subject.rim_colour) for subject in subjects)
    found: Counter[str] = Counter()
    for (middle, rim), count in sorted(seen.items(), key=lambda entry: (-entry[1], entry[0])):
        # The rim's places take turns, from the first on: what is rare is named by that alone.
        for number in range(round(phrases * count / len(subjects))):
            found[f"{middle} {class_name} {PLACES[rim][number % len(PLACES[rim])]}"] += 1
    return dict(found)
