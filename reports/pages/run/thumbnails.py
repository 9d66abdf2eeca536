"""How many pictures a page may hold."""

from __future__ import annotations

from collections.abc import Iterable

MOST_PICTURES = 24
# The worst and the most typical four of them are in the page twice, small at its top.
MOST_BYTES = 364_000
MOST_TYPICAL_PICTURES = 8
MOST_TYPICAL_BYTES = 64_000


def within_budget(
    thumbnails: Iterable[tuple[str, bytes | None]],
    *,
    most_pictures: int = MOST_PICTURES,
    most_bytes: int = MOST_BYTES,
) -> dict[str, bytes]:
    """Return the first thumbnails that a page may hold, by image path.

    With the limits for those that stand out (the defaults) and `MOST_TYPICAL_PICTURES` and
    `MOST_TYPICAL_BYTES` for those of the reference, a page stays under a megabyte.

    Reads no further than needed, so that an iterator may fetch images as it goes. Images without a
    thumbnail are passed over; the first one that would exceed the bytes ends the choice.
    """
    chosen: dict[str, bytes] = {}
    total = 0
    pictures = iter(thumbnails)
    while len(chosen) < most_pictures:
        path, data = next(pictures, (None, None))
        if path is None:
            break
        if data is None or path in chosen:
            continue
        total += len(data)
        if total > most_bytes:
            break
        chosen[path] = data
    return chosen
