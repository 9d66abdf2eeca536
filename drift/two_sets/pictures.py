"""Pictures of a comparison of images: those that stand out, or some of each side."""

from __future__ import annotations

from itertools import chain

from drift.observations.reference.copies import without_copies
from drift.two_sets.image_line import JudgedImages
from drift.where.pictures.quiet import drawn_images
from drift.where.pictures.thumbnail_reading import sizes_now, sizes_of, thumbnails
from drift.where.pictures.typical import typical_images
from reports.pages.run.thumbnails import (
    MOST_PICTURES,
    MOST_TYPICAL_BYTES,
    within_budget,
)

_SHOWN = 4
_SPARE = 4
_MOST_BYTES = 160_000


def pictures_of(found: JudgedImages) -> dict[str, bytes]:
    """Return thumbnails of the images that stand out; of a few current ones where none does."""
    window, place = found.judged.window, found.place
    names = [one.image for one in found.judged.findings.offenders]
    if names:
        shots = thumbnails(place, names, sizes_now(window, names))
        return within_budget(shots, most_pictures=MOST_PICTURES, most_bytes=_MOST_BYTES)
    drawn = drawn_images(window)
    shots = thumbnails(place, drawn, sizes_now(window, drawn))
    return within_budget(shots, most_pictures=_SHOWN, most_bytes=MOST_TYPICAL_BYTES)


def typical_of(found: JudgedImages) -> dict[str, bytes]:
    """Return thumbnails of typical images of the reference."""
    profile = without_copies(found.profile)
    if profile.records is None:
        return {}
    names = typical_images(profile.features, profile.records, _SHOWN + _SPARE)
    sizes = sizes_of(profile.records["image"], profile.features)
    # The spare ones are only read where one of the others cannot be shown.
    shots = chain(
        thumbnails(found.place, names[:_SHOWN], sizes),
        thumbnails(found.place, names[_SHOWN:], sizes),
    )
    return within_budget(shots, most_pictures=_SHOWN, most_bytes=MOST_TYPICAL_BYTES)
