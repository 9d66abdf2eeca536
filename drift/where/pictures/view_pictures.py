"""The pictures of what a model sees: novel images, those nearest to them, and what it looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drift.observations.window_images import WindowImages
from drift.where.pictures.thumbnail_reading import has_pictures, sizes_now, sizes_of, thumbnails
from drift.workplace import Workplace
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.model_view import ModelView
from reports.pages.run.model_view.overlay import overlay_jpeg
from reports.pages.run.model_view.pictures import (
    MOST_NOVEL_BYTES,
    MOST_OVERLAY_BYTES,
    MOST_SEEN_BYTES,
    Attributions,
    ViewPictures,
    novel_in_turn,
    smaller,
)
from reports.pages.run.thumbnails import within_budget


def view_pictures(
    workplace: Workplace,
    seen: ModelView | None,
    window: WindowImages,
    profile: ReferenceProfile,
    looked_at: Attributions | None,
) -> ViewPictures | None:
    """Return the pictures of the model's view; None where it has none, or they are switched off.

    Parameters
    ----------
    seen
        What the model's view found; None where the job names no model.
    window, profile
        What the images were measured as: one that was overwritten since is not shown.
    looked_at
        Which pixels counted in the images that are explained; None where none are.
    """
    if seen is None or not workplace.job.reports.thumbnails:
        return None
    pairs = list(novel_in_turn(seen))
    novel = [image for image, _ in pairs]
    explained = _explained(seen, looked_at)
    shown = list(dict.fromkeys((*novel, *explained)))
    found = _found(workplace, shown, sizes_now(window, shown))
    return ViewPictures(
        window=_small(found, MOST_SEEN_BYTES),
        reference=_small(_nearest(workplace, profile, [one for _, one in pairs]), MOST_NOVEL_BYTES),
        overlays={} if looked_at is None else _overlays(found, explained, looked_at),
    )


def _explained(seen: ModelView, looked_at: Attributions | None) -> list[str]:
    known = {} if looked_at is None else looked_at.of_images
    return [one.image for one in seen.explained if one.image in known]


def _nearest(
    workplace: Workplace, profile: ReferenceProfile, images: Sequence[str]
) -> dict[str, bytes]:
    if profile.records is None or not has_pictures(workplace):
        return {}
    sizes = sizes_of(profile.records["image"], profile.features)
    return _found(workplace, list(dict.fromkeys(images)), sizes)


def _found(
    workplace: Workplace, images: Sequence[str], sizes: Mapping[str, float]
) -> dict[str, bytes]:
    read = thumbnails(workplace, images, sizes)
    return {image: data for image, data in read if data is not None}


def _small(pictures: Mapping[str, bytes], most_bytes: int) -> dict[str, bytes]:
    made = ((image, smaller(data)) for image, data in pictures.items())
    return within_budget(made, most_bytes=most_bytes)


def _overlays(
    pictures: Mapping[str, bytes], explained: Sequence[str], looked_at: Attributions
) -> dict[str, bytes]:
    made = (
        (image, overlay_jpeg(pictures[image], pixels, looked_at.preprocessing))
        for image in explained
        if image in pictures
        for pixels in [looked_at.of_images[image]]
    )
    return within_budget(made, most_bytes=MOST_OVERLAY_BYTES)
