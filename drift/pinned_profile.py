"""The reference profile of a run: the pinned one, or the first that the job file names."""

from __future__ import annotations

import logging

from drift.workplace import Workplace
from jobs.errors import ObjectError, ObjectMissingError, PublishError
from reference_stats.profiles.build import build_profile
from reference_stats.profiles.profile import ReferenceProfile
from reference_stats.profiles.store import PINNED, Pin
from reports.conditional_writes import StillAllowed, always_allowed
from reports.history.history import HISTORY_FOLDER

logger = logging.getLogger(__name__)


def pinned_profile(
    place: Workplace, still_allowed: StillAllowed = always_allowed
) -> ReferenceProfile:
    """Return the profile that the job is pinned to; build and pin it where there is none yet.

    Parameters
    ----------
    still_allowed
        As for `build_and_pin`.

    Raises
    ------
    InputError
        If the pinned profile, or the source of a first one, cannot be read, and where nothing is
        pinned although the job has run before: its reference is never replaced without a word.
    """
    pinned = place.profiles.pinned_id()
    if pinned is not None:
        return place.profiles.load(pinned)
    refuse_without_pin(place)
    logger.info("no profile yet: building one from reference.%s", place.job.reference.kinds[0])
    profile = build_profile(place.source_context, now=place.clock())
    # A first run that was killed has left this very profile, or a part of it.
    written = place.profiles.written_ids()
    if written and profile.id not in written:
        raise _pin_is_gone(place)
    return _pinned(place, profile, Pin(), still_allowed)


def refuse_without_pin(place: Workplace) -> None:
    """Raise `ObjectMissingError` where nothing is pinned although the job has run before."""
    if any(place.bucket.list(f"{place.prefix}/{HISTORY_FOLDER}/")):
        raise _pin_is_gone(place)


def build_and_pin(
    place: Workplace, still_allowed: StillAllowed = always_allowed
) -> ReferenceProfile:
    """Build a profile from what the job file names, and pin it unless nothing may be written.

    Parameters
    ----------
    still_allowed
        Raises where the lock was lost; nothing is written then.

    Raises
    ------
    PublishError
        If it could not be written, or another profile was pinned meanwhile.
    """
    before = place.profiles.pin_to_replace()
    profile = build_profile(place.source_context, now=place.clock())
    return _pinned(place, profile, before, still_allowed)


def _pin_is_gone(place: Workplace) -> ObjectMissingError:
    return ObjectMissingError(
        place.bucket.url_of(f"{place.profiles.folder}/{PINNED}"),
        "there is none, although this job has run before, so that it is not known what to compare "
        "with. Nothing was replaced. Put the object back, or build and pin the reference of the "
        "job file anew: drift profile build.",
    )


def _pinned(
    place: Workplace, profile: ReferenceProfile, before: Pin, still_allowed: StillAllowed
) -> ReferenceProfile:
    if place.writes:
        _save(place, profile, before, still_allowed)
        kind = "rows" if profile.of_rows else "images"
        logger.info("profile %s: %d reference %s", profile.id, profile.images, kind)
    return profile


def _save(
    place: Workplace, profile: ReferenceProfile, before: Pin, still_allowed: StillAllowed
) -> None:
    still_allowed()
    try:
        place.profiles.save(profile)
        still_allowed()
        place.profiles.pin(profile.id, before)
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: the profile could not be written: {error.problem}"
        ) from error
