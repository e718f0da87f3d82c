"""Corruptions: stronger is further from the photograph, and each photograph is spoilt by its number alone."""

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from photographs.corruption_strengths import SEVERITIES, STRENGTHS
from photographs.corruptions import corrupt


@pytest.fixture(scope="module")
def photographs():
    """Return 24 smooth colourful pictures and their numbers."""
    rng = np.random.default_rng(0)
    noise = ndimage.gaussian_filter(rng.standard_normal((24, 32, 32, 3)), (0, 1.5, 1.5, 0))
    return np.clip(128 + 45 * noise / noise.std(), 0, 255).astype(np.uint8), 100 + np.arange(24)


@pytest.mark.parametrize("name", STRENGTHS)
def test_every_severity_is_further_from_the_photograph_than_the_one_before(photographs, name):
    images, indices = photographs
    distances = [
        np.sqrt(np.square(corrupt(images, indices, name, severity) - images.astype(float)).mean())
        for severity in SEVERITIES
    ]
    assert distances[0] > 0
    assert np.all(np.diff(distances) > 0)


@pytest.mark.parametrize("name", STRENGTHS)
def test_a_photograph_is_spoilt_alike_in_any_batch_and_order(photographs, name):
    images, indices = photographs
    together = corrupt(images, indices, name, 3)
    assert np.array_equal(corrupt(images[::-1], indices[::-1], name, 3), together[::-1])
    assert np.array_equal(corrupt(images[5:6], indices[5:6], name, 3), together[5:6])


@pytest.mark.parametrize("name", ["gaussian_noise", "shot_noise", "impulse_noise", "fog"])
def test_two_photographs_are_not_spoilt_by_the_same_draw(photographs, name):
    image = photographs[0][:1]
    assert not np.array_equal(corrupt(image, np.array([1]), name, 3), corrupt(image, np.array([2]), name, 3))


def test_gaussian_noise_has_the_deviation_that_is_stated():
    grey = np.full((50, 32, 32, 3), 128, np.uint8)
    for severity, deviation in zip(SEVERITIES, STRENGTHS["gaussian_noise"].at_severity, strict=True):
        noise = corrupt(grey, np.arange(50), "gaussian_noise", severity) / 255 - 128 / 255
        assert noise.std() == pytest.approx(deviation, rel=0.02)


def test_lowest_contrast_keeps_the_mean_colour_and_black_can_be_brightened():
    images = np.random.default_rng(0).integers(60, 200, (3, 32, 32, 3)).astype(np.uint8)
    flat = corrupt(images, np.arange(3), "contrast", 5)
    assert np.abs(flat.mean(axis=(1, 2)) - images.mean(axis=(1, 2))).max() < 0.5
    assert flat.std() < 0.2 * images.std()
    assert np.all(corrupt(np.zeros((1, 32, 32, 3), np.uint8), np.array([0]), "brightness", 5) == 76)


@pytest.mark.parametrize("name", STRENGTHS)
def test_documentation_states_the_strengths_that_are_used(name):
    strengths = [
        "; ".join(map(str, value)) if isinstance(value, tuple) else str(value) for value in STRENGTHS[name].at_severity
    ]
    documentation = (Path(__file__).parents[2] / "docs" / "trust.md").read_text(encoding="utf-8")
    assert f"| `{name}` | {', '.join(strengths)} | {STRENGTHS[name].meaning} |" in documentation


@pytest.mark.parametrize(("name", "severity"), [("glare", 1), ("fog", 0), ("fog", 6)])
def test_unknown_corruption_or_severity_is_refused(name, severity):
    with pytest.raises(ValueError, match="no corruption"):
        corrupt(np.zeros((1, 32, 32, 3), np.uint8), np.array([0]), name, severity)
