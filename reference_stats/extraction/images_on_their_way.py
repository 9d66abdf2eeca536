"""Images on their way from their buckets to their outcomes."""

from __future__ import annotations

from typing import NamedTuple

from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    UnsafeNameError,
)
from jobs.images.locations import ImageLocation
from reference_stats.extraction.batches import BATCH_BYTES
from reference_stats.outcomes import MissingImage, Outcome, UnfetchedImage


class FetchedImage(NamedTuple):
    """The bytes of one object."""

    location: ImageLocation
    data: bytes
    version: str


class LargeImage(NamedTuple):
    """An object that is only to be read when it is its turn to be decoded.

    There are many threads that fetch, and few that compute: so few of them are in memory.
    """

    location: ImageLocation


class FinishedImage(NamedTuple):
    """One image as it comes out of the workers.

    `version` is empty where the image was not read now; `refusal` is set where the bucket did not
    answer.
    """

    location: ImageLocation
    outcome: Outcome
    version: str = ""
    refusal: BucketAccessError | None = None


Fetched = FetchedImage | LargeImage | FinishedImage


def size_in_memory(image: Fetched, picture_size: int = 0) -> int:
    """Return the bytes of a fetched image; of a large one what lets it be computed alone.

    Parameters
    ----------
    picture_size
        The bytes of the picture that is made of it for a model.
    """
    if isinstance(image, FetchedImage):
        return len(image.data) + picture_size
    return BATCH_BYTES if isinstance(image, LargeImage) else 0


def not_fetched(location: ImageLocation, error: ObjectError) -> FinishedImage:
    """Return what became of an image that its bucket did not give."""
    if isinstance(error, ObjectMissingError):
        return FinishedImage(location, MissingImage())
    reason = "unsafe image path" if isinstance(error, UnsafeNameError) else "could not be fetched"
    return FinishedImage(
        location=location,
        outcome=UnfetchedImage(reason=reason, detail=error.problem),
        refusal=error if isinstance(error, BucketAccessError) else None,
    )
