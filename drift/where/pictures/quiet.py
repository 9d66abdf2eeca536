"""The pictures of a run in which no image stands out: a few of both sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from drift.observations.reference.copies import without_copies
from drift.observations.window_images import WindowImages
from drift.where.pictures.diversity import drawn_apart
from drift.where.pictures.thumbnail_reading import (
    has_pictures,
    sizes_now,
    sizes_of,
    thumbnails,
)
from drift.where.pictures.typical import typical_images
from drift.workplace import Workplace
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from reports.pages.run.pictures.quiet import (
    MOST_QUIET_BYTES,
    MOST_QUIET_PICTURES,
    QuietPictures,
)
from reports.pages.run.thumbnails import within_budget


def quiet_pictures(
    place: Workplace, findings: RunFindings, window: WindowImages, profile: ReferenceProfile
) -> QuietPictures | None:
    """Return thumbnails of four images of the window and of four typical ones of the reference.

    None where images stand out, which are shown instead, where nothing was analysed, and where
    pictures are switched off. An image that cannot be read now is left out.
    """
    wanted = place.job.reports.thumbnails and not window.of_rows
    if not wanted or findings.offenders or findings.verdict is Verdict.DRIFT:
        return None
    names = drawn_images(window)
    now = thumbnails(place, names, sizes_now(window, names))
    if not names:
        return None
    return QuietPictures(window=_few(now), reference=_few(_of_reference(place, profile)))


def _of_reference(
    place: Workplace, profile: ReferenceProfile
) -> Iterable[tuple[str, bytes | None]]:
    profile = without_copies(profile)
    if profile.records is None or not has_pictures(place):
        return ()
    names = typical_images(profile.features, profile.records, MOST_QUIET_PICTURES)
    return thumbnails(place, names, sizes_of(profile.records["image"], profile.features))


def drawn_images(window: WindowImages) -> Sequence[str]:
    """Return four images of the window that look unlike each other, drawn by their names."""
    names = window.rows["image"].loc[window.features.index].tolist()
    return drawn_apart(names, np.arange(len(names)), window.fingerprints, MOST_QUIET_PICTURES)


def _few(some: Iterable[tuple[str, bytes | None]]) -> dict[str, bytes]:
    return within_budget(some, most_pictures=MOST_QUIET_PICTURES, most_bytes=MOST_QUIET_BYTES)
