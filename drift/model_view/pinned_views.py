"""What the run's model sees in the images of the reference: read, or made when first needed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.run_model.run_model import RunModel
from drift.workplace import Workplace
from jobs.errors import ModelError, ObjectError
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.job_file.names.logged_images import LoggedImageName
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.image_uses import WantedImages
from reference_stats.model_view.definition import ViewDefinition
from reference_stats.model_view.views import ImageViews
from reference_stats.outcomes import UnfetchedImage
from reference_stats.profiles.profile import ReferenceProfile
from reference_stats.profiles.view_store import ProfileViews
from reports.conditional_writes import StillAllowed

# The same picture on another processor differs in the last digits of its numbers.
_SAME = 1e-6

logger = logging.getLogger(__name__)


def pinned_views(
    place: Workplace,
    model: RunModel,
    profile: ReferenceProfile,
    definition: ViewDefinition,
    still_allowed: StillAllowed,
) -> ImageViews:
    """Return what the model sees in the images of a profile, in their order.

    Images that are gone, and those that are other pictures now, have unknown views. They are
    written beside the profile once all images could be asked for.

    Parameters
    ----------
    model
        The model of the run, which is not given up.
    definition
        What its views depend on.
    still_allowed
        Raises where the lock was lost; nothing is written then.

    Raises
    ------
    ModelError
        If the model failed, the reference has no images, or they cannot be reached.
    """
    names = _images_of(profile)
    if names is None:
        raise ModelError(
            definition.model,
            "the pinned reference knows no images, so that the model has nothing to compare with. "
            "Set reference.images or reference.window, and run drift profile build.",
        )
    store = _store(place, profile)
    try:
        known = _known(store, profile, definition)
        if known is not None:
            return known
        views, is_final = _made(place, model, profile, names)
        if place.writes and is_final:
            still_allowed()
            store.save(definition.id, views)
    except ObjectError as error:
        raise ModelError(
            definition.model, f"its views of the reference are not known: {error}"
        ) from error
    logger.info(
        "the model has looked at %d of %d reference images", int(views.known.sum()), len(views)
    )
    return views


def images_to_view(
    place: Workplace, profile: ReferenceProfile, definition: ViewDefinition
) -> WantedImages | None:
    """Return the images of a profile that `pinned_views` would have a model look at.

    None where what it sees is written, and where the profile knows no images.

    Raises
    ------
    ObjectError
        If what is written cannot be read.
    """
    names = _images_of(profile)
    if names is None or _known(_store(place, profile), profile, definition) is not None:
        return None
    located = (_location(place, name) for name in names)
    return WantedImages.of([one for one in located if isinstance(one, ImageLocation)])


def _images_of(profile: ReferenceProfile) -> Sequence[str] | None:
    if profile.records is None or profile.of_rows:
        return None
    names: list[str] = profile.records["image"].tolist()
    return names


def _store(place: Workplace, profile: ReferenceProfile) -> ProfileViews:
    return ProfileViews(bucket=place.bucket, folder=f"{place.profiles.folder}/{profile.id}")


def _known(
    store: ProfileViews, profile: ReferenceProfile, definition: ViewDefinition
) -> ImageViews | None:
    known = store.load(definition.id, profile.images)
    return known if known is not None and known.width == definition.width else None


def _made(
    place: Workplace, model: RunModel, profile: ReferenceProfile, names: Sequence[str]
) -> tuple[ImageViews, bool]:
    """Return the views of a profile's images, and whether another run would find the same."""
    located = [_location(place, name) for name in names]
    places = np.flatnonzero([isinstance(one, ImageLocation) for one in located])
    wanted = [one for one in located if isinstance(one, ImageLocation)]
    then = profile.features.iloc[places]
    first = _looked_at(place, model, wanted, then)
    # Numbers are believed where an image could not be read again, whatever the reason: it is asked
    # once more what it shows now.
    left = np.flatnonzero(~first.views.known)
    again = [wanted[at] for at in left]
    second = _looked_at(place, model, again, then.iloc[left], remembered=False)
    views = _spread(first.views, places, len(names))
    views.put(places[left], second.views)
    return views, second.is_final


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LookedAt:
    """The views of some images, unknown where they are other pictures now.

    `is_final` tells whether another run would find the same: all of them could be asked for.
    """

    views: ImageViews
    is_final: bool


def _looked_at(
    place: Workplace,
    model: RunModel,
    images: Sequence[ImageLocation],
    then: pd.DataFrame,
    *,
    remembered: bool = True,
) -> _LookedAt:
    found = extract(
        WantedImages.of(images),
        place.job.image_rules,
        open_bucket=place.open_bucket,
        cache=place.feature_cache if remembered else None,
        progress=place.progress,
        features=place.features,
        seeing=place.seeing,
        elsewhere=place.elsewhere,
    )
    seen = found.views_of(images)
    if seen is None or model.failure is not None:
        raise model.failure or ModelError(model.model, "it has not looked at the reference.")
    same = is_same_picture(found, images, then)
    return _LookedAt(
        views=replace(seen, known=seen.known & same),
        is_final=not any(isinstance(found[one], UnfetchedImage) for one in images),
    )


def _location(place: Workplace, name: str) -> ImageLocation | RefusedLocation:
    """Return where an image of the profile is read."""
    locator = place.locator
    if locator.settings.path is None and LoggedImageName.parse(name) is None:
        # Today's images are in the log, those of the reference are objects of their own.
        return ImageLocation(bucket_url=place.bucket.url, name=name, path=name)
    return locator.resolve_or_refuse(name)


def is_same_picture(
    found: ExtractionResult, images: Sequence[ImageLocation], then: pd.DataFrame
) -> NDArray[np.bool_]:
    """Tell which images have the numbers that they had when the profile was built.

    Parameters
    ----------
    then
        Their features as the profile holds them, in the order of `images`.
    """
    columns = found.columns(images)
    shared = [name for name in columns.names if name in then]
    now = columns.numbers[:, [columns.names.index(name) for name in shared]]
    before = then[shared].to_numpy(dtype=np.float64)
    close = np.isclose(now, before, rtol=_SAME, atol=_SAME, equal_nan=True).all(axis=1)
    same: NDArray[np.bool_] = close & columns.analysed
    return same


def _spread(views: ImageViews, places: NDArray[np.int64], images: int) -> ImageViews:
    """Return views of some images among all of them; the others are unknown."""
    everything = ImageViews.unknown(images, views.width)
    everything.put(places, views)
    return everything
