"""The reference profile of a run: the pinned one, or the first that the job file names."""

from __future__ import annotations

import logging
from collections.abc import Callable

from drift.stages import Workplace
from jobs.errors import ObjectError, PublishError
from reference_stats.profiles.build import build_profile
from reference_stats.profiles.profile import ReferenceProfile

logger = logging.getLogger(__name__)


def pinned_profile(
    place: Workplace, still_allowed: Callable[[], None] | None = None
) -> ReferenceProfile:
    """Return the profile that the job is pinned to; build and pin it where there is none yet.

    Parameters
    ----------
    still_allowed
        As for `build_and_pin`.

    Raises
    ------
    InputError
        If the pinned profile, or the source of a first one, cannot be read.
    """
    pinned = place.profiles.pinned_id()
    if pinned is not None:
        return place.profiles.load(pinned)
    logger.info("no profile yet: building one from reference.%s", place.job.reference.kinds[0])
    return build_and_pin(place, still_allowed)


def build_and_pin(
    place: Workplace, still_allowed: Callable[[], None] | None = None
) -> ReferenceProfile:
    """Build a profile from what the job file names, and pin it unless nothing may be written.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; nothing is written then.
    """
    profile = build_profile(place.source_context, now=place.clock())
    if place.writes:
        if still_allowed is not None:
            still_allowed()
        _save(place, profile)
        logger.info("profile %s: %d reference images", profile.id, profile.images)
    return profile


def _save(place: Workplace, profile: ReferenceProfile) -> None:
    try:
        place.profiles.save(profile)
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: the profile could not be written: {error.problem}"
        ) from error
