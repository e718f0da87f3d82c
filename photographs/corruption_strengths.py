"""The ways to spoil a photograph by name, and how strongly at each severity.

Names and strengths are those of Hendrycks & Dietterich (2019, arXiv 1903.12261) in the code that made CIFAR-10-C.
`corruptions` does the spoiling; the names stand apart so that checking a config imports no image library.
"""

from dataclasses import dataclass
from typing import Any

SEVERITIES = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Strength:
    """How strongly a corruption works.

    Attributes:
        at_severity: the strength at severities 1 to 5.
        meaning: what it is.
    """

    at_severity: tuple[Any, ...]
    meaning: str


STRENGTHS: dict[str, Strength] = {
    "gaussian_noise": Strength((0.04, 0.06, 0.08, 0.09, 0.10), "standard deviation of the noise, pixels being 0-1"),
    "shot_noise": Strength((500, 250, 100, 75, 50), "photons of a white pixel"),
    "impulse_noise": Strength((0.01, 0.02, 0.03, 0.05, 0.07), "share of values black or white"),
    "gaussian_blur": Strength((0.4, 0.6, 0.7, 0.8, 1.0), "standard deviation of the blur in pixels"),
    "fog": Strength(((0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)), "density; decay, lower is more broken up"),
    "brightness": Strength((0.05, 0.1, 0.15, 0.2, 0.3), "added to HSV's value, 0-1"),
    "contrast": Strength((0.75, 0.5, 0.4, 0.3, 0.15), "factor of the distance to the mean colour"),
    "pixelate": Strength((0.95, 0.9, 0.85, 0.75, 0.65), "side after reduction, relative to before"),
    "jpeg": Strength((80, 65, 58, 50, 40), "JPEG quality, 0-100"),
}
