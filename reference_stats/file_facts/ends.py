"""Whether a file stops before its format says that it ends."""

from __future__ import annotations

import struct
from collections.abc import Callable

from reference_stats.file_facts.kinds import ImageKind

_MARKER_BYTES = 1 << 16
_ZERO_TAIL = bytes(16)
_CLASSIC_TIFF = 42
_ENTRY_BYTES = 12
_STRIP_OFFSETS, _STRIP_SIZES, _TILE_OFFSETS, _TILE_SIZES = 273, 279, 324, 325
# By TIFF's number of the kind of value; what is not here has one byte.
_VALUE_BYTES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_WHOLE_NUMBERS = {3: "H", 4: "I"}


def ends_early(data: bytes, kind: ImageKind) -> bool:
    """Return whether the end of a file that did not decode is missing, as its format tells."""
    return _CHECKS[kind](data)


def ends_in_zeros(data: bytes, kind: ImageKind) -> bool:
    """Return whether a JPEG's end was never written: zero bytes stand in its place.

    Such a file, left by an interrupted copy, decodes without complaint to half a picture.
    """
    return kind is ImageKind.JPEG and data.endswith(_ZERO_TAIL) and _jpeg_ends_early(data)


def _jpeg_ends_early(data: bytes) -> bool:
    return b"\xff\xd9" not in data.rstrip(b"\0")[-_MARKER_BYTES:]


def _png_ends_early(data: bytes) -> bool:
    return b"IEND" not in data[-_MARKER_BYTES:]


def _gif_ends_early(data: bytes) -> bool:
    return not data.rstrip(b"\0").endswith(b"\x3b")


def _bmp_ends_early(data: bytes) -> bool:
    return len(data) < 26 or len(data) < _number(data, "<I", 2)


def _webp_ends_early(data: bytes) -> bool:
    return len(data) < _number(data, "<I", 4) + 8


def _tiff_ends_early(data: bytes) -> bool:
    """Whether the first directory, or anything that it points to, lies beyond the file.

    Of a BigTIFF file only the header is looked at.
    """
    order = "<" if data.startswith(b"II") else ">"
    if len(data) < 8 or _number(data, order + "H", 2) != _CLASSIC_TIFF:
        return len(data) < 16
    start = _number(data, order + "I", 4)
    if start + 2 > len(data):
        return True
    entries = _number(data, order + "H", start)
    if start + 2 + _ENTRY_BYTES * entries + 4 > len(data):
        return True
    places = [start + 2 + _ENTRY_BYTES * index for index in range(entries)]
    tags = {_number(data, order + "H", place): _tiff_values(data, order, place) for place in places}
    if any(values is None for values in tags.values()):
        return True
    offsets = tags.get(_STRIP_OFFSETS) or tags.get(_TILE_OFFSETS) or ()
    sizes = tags.get(_STRIP_SIZES) or tags.get(_TILE_SIZES) or ()
    return any(offset + size > len(data) for offset, size in zip(offsets, sizes, strict=False))


def _tiff_values(data: bytes, order: str, place: int) -> tuple[int, ...] | None:
    """Return the whole numbers of one entry, nothing for other kinds; None if they are cut off."""
    kind, count = struct.unpack_from(order + "HI", data, place + 2)
    size = _VALUE_BYTES.get(kind, 1)
    value_place = place + 8 if size * count <= 4 else _number(data, order + "I", place + 8)
    if value_place + size * count > len(data):
        return None
    letter = _WHOLE_NUMBERS.get(kind)
    return struct.unpack_from(f"{order}{count}{letter}", data, value_place) if letter else ()


def _boxes_end_early(data: bytes) -> bool:
    """Whether one of the boxes that a file of ISO's base media format consists of is cut off."""
    place = 0
    while place < len(data):
        if place + 8 > len(data):
            return True
        size = _number(data, ">I", place)
        if size == 0:
            return False
        if size == 1:
            if place + 16 > len(data):
                return True
            size = _number(data, ">Q", place + 8)
        if size < 8:
            return False
        place += size
    return place > len(data)


def _number(data: bytes, layout: str, place: int) -> int:
    return int(struct.unpack_from(layout, data, place)[0])


_CHECKS: dict[ImageKind, Callable[[bytes], bool]] = {
    ImageKind.JPEG: _jpeg_ends_early,
    ImageKind.PNG: _png_ends_early,
    ImageKind.GIF: _gif_ends_early,
    ImageKind.BMP: _bmp_ends_early,
    ImageKind.WEBP: _webp_ends_early,
    ImageKind.TIFF: _tiff_ends_early,
    ImageKind.AVIF: _boxes_end_early,
    ImageKind.HEIF: _boxes_end_early,
}
