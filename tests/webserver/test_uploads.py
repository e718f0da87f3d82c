"""Every kind of file is read right, or refused with a reason; nothing that is sent makes the server fail."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.webserver.pictures import animated, bomb, encoded, sixteen_bit, upright_only_by_exif
from webserver.problems import ProblemError
from webserver.uploads import read_photograph

PIXELS = 1_000_000


def refusal(data):
    with pytest.raises(ProblemError) as caught:
        read_photograph(data, PIXELS)
    return caught.value.status


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_photograph_keeps_its_colour_and_size(kind):
    photograph = read_photograph(encoded(kind, size=(100, 60), colour=(200, 30, 90)), PIXELS)
    assert (photograph.width, photograph.height) == (100, 60)
    assert photograph.small_hwc.shape == (32, 32, 3)
    assert np.abs(photograph.small_hwc.astype(int) - (200, 30, 90)).max() <= 4


def test_cmyk_is_converted():
    pixels = read_photograph(encoded("JPEG", mode="CMYK", colour=(0, 255, 255, 0)), PIXELS).small_hwc
    assert (pixels[..., 0] > 180).all()
    assert (pixels[..., 1:] < 80).all()


@pytest.mark.parametrize("value", [0, 128, 255])
def test_sixteen_bits_are_scaled_not_cut(value):
    assert np.abs(read_photograph(sixteen_bit(257 * value), PIXELS).small_hwc.astype(int) - value).max() <= 1


def test_what_is_transparent_is_white():
    assert (read_photograph(encoded(mode="RGBA", colour=(0, 0, 0, 0)), PIXELS).small_hwc == 255).all()


def test_photograph_is_turned_as_its_camera_says():
    pixels = read_photograph(upright_only_by_exif(), PIXELS).small_hwc
    assert pixels[:14, :, 0].min() > 200
    assert pixels[18:, :, 0].max() < 60


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 415),
        (b"GIF89a" + bytes(100), 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        (b"\x80\x04\x95 not a picture but a pickle", 415),
        (encoded("BMP"), 415),
        (animated("PNG"), 415),
        (animated("WEBP"), 415),
        (bomb(), 413),
        (encoded(size=(1100, 1000), colour=1), 413),
        (encoded(size=(900, 2)), 422),
        (encoded(size=(200, 200))[:3000], 422),
        (encoded("JPEG", size=(200, 200))[:2000], 422),
        (encoded("WEBP", size=(200, 200))[:2000], 422),
    ],
    ids=["empty", "gif", "svg", "pickle", "bmp", "apng", "animated webp", "bomb", "too large", "too thin", "cut png",
         "cut jpeg", "cut webp"],
)  # fmt: skip
def test_unfit_file_is_refused(data, status):
    assert refusal(data) == status


def test_picture_with_a_program_behind_it_is_only_a_picture():
    data = encoded(colour=(10, 200, 10))
    assert (read_photograph(data + b"PK\x03\x04<script>alert(1)</script>", PIXELS).small_hwc[..., 1] == 200).all()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["PNG", "JPEG", "WEBP"]), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8)
)
def test_spoilt_files_are_answered_never_a_fault(kind, changes):
    data = bytearray(encoded(kind))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        shape = read_photograph(bytes(data), PIXELS).small_hwc.shape
    except ProblemError as problem:
        status = problem.status
    else:
        assert shape == (32, 32, 3)
        return
    assert 400 <= status < 500
