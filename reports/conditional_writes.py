"""Writing objects that others write too: each write names the version that it is to replace."""

from __future__ import annotations

from collections.abc import Callable

from jobs.buckets.bucket import Bucket, ObjectKind, StoredObject
from jobs.errors import (
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    PublishError,
)

# How often a write is tried anew after another writer's.
ATTEMPTS = 20

# Raises where the lock was lost. A version that was read before such a check, and named by the
# write after it, keeps a run that was suspended in between from writing over its successor's files.
StillAllowed = Callable[[], None]


def always_allowed() -> None:
    """Return: for a writer that needs no lock."""


def put_if_unchanged(
    bucket: Bucket, name: str, data: bytes, version: str | None, kind: ObjectKind
) -> str | None:
    """Write an object that is at `version` (None: not there).

    Returns its new version, or None where it was no longer so and nothing was written.
    """
    try:
        if version is None:
            return bucket.create(name, data, kind)
        return bucket.replace(name, data, version, kind)
    except (ObjectExistsError, ObjectChangedError):
        return None


def read_if_there(bucket: Bucket, name: str, most_bytes: int | None = None) -> StoredObject | None:
    """Return an object, or None where there is none; a larger one than allowed raises."""
    try:
        return bucket.read(name, most_bytes)
    except ObjectMissingError:
        return None


def version_if_there(bucket: Bucket, name: str) -> str | None:
    """Return an object's version, or None where there is none."""
    try:
        return bucket.info(name).version
    except ObjectMissingError:
        return None


def too_busy(bucket: Bucket, name: str) -> PublishError:
    """Return the error that ends the attempts."""
    return PublishError(
        f"{bucket.url_of(name)}: it was changed by others {ATTEMPTS} times while this run tried "
        "to replace it. Expected one run of a job at a time; see what else writes there."
    )


def taken_over(bucket: Bucket, name: str) -> PublishError:
    """Return the error of a run whose own object another run has written meanwhile."""
    return PublishError(
        f"{bucket.url_of(name)}: another run wrote it while this one was publishing, so this one "
        "replaces nothing more. This run was suspended for longer than its lock lasts, or two runs "
        "were started without it. Run the job again if its report is missing."
    )
