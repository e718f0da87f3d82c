"""Photographs to upload, good and bad."""

import io

import numpy as np
from PIL import Image


def encoded(kind="PNG", size=(48, 40), mode="RGB", colour=None, **options):
    """Return a file of one colour, or of noise."""
    channels = len(mode) if mode.isupper() and mode.isalpha() else 1
    if colour is None:
        noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], channels), dtype=np.uint8)
        image = Image.fromarray(noise.squeeze(), mode if channels > 1 else "L")
    else:
        image = Image.new(mode, size, colour)
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def animated(kind):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:])
    return stream.getvalue()


def sixteen_bit(value):
    stream = io.BytesIO()
    Image.fromarray(np.full((40, 40), value, np.uint16)).save(stream, "PNG")
    return stream.getvalue()


def upright_only_by_exif():
    """Return a JPEG whose upper half is red once it is turned as its EXIF says (a quarter turn clockwise)."""
    lying = np.zeros((64, 64, 3), np.uint8)
    lying[:, :32, 0] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    Image.fromarray(lying).save(stream, "JPEG", exif=exif, quality=95)
    return stream.getvalue()


def bomb():
    """Return a PNG of 20,000 × 20,000 pixels in some ten kilobytes."""
    import struct
    import zlib

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
