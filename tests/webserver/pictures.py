"""Photographs to upload, good and bad."""

import io
import re
import struct
import zlib

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


def metadata_that_cannot_be_written_again():
    """Return EXIF for a picture held upside down, whose description is a fraction."""
    entries = [(0x010E, 5, 1, struct.pack(">I", 38)), (0x0112, 3, 1, struct.pack(">HH", 3, 0))]
    packed = b"".join(struct.pack(">HHI", *described) + value for *described, value in entries)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + packed + struct.pack(">III", 0, 1, 2)


def half_and_half(kind="PNG", size=(64, 64), **options):
    """Return a file whose upper half is white, and whose lower half is black."""
    image = Image.new("L", size)
    image.paste(255, (0, 0, size[0], size[1] // 2))
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def png_file(size, bits, colour_type, rows, transparent=None):
    """Return a PNG of the rows' bytes (each without its filter byte), with the colour that is to be transparent."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", *size, bits, colour_type, 0, 0, 0)
    clear = b"" if transparent is None else chunk(b"tRNS", transparent)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + clear + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bomb():
    """Return a PNG of 20,000 × 20,000 pixels in some ten kilobytes."""
    return png_file((20_000, 20_000), 8, 2, [bytes(1_000_000)])


def many_scans(scans):
    """Return a progressive JPEG that goes over its pixels so many times, some twenty bytes each."""
    data = encoded("JPEG", mode="L", colour=128, progressive=True)
    first, second = (at.start() for at in list(re.finditer(b"\xff\xda", data))[-2:])
    return data[:second] + data[first:second] * (scans - data.count(b"\xff\xda")) + data[second:]
