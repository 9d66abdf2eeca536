"""Small PNG files without PIL's cost per file: plain 8-bit grey and colour.

PIL decodes all other files and all with a flaw, so PIL alone decides which cannot be read.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# In larger files the cost per file is a small part of the time.
_MOST_PIXELS = 250_000
# They are inflated at once, without a limit: the result is at most 1,032 times as large.
_SMALL_BYTES = 10_000
_HEADER = struct.Struct(">I4sIIBBBBB")
_CHUNK = struct.Struct(">I4s")
_CHECKSUM = struct.Struct(">I")
# Bytes per pixel by PNG's colour type: grey, colour, colour with alpha.
_SAMPLES = {0: 1, 2: 3, 6: 4}
# PIL's modes by the bytes per pixel.
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_OPAQUE = 255
# Chunks that do not change the pixels that PIL returns.
_WITHOUT_EFFECT = {b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"tIME", b"bKGD", b"sBIT"}


@dataclass(frozen=True, slots=True)
class PlainPng:
    """The content of a plain file.

    Attributes
    ----------
    pixels
        Of shape (height, width, 3), or (height, width) for grey.
    mode
        PIL's mode of the file.
    transparent_pixels
        How many pixels are transparent, if only partly.
    """

    pixels: NDArray[np.uint8]
    mode: str
    transparent_pixels: int = 0


class PngLines(NamedTuple):
    """A plain file whose lines are still filtered.

    Attributes
    ----------
    lines
        ``height * (1 + width * samples)`` bytes: each line's filter, then its filtered bytes.
    samples
        Bytes per pixel: 1 for grey, 3 for colour, 4 with alpha.
    """

    lines: bytes
    height: int
    width: int
    samples: int


def decode(data: bytes, max_pixels: int) -> PlainPng | None:
    """Return the content of the file; None to leave it to PIL.

    Parameters
    ----------
    data
        The whole file; its first 8 bytes are PNG's signature.
    max_pixels
        A larger image is left to PIL.
    """
    plain = lines_of(data, max_pixels)
    return None if plain is None else _unfiltered(plain)


def lines_of(data: bytes, max_pixels: int) -> PngLines | None:
    """Return the filtered lines of the file; None to leave it to PIL."""
    if len(data) < 8 + _HEADER.size + 4:
        return None
    length, kind, width, height, depth, colours, *rest = _HEADER.unpack_from(data, 8)
    samples = _SAMPLES.get(colours)
    # Other compression or filter methods, and interlacing, are left to PIL.
    if (length, kind, depth, rest) != (13, b"IHDR", 8, [0, 0, 0]) or samples is None:
        return None
    if not 0 < width * height <= min(max_pixels, _MOST_PIXELS):
        return None
    packed = _compressed_pixels(data)
    lines = None if packed is None else _inflate(packed, height * (1 + width * samples))
    return None if lines is None else PngLines(lines, height, width, samples)


def _compressed_pixels(data: bytes) -> bytes | None:
    parts: list[bytes] = []
    place = 8
    while place + 12 <= len(data):
        length, kind = _CHUNK.unpack_from(data, place)
        end = place + 8 + length
        if end + 4 > len(data):
            return None
        if zlib.crc32(data[place + 4 : end]) != _CHECKSUM.unpack_from(data, end)[0]:
            return None
        if kind == b"IEND":
            return b"".join(parts)
        if kind == b"IDAT":
            parts.append(data[place + 8 : end])
        elif kind not in _WITHOUT_EFFECT and not (kind == b"IHDR" and place == 8):
            return None
        place = end + 4
    return None


def _inflate(packed: bytes, size: int) -> bytes | None:
    try:
        if len(packed) <= _SMALL_BYTES:
            lines = zlib.decompress(packed, bufsize=size + 1)
        else:
            lines = zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error:
        return None
    return lines if len(lines) == size else None


def pixels_of(
    lines: NDArray[np.uint8], height: int, width: int, samples: int
) -> NDArray[np.uint8] | None:
    """Return the pixels of filtered lines as `PlainPng.pixels`; None for a filter that is none."""
    pixels = _samples_of(lines, height, width, samples)
    return pixels if pixels is None or samples < 4 else np.ascontiguousarray(pixels[:, :, :3])


def _samples_of(
    lines: NDArray[np.uint8], height: int, width: int, samples: int
) -> NDArray[np.uint8] | None:
    from reference_stats.kernels.png_filters import unfilter  # noqa: PLC0415 - numba is slow to import

    out = np.empty((height, width * samples), np.uint8)
    if not unfilter(lines.reshape(height, 1 + width * samples), samples, out):
        return None
    return out if samples == 1 else out.reshape(height, width, samples)


def _unfiltered(plain: PngLines) -> PlainPng | None:
    lines, height, width, samples = plain
    pixels = _samples_of(np.frombuffer(bytearray(lines), np.uint8), height, width, samples)
    if pixels is None:
        return None
    if samples == 1:
        return PlainPng(pixels, MODES[1])
    if samples == 3:
        return PlainPng(pixels, MODES[3])
    transparent = int(np.count_nonzero(pixels[:, :, 3] < _OPAQUE))
    return PlainPng(np.ascontiguousarray(pixels[:, :, :3]), MODES[4], transparent)
