"""Images from their buckets to their outcomes; the workers' threads do that for many at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectTooLargeError,
)
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.cache_lookup import Known, LookedUp, Recollection
from reference_stats.extraction.images_on_their_way import (
    Fetched,
    FetchedImage,
    FinishedImage,
    LargeImage,
    not_fetched,
)
from reference_stats.extraction.isolated.failures import DecodingBugError
from reference_stats.extraction.isolated.guilty import MeasuredPicture
from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.extraction.measuring.made_pictures import MadePictures
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.viewing.looking import Looking
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_named, feature_names
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.preprocessing import picture_bytes
from reference_stats.outcomes import (
    too_large,
)
from reference_stats.size_limits import SizeLimits

# More bytes than nearly every photograph has.
_LARGE_BYTES = 16_000_000


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
    looking
        What a model sees in the images; None where none is asked.
    lacking
        What is known of images that are read for their views alone; filled in any thread.
    read_parts
        The names of the feature cache's parts that `known` is from.
    """

    settings: ImageSettings
    features: tuple[Feature, ...]
    buckets: Mapping[str, Bucket]
    known: Recollection
    used: Mapping[ImageLocation, int] = field(default_factory=dict)
    looked_up: dict[str, LookedUp] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    looking: Looking | None = None
    lacking: dict[ImageLocation, Known] = field(default_factory=dict)
    read_parts: set[str] = field(default_factory=set)
    # What decoding processes are told; None where they do not know the features.
    order: Order | None = field(init=False)

    def __post_init__(self) -> None:
        self.order = None
        if all(feature_named(feature.name) is not None for feature in self.features):
            self.order = Order(
                names=feature_names(self.features),
                limits=image_limits(self.settings),
                picture=self._picture,
            )

    @property
    def _picture(self) -> Preprocessing | None:
        return None if self.looking is None else self.looking.definition.preprocessing

    def start(self) -> None:
        """Have the model and a decoding process ready for the first image, in the background."""
        if self.looking is not None:
            self.looking.start()
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
        """Return what is known of an image that need not be read."""
        lacking = self.lacking.get(location)
        if lacking is not None:
            return FinishedImage(location, lacking) if not self._is_looking else None
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
        self.note_answer()
        if self.lacks_view(location, looked_up.known):
            self.lacking[location] = looked_up.known
            return None
        return FinishedImage(location, looked_up.known)

    @property
    def picture_size(self) -> int:
        """The bytes of the picture that is made of an image for a model; 0 where none is."""
        return 0 if self._picture is None else picture_bytes(self._picture)

    def lacks_view(self, location: ImageLocation, known: Known) -> bool:
        """Tell whether an image with a known outcome has to be read for its view alone."""
        return self.looking is not None and self.looking.lacks(location, known)

    @property
    def _is_looking(self) -> bool:
        return self.looking is not None and not self.looking.problem

    def _read(self, locations: Sequence[ImageLocation]) -> list[Fetched]:
        """Return the bytes of images in one bucket; together no more than one large file has."""
        most_bytes = min(self.settings.max_bytes, _LARGE_BYTES // len(locations))
        bucket = self.buckets[locations[0].bucket_url]
        stored = bucket.read_many([one.name for one in locations], most_bytes)
        return [self._fetched(*pair) for pair in zip(locations, stored, strict=True)]

    def _fetched(self, location: ImageLocation, stored: StoredObject | ObjectError) -> Fetched:
        if isinstance(stored, ObjectTooLargeError):
            self.note_answer()
            if stored.size_bytes <= self.settings.max_bytes:
                return LargeImage(location)
            return self._too_large(location, stored)
        return self._lost_or_read(location, stored)

    def _lost_or_read(
        self, location: ImageLocation, stored: StoredObject | ObjectError
    ) -> FetchedImage | FinishedImage:
        if isinstance(stored, ObjectError):
            return self._lost(location, stored)
        self.note_answer()
        if self.looking is not None:
            self.looking.prepare()
        return FetchedImage(location, stored.data, stored.version)

    def _read_large(self, location: ImageLocation) -> FetchedImage | FinishedImage:
        bucket = self.buckets[location.bucket_url]
        (stored,) = bucket.read_many([location.name], self.settings.max_bytes)
        if isinstance(stored, ObjectTooLargeError):
            return self._too_large(location, stored)
        return self._lost_or_read(location, stored)

    def note_answer(self) -> None:
        """Note that a bucket gave an answer that is no refusal."""
        # Asking costs a tenth of telling again.
        if not self.reached.is_set():
            self.reached.set()

    def _too_large(self, location: ImageLocation, error: ObjectTooLargeError) -> FinishedImage:
        known = self.lacking.get(location)
        if known is not None:
            return FinishedImage(location, known)
        outcome = too_large(error.size_bytes, self.settings.max_bytes)
        return FinishedImage(location, outcome, error.version)

    def _lost(self, location: ImageLocation, error: ObjectError) -> FinishedImage:
        if not isinstance(error, BucketAccessError):
            self.note_answer()
        lost = not_fetched(location, error)
        known = self.lacking.get(location)
        return lost if known is None else FinishedImage(location, known, refusal=lost.refusal)

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
            for (location, _, version), measured in zip(
                fetched, self._measure(fetched), strict=True
            ):
                finished.append(self._finished(location, version, measured))
        return finished

    def _finished(
        self, location: ImageLocation, version: str, measured: MeasuredPicture
    ) -> FinishedImage:
        if self.looking is not None:
            self.looking.put(location, measured.outcome, measured.picture)
        known = self.lacking.get(location)
        if known is not None:
            # Its features are believed, whatever picture has its name now.
            return FinishedImage(location, known)
        return FinishedImage(location, measured.outcome, version)

    def _measure(self, images: Sequence[FetchedImage]) -> Sequence[MeasuredPicture]:
        if self.order is None:
            return [self._measure_here(image) for image in images]
        try:
            return DECODERS.picture_many([data for _, data, _ in images], self.order)
        except Exception as error:
            if isinstance(error, DecodingBugError) and error.place is not None:
                images = [images[error.place]]
            error.add_note(_note_of(images))
            raise

    def _measure_here(self, image: FetchedImage) -> MeasuredPicture:
        made = None if self._picture is None else MadePictures.of(self._picture, 1)
        show = None if made is None else partial(made.put_image, 0)
        try:
            limits = image_limits(self.settings)
            outcome = measure(image.data, limits, self.features, show=show)
            return MeasuredPicture(outcome, None if made is None else made[0])
        except Exception as error:
            error.add_note(_note_of([image]))
            raise


def _note_of(images: Sequence[FetchedImage]) -> str:
    others = "" if len(images) == 1 else f" or of one of {len(images) - 1} others"
    return f"while computing the features of {images[0].location.path}{others}"


def image_limits(settings: ImageSettings) -> SizeLimits:
    """Return how large an image may be, in pixels and in bytes."""
    return SizeLimits(max_pixels=settings.max_pixels, max_bytes=settings.max_bytes)
