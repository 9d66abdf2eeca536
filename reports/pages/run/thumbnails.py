"""Which pictures a page holds, and how many it may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.findings.images import PictureBoxes
from reports.pages.run.grown_class import ClassPictures
from reports.pages.run.model_view.pictures import ViewPictures
from reports.pages.run.pictures.quiet import QuietPictures

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherPictures:
    """The pictures of a run's page beside those of images that stand out and of typical ones.

    Attributes
    ----------
    of_class
        Of the predicted class that grew; None for none.
    of_view
        Of what the model sees; None for none, or where thumbnails are switched off.
    of_quiet
        Of a run in which no image stands out; None for any other run.
    """

    of_class: ClassPictures | None = None
    of_view: ViewPictures | None = None
    of_quiet: QuietPictures | None = None


def most_bytes_beside(
    boxes: Mapping[str, PictureBoxes] | None, view: ViewPictures | None = None
) -> int:
    """Return how many bytes the images that stand out may take beside what else a page holds.

    Parameters
    ----------
    boxes
        All boxes of the page.
    view
        The pictures of what the model sees.
    """
    drawn = sum(len(one.drawn) for one in (boxes or {}).values())
    seen = 0 if view is None else view.size_bytes
    return MOST_BYTES - seen - drawn * _BYTES_OF_A_BOX


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
