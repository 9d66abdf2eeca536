"""One image from its bucket to its outcome; the workers' threads do that for many at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.buckets.bucket import Bucket
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.cache_lookup import LookedUp, Recollection
from reference_stats.extraction.isolated.process import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.extraction.measuring.measure import measure
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_named, feature_names
from reference_stats.outcomes import (
    ImageFeatures,
    MissingImage,
    Outcome,
    UnfetchedImage,
    UnreadableImage,
    too_large,
)
from reference_stats.size_limits import SizeLimits

# More bytes than nearly every photograph has.
_LARGE_BYTES = 16_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedImage:
    """The bytes of one object."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeImage:
    """An object that is only to be read when it is its turn to be decoded.

    There are many threads that fetch, and few that compute: so few of them are in memory.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedImage:
    """One image as it comes out of the workers.

    `version` is empty where the image was not read now; `refusal` is set where the bucket did not
    answer.
    """

    location: ImageLocation
    outcome: Outcome
    version: str = ""
    refusal: BucketAccessError | None = None


Fetched = FetchedImage | LargeImage | FinishedImage


@dataclass(slots=True, kw_only=True)
class ImageReading:
    """How the images of one extraction are read.

    Attributes
    ----------
    settings
        ``[images]`` of the job.
    features
        What is computed.
    buckets
        By their URLs.
    known
        What is known of the images before they are read.
    used
        The last use of the images that are not known at once.
    looked_up
        What their buckets said of images before they were read, by path; filled in any thread.
    reached
        Set, in any thread, by the first answer of a bucket that is no refusal: a refused image
        overtakes one that is still being decoded.
    """

    settings: ImageSettings
    features: tuple[Feature, ...]
    buckets: Mapping[str, Bucket]
    known: Recollection
    used: Mapping[ImageLocation, int] = field(default_factory=dict)
    looked_up: dict[str, LookedUp] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    # What decoding processes are told; None where they do not know the features.
    order: Order | None = field(init=False)

    def __post_init__(self) -> None:
        self.order = None
        if all(feature_named(feature.name) is not None for feature in self.features):
            self.order = Order(
                names=feature_names(self.features), limits=image_limits(self.settings)
            )

    def start(self) -> None:
        """Have a decoding process ready for the first image, in the background."""
        if self.order is not None:
            # Half a second, or ten on a machine's first run, that the first images take to arrive.
            threading.Thread(target=DECODERS.start, name="decoders").start()

    def fetch(self, location: ImageLocation) -> Fetched:
        """Return an image's bytes, or what became of it where they are not needed or not there."""
        bucket = self.buckets[location.bucket_url]
        try:
            known = self._look_up(location, bucket)
        except ObjectError as error:
            return self._lost(location, error)
        if known is not None:
            self.reached.set()
            return FinishedImage(location=location, outcome=known)
        try:
            return self._read(location, min(self.settings.max_bytes, _LARGE_BYTES))
        except ObjectTooLargeError as error:
            if error.size_bytes <= self.settings.max_bytes:
                return LargeImage()
            return self._too_large(location, error)

    def _read(self, location: ImageLocation, most_bytes: int) -> FetchedImage | FinishedImage:
        try:
            stored = self.buckets[location.bucket_url].read(location.name, most_bytes)
        except ObjectTooLargeError:
            self.reached.set()
            raise
        except ObjectError as error:
            return self._lost(location, error)
        self.reached.set()
        return FetchedImage(data=stored.data, version=stored.version)

    def _read_large(self, location: ImageLocation) -> FetchedImage | FinishedImage:
        try:
            return self._read(location, self.settings.max_bytes)
        except ObjectTooLargeError as error:
            return self._too_large(location, error)

    def _too_large(self, location: ImageLocation, error: ObjectTooLargeError) -> FinishedImage:
        outcome = too_large(error.size_bytes, self.settings.max_bytes)
        return FinishedImage(location=location, outcome=outcome, version=error.version)

    def _lost(self, location: ImageLocation, error: ObjectError) -> FinishedImage:
        if not isinstance(error, BucketAccessError):
            self.reached.set()
        return _not_fetched(location, error)

    def _look_up(self, location: ImageLocation, bucket: Bucket) -> Outcome | None:
        if not self.known.must_look(location.path):
            return None
        info = bucket.holder_info(location.name)
        looked_up = self.known.look(location.path, info, self.used.get(location))
        self.looked_up[location.path] = looked_up
        return looked_up.known

    def compute(self, location: ImageLocation, fetched: Fetched) -> FinishedImage:
        """Return what became of an image that was fetched."""
        if isinstance(fetched, LargeImage):
            fetched = self._read_large(location)
        if isinstance(fetched, FinishedImage):
            return fetched
        try:
            outcome = self._measure(fetched.data)
        except Exception as error:
            error.add_note(f"while computing the features of {location.path}")
            raise
        return FinishedImage(location=location, outcome=outcome, version=fetched.version)

    def _measure(self, data: bytes) -> ImageFeatures | UnreadableImage:
        if self.order is None:
            return measure(data, image_limits(self.settings), self.features)
        return DECODERS.measure(data, self.order)


def image_limits(settings: ImageSettings) -> SizeLimits:
    """Return how large an image may be, in pixels and in bytes."""
    return SizeLimits(max_pixels=settings.max_pixels, max_bytes=settings.max_bytes)


def _not_fetched(location: ImageLocation, error: ObjectError) -> FinishedImage:
    if isinstance(error, ObjectMissingError):
        return FinishedImage(location=location, outcome=MissingImage())
    reason = "unsafe image path" if isinstance(error, UnsafeNameError) else "could not be fetched"
    return FinishedImage(
        location=location,
        outcome=UnfetchedImage(reason=reason, detail=error.problem),
        refusal=error if isinstance(error, BucketAccessError) else None,
    )
