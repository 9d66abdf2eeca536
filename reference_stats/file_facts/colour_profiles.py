"""Whether a file's colours are wider than sRGB, and what their profile is called.

A program that ignores the profile, as Pillow's ``convert("RGB")`` does, shows such colours paler
than they are meant.
"""

from __future__ import annotations

import struct
from functools import lru_cache

from reference_stats.file_facts.kinds import ImageKind

_TAGS_AT = 128
_TAG = struct.Struct(">4sII")
_MOST_TAGS = 100
_LONGEST_NAME = 60
_COLOURANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
# The triangle of sRGB's red, green and blue, adapted to D50 as in every profile: CIE x and y.
_SRGB_AREA = 0.1091
# Display P3 and Adobe RGB have a third more; profiles of usual displays differ by a few per cent.
_WIDER = 1.1
_WIDE_NAMES = ("display p3", "dci-p3", "p3 d65", "adobe rgb", "prophoto", "romm", "2020")
# Of ITU-T H.273, which PNG and AVIF use.
_WIDE_PRIMARIES = {9: "BT.2020", 11: "DCI-P3", 12: "Display P3"}
# Behind which bytes a file names them, and in how many.
_PRIMARIES_AT = {
    ImageKind.PNG: (b"cICP", 1),
    ImageKind.AVIF: (b"colrnclx", 2),
    ImageKind.HEIF: (b"colrnclx", 2),
}
_HEADER_BYTES = 1 << 16


@lru_cache(maxsize=256)
def wide_profile(icc: bytes) -> str:
    """Return the name of an ICC profile that is wider than sRGB; empty for every other one.

    A profile is wider where the triangle of its red, green and blue in CIE's x and y has at least
    1.1 times the area of sRGB's, or, where it names no colours, where its description says so.
    """
    try:
        tags = _tags(icc)
        name = _description(tags.get(b"desc", b""))
        area = _area(tags)
    except (struct.error, ValueError):
        return ""
    if icc[16:20] != b"RGB ":
        return ""
    wide = any(one in name.lower() for one in _WIDE_NAMES) if area is None else area >= _WIDER
    if not wide:
        return ""
    return name or "a wide profile without a name"


def wide_primaries(data: bytes, kind: ImageKind) -> str:
    """Return the wide colours that a PNG, AVIF or HEIF file names by number; empty for others."""
    sign, size = _PRIMARIES_AT.get(kind, (b"", 0))
    start = data[:_HEADER_BYTES]
    place = start.find(sign)
    if not sign or place < 0:
        return ""
    place += len(sign)
    return _WIDE_PRIMARIES.get(int.from_bytes(start[place : place + size], "big"), "")


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, _TAGS_AT)
    places = range(_TAGS_AT + 4, _TAGS_AT + 4 + _TAG.size * min(count, _MOST_TAGS), _TAG.size)
    found = (_TAG.unpack_from(icc, place) for place in places)
    return {name: icc[offset : offset + size] for name, offset, size in found}


def _area(tags: dict[bytes, bytes]) -> float | None:
    """Return the area of the colours' triangle as a multiple of sRGB's; None without colours."""
    if not all(name in tags for name in _COLOURANTS):
        return None
    corners: list[tuple[float, float]] = []
    for name in _COLOURANTS:
        x, y, z = (value / 65536 for value in struct.unpack_from(">iii", tags[name], 8))
        total = x + y + z
        if total <= 0:
            return None
        corners.append((x / total, y / total))
    (red_x, red_y), (green_x, green_y), (blue_x, blue_y) = corners
    across = (red_x - blue_x) * (green_y - blue_y) - (green_x - blue_x) * (red_y - blue_y)
    return float(abs(across) / 2 / _SRGB_AREA)


def _description(tag: bytes) -> str:
    if tag[:4] == b"mluc":
        length, offset = struct.unpack_from(">II", tag, 20)
        text = tag[offset : offset + length].decode("utf-16-be", "replace")
    elif tag[:4] == b"desc":
        (length,) = struct.unpack_from(">I", tag, 8)
        text = tag[12 : 12 + length].decode("ascii", "replace")
    else:
        return ""
    plain = "".join(letter for letter in text if letter.isprintable())
    return plain.strip()[:_LONGEST_NAME]
