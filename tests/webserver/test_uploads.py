"""Every kind of file is read right, or refused with a reason; nothing that is sent makes the server fail."""

import io
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import EnvironBuilder

from tests.webserver.pictures import (
    animated,
    bomb,
    encoded,
    half_and_half,
    many_scans,
    metadata_that_cannot_be_written_again,
    png_file,
    sixteen_bit,
    upright_only_by_exif,
)
from tests.workflow.study import REPOSITORY
from text_to_image.resampling import to_study_size
from webserver import uploads
from webserver.problems import ProblemError
from webserver.uploads import MemoryRequest, count_scans, read_photograph, read_uploads

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


@pytest.mark.parametrize(
    ("bits", "colour_type", "row", "transparent"),
    [
        (16, 0, b"\x40\x01" * 8, b"\x40\x01"),
        (16, 2, b"\x40\x01" * 24, b"\x40\x01" * 3),
        (8, 2, b"\x40" * 24, b"\0\x40" * 3),
        (4, 0, b"\x44" * 4, b"\0\x04"),
        (2, 0, b"\x55" * 2, b"\0\x01"),
    ],
)
def test_transparent_colour_is_white_at_every_depth(bits, colour_type, row, transparent):
    rows = [row] * 8
    clear = png_file((8, 8), bits, colour_type, rows, transparent)
    assert (read_photograph(clear, PIXELS).small_hwc == 255).all()
    assert (read_photograph(png_file((8, 8), bits, colour_type, rows), PIXELS).small_hwc < 100).all()


def test_large_picture_is_read_as_if_it_were_converted_whole():
    ramp = np.linspace(0, 255, 2500 * 2200).reshape(2500, 2200)
    image = Image.fromarray(np.stack([ramp, ramp[::-1]], axis=-1).astype(np.uint8), "LA")
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    ground = Image.new("RGBA", image.size, "white")
    whole = to_study_size(np.asarray(Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")), "box")
    small = read_photograph(stream.getvalue(), 10 * PIXELS).small_hwc
    assert np.abs(small.astype(int) - whole).max() <= 2


def test_large_picture_takes_little_more_memory_than_its_pixels():
    script = """
import resource
from tests.webserver.pictures import encoded
from webserver.uploads import read_photograph
data = encoded(size=(5000, 5000), mode="RGBA", colour=(9, 9, 9, 100))
read_photograph(encoded(), 10**8)
# At most what encoding took stays counted: the picture, once.
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_photograph(data, 10**8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert int(finished.stdout) * 1024 < 50_000_000


def test_large_pictures_are_decoded_two_at_a_time(monkeypatch):
    monkeypatch.setattr(uploads, "_LARGE_PIXELS", 10_000)
    monkeypatch.setattr(uploads, "_TURN_SECONDS", 0)
    large = encoded(size=(200, 100), colour=1)
    go_on = threading.Event()
    with ThreadPoolExecutor(2) as others:
        begun = threading.Semaphore(0)
        for _ in range(2):
            others.submit(uploads._in_turn, 20_000, lambda: begun.release() or go_on.wait(60))
        assert all(begun.acquire(timeout=60) for _ in range(2))
        with pytest.raises(ProblemError) as caught:
            read_photograph(large, PIXELS)
        assert caught.value.status == 503
        assert caught.value.headers["Retry-After"]
        assert read_photograph(encoded(), PIXELS).width == 48
        go_on.set()
    assert read_photograph(large, PIXELS).width == 200


def test_pixels_are_limited_over_a_whole_request():
    def read(count):
        files = [(io.BytesIO(encoded(size=(100, 100), colour=1)), f"{place}.png") for place in range(count)]
        return read_uploads(
            MemoryRequest(EnvironBuilder(method="POST", data={"image": files}).get_environ()), 32, 25_000
        )

    assert len(read(2)) == 2
    with pytest.raises(ProblemError, match="image 2 is 100×100 pixels; 25000 in all") as caught:
        read(3)
    assert caught.value.status == 413


def test_pixels_beyond_what_pillow_calls_a_bomb_may_be_allowed():
    side = 9500
    data = png_file((side, side), 1, 0, [bytes(-(-side // 8))] * side)
    assert read_photograph(data, 200_000_000).width == side
    with pytest.raises(ProblemError, match="image 0 is 9500×9500 pixels; 90000000 in all"):
        read_photograph(data, 90_000_000)


def test_progressive_jpeg_is_read_unless_its_scans_have_no_end():
    assert (read_photograph(many_scans(100), PIXELS).small_hwc == 128).all()
    with pytest.raises(ProblemError, match="more than 100 scans") as caught:
        read_photograph(many_scans(101), PIXELS)
    assert caught.value.status == 422


def test_what_lies_behind_a_jpegs_end_has_no_scans():
    film = b"\xff\xda" * 5000
    assert read_photograph(encoded("JPEG") + film, PIXELS).width == 48
    assert count_scans(encoded("JPEG") + film, 101) == 1
    assert count_scans(many_scans(100) + film, 101) == 100


def test_metadata_that_cannot_be_written_again_still_says_how_the_picture_is_held():
    pixels = read_photograph(half_and_half(exif=metadata_that_cannot_be_written_again()), PIXELS).small_hwc
    assert (pixels[:16] == 0).all()
    assert (pixels[16:] == 255).all()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["PNG", "JPEG", "WEBP"]),
    st.lists(
        st.tuples(st.integers(0, 60_000), st.integers(0, 14), st.integers(0, 9), st.binary(min_size=4, max_size=4))
    ),
    st.binary(max_size=40),
)
def test_spoilt_metadata_does_not_spoil_good_pixels(kind, entries, after):
    packed = b"".join(struct.pack(">HHI", tag, form, count) + value for tag, form, count, value in entries)
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + packed + bytes(4) + after
    assert read_photograph(half_and_half(kind, exif=exif), PIXELS).width == 64


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
