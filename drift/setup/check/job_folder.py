"""Checks the job's folder, and folders where the job ran under another name."""

from __future__ import annotations

from collections.abc import Iterator

from drift.pinned_profile import refuse_without_pin
from drift.remarks.older_versions import BUILD_ANEW, lacking_features, lacking_words
from drift.renamed_job import like_jobs, related_words, renamed_words, what_to_do
from drift.setup.check.result import Check, failed, fails, look
from drift.workplace import Workplace
from jobs.errors import DriftError
from reference_stats.profiles.profile import ReferenceProfile


def check_lacking(place: Workplace, profile: ReferenceProfile) -> Iterator[Check]:
    """Say which features the pinned profile lacks."""
    lacking = lacking_features(profile, place.job)
    if lacking:
        yield look("profile", lacking_words(profile, place.job, lacking), BUILD_ANEW)


def check_new_job(place: Workplace) -> Iterator[Check]:
    """Say if a job without a pinned profile has run before, here or under another name."""
    try:
        refuse_without_pin(place)
        like = like_jobs(place)
    except DriftError as error:
        yield failed("profile", error)
        return
    if like.renamed:
        said = renamed_words(place, like)
        yield fails("name", said, what_to_do(place, like.renamed))
    elif like.related:
        yield look("name", related_words(place, like.related), what_to_do(place, like.related))
