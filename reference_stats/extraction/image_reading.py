"""Images from their buckets to their outcomes; the workers' threads do that for many at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.batches import BATCH_BYTES
from reference_stats.extraction.cache_lookup import LookedUp, Recollection
from reference_stats.extraction.isolated.failures import DecodingBugError
from reference_stats.extraction.isolated.messages import Order
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

    def fetch(self, locations: Sequence[ImageLocation]) -> list[Fetched]:
        """Return images' bytes, or what became of those that are not needed or not there."""
        found: dict[ImageLocation, Fetched] = {}
        wanted: dict[str, list[ImageLocation]] = {}
        for location in locations:
            known = self._known(location)
            if known is None:
                wanted.setdefault(location.bucket_url, []).append(location)
            else:
                found[location] = known
        if len(wanted) == 1 and not found:
            return self._read(locations)
        for some in wanted.values():
            found |= zip(some, self._read(some), strict=True)
        return [found[location] for location in locations]

    def _known(self, location: ImageLocation) -> FinishedImage | None:
        """Return what is known of an image that the store is asked about first."""
        if not self.known.must_look(location.path):
            return None
        try:
            info = self.buckets[location.bucket_url].holder_info(location.name)
        except ObjectError as error:
            return self._lost(location, error)
        looked_up = self.known.look(location.path, info, self.used.get(location))
        self.looked_up[location.path] = looked_up
        if looked_up.known is None:
            return None
        self._note_answer()
        return FinishedImage(location, looked_up.known)

    def _read(self, locations: Sequence[ImageLocation]) -> list[Fetched]:
        """Return the bytes of images in one bucket; together no more than one large file has."""
        most_bytes = min(self.settings.max_bytes, _LARGE_BYTES // len(locations))
        bucket = self.buckets[locations[0].bucket_url]
        stored = bucket.read_many([one.name for one in locations], most_bytes)
        return [self._fetched(*pair) for pair in zip(locations, stored, strict=True)]

    def _fetched(self, location: ImageLocation, stored: StoredObject | ObjectError) -> Fetched:
        if isinstance(stored, ObjectTooLargeError):
            self._note_answer()
            if stored.size_bytes <= self.settings.max_bytes:
                return LargeImage(location)
            return self._too_large(location, stored)
        return self._lost_or_read(location, stored)

    def _lost_or_read(
        self, location: ImageLocation, stored: StoredObject | ObjectError
    ) -> FetchedImage | FinishedImage:
        if isinstance(stored, ObjectError):
            return self._lost(location, stored)
        self._note_answer()
        return FetchedImage(location, stored.data, stored.version)

    def _read_large(self, location: ImageLocation) -> FetchedImage | FinishedImage:
        bucket = self.buckets[location.bucket_url]
        (stored,) = bucket.read_many([location.name], self.settings.max_bytes)
        if isinstance(stored, ObjectTooLargeError):
            return self._too_large(location, stored)
        return self._lost_or_read(location, stored)

    def _note_answer(self) -> None:
        # Asking costs a tenth of telling again.
        if not self.reached.is_set():
            self.reached.set()

    def _too_large(self, location: ImageLocation, error: ObjectTooLargeError) -> FinishedImage:
        outcome = too_large(error.size_bytes, self.settings.max_bytes)
        return FinishedImage(location, outcome, error.version)

    def _lost(self, location: ImageLocation, error: ObjectError) -> FinishedImage:
        if not isinstance(error, BucketAccessError):
            self._note_answer()
        return _not_fetched(location, error)

    def compute(self, images: Sequence[Fetched]) -> list[FinishedImage]:
        """Return what became of images that were fetched."""
        finished: list[FinishedImage] = []
        fetched: list[FetchedImage] = []
        for image in images:
            one = self._read_large(image.location) if isinstance(image, LargeImage) else image
            if isinstance(one, FinishedImage):
                finished.append(one)
            else:
                fetched.append(one)
        if fetched:
            for (location, _, version), outcome in zip(
                fetched, self._measure(fetched), strict=True
            ):
                finished.append(FinishedImage(location, outcome, version))
        return finished

    def _measure(self, images: Sequence[FetchedImage]) -> Sequence[ImageFeatures | UnreadableImage]:
        if self.order is None:
            return [self._measure_here(image) for image in images]
        try:
            return DECODERS.measure_many([data for _, data, _ in images], self.order)
        except Exception as error:
            if isinstance(error, DecodingBugError) and error.place is not None:
                images = [images[error.place]]
            error.add_note(_note_of(images))
            raise

    def _measure_here(self, image: FetchedImage) -> ImageFeatures | UnreadableImage:
        try:
            return measure(image.data, image_limits(self.settings), self.features)
        except Exception as error:
            error.add_note(_note_of([image]))
            raise


def size_in_memory(image: Fetched) -> int:
    """Return the bytes of a fetched image; of a large one what lets it be computed alone."""
    if isinstance(image, FetchedImage):
        return len(image.data)
    return BATCH_BYTES if isinstance(image, LargeImage) else 0


def _note_of(images: Sequence[FetchedImage]) -> str:
    others = "" if len(images) == 1 else f" or of one of {len(images) - 1} others"
    return f"while computing the features of {images[0].location.path}{others}"


def image_limits(settings: ImageSettings) -> SizeLimits:
    """Return how large an image may be, in pixels and in bytes."""
    return SizeLimits(max_pixels=settings.max_pixels, max_bytes=settings.max_bytes)


def _not_fetched(location: ImageLocation, error: ObjectError) -> FinishedImage:
    if isinstance(error, ObjectMissingError):
        return FinishedImage(location, MissingImage())
    reason = "unsafe image path" if isinstance(error, UnsafeNameError) else "could not be fetched"
    return FinishedImage(
        location=location,
        outcome=UnfetchedImage(reason=reason, detail=error.problem),
        refusal=error if isinstance(error, BucketAccessError) else None,
    )
