"""The segments of a JPEG's header that say something about the file."""

from __future__ import annotations

from dataclasses import dataclass

_SCAN_START, _APP2 = 0xDA, 0xE2
_ICC, _SEVERAL = b"ICC_PROFILE\0", b"MPF\0"
# Behind its name a piece of a profile has its number and how many there are.
_ICC_AT = len(_ICC) + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegSegments:
    """What the header says beside the picture.

    Attributes
    ----------
    icc
        The colour profile; empty where there is none.
    several_at
        Where the list of the pictures in the file begins, from which their places are counted; 0
        where there is none.
    """

    icc: bytes = b""
    several_at: int = 0


_NOTHING = JpegSegments()


def segments_of(data: bytes) -> JpegSegments:
    """Return what the segments before the first scan say; a broken header says nothing more."""
    pieces: list[tuple[int, bytes]] = []
    several_at = 0
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _SCAN_START:
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] == _APP2:
            start, end = place + 4, place + 2 + length
            if data.startswith(_ICC, start):
                pieces.append((data[start + len(_ICC)], data[start + _ICC_AT : end]))
            elif data.startswith(_SEVERAL, start) and not several_at:
                several_at = start + len(_SEVERAL)
        place += 2 + length
    if not pieces and not several_at:
        return _NOTHING
    icc = b"".join(piece for _, piece in sorted(pieces))
    return JpegSegments(icc=icc, several_at=several_at)
