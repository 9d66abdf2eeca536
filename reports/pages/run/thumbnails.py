"""How many pictures a page may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reports.findings.images import PictureBoxes

MOST_PICTURES = 24
# The four worst and the four most typical are in the page twice: small ones are at the top.
MOST_BYTES = 340_000
MOST_TYPICAL_PICTURES = 8
MOST_TYPICAL_BYTES = 64_000
MOST_CLASS_BYTES = 28_000
# Of wrong answers; the first four are at the top as well.
MOST_WRONG_PICTURES = 8
MOST_WRONG_BYTES = 48_000

# What a box with a long class takes of a page, as bytes of a thumbnail: those grow by a third.
_BYTES_OF_A_BOX = 130


def most_bytes_beside(boxes: Mapping[str, PictureBoxes] | None) -> int:
    """Return how many bytes the images that stand out may take beside the boxes of a page."""
    drawn = sum(len(one.drawn) for one in (boxes or {}).values())
    return MOST_BYTES - drawn * _BYTES_OF_A_BOX


def within_budget(
    thumbnails: Iterable[tuple[str, bytes | None]],
    *,
    most_pictures: int = MOST_PICTURES,
    most_bytes: int = MOST_BYTES,
) -> dict[str, bytes]:
    """Return the first thumbnails that a page may hold, by image path.

    A page stays under a megabyte with the default limits for images that stand out, and with
    `MOST_TYPICAL_PICTURES` and `MOST_TYPICAL_BYTES` for images of the reference.

    The iterator is read no further than needed, so it may fetch each image when asked for it.
    Images without a thumbnail are skipped. The choice ends before the first thumbnail that would
    exceed the limit of bytes.
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
