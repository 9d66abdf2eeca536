"""The size of a JPEG, as its header says: pages draw over pictures without decoding them."""

from __future__ import annotations

_START, _SEGMENT = b"\xff\xd8", 0xFF
# The markers of frames; of the others between them, C4, C8 and CC are something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height of a JPEG in pixels; None of anything else.

    Its EXIF orientation is not looked at: thumbnails have none.
    """
    if not data.startswith(_START):
        return None
    place = len(_START)
    while place + 9 <= len(data) and data[place] == _SEGMENT:
        if data[place + 1] in _FRAMES:
            height, width = (
                int.from_bytes(data[at : at + 2], "big") for at in (place + 5, place + 7)
            )
            return (width, height) if width and height else None
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return None
