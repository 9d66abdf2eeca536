"""Images to numbers: fetch, decode and compute, each image once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from jobs.buckets.bucket import Bucket
from jobs.errors import (
    BucketAccessError,
    ObjectError,
    ObjectMissingError,
    ObjectTooLargeError,
    UnsafeNameError,
)
from jobs.images.locations import ImageLocation
from jobs.job_file.job import ImageSettings
from reference_stats.extraction.isolated.processes import DECODERS, Order
from reference_stats.extraction.measure import measure
from reference_stats.extraction.recollection import LookedUp, Recollection
from reference_stats.extraction.remembering import Remembering
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.workers import TwoStages
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.rows import CacheEntry
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_named, feature_names
from reference_stats.image_uses import Sighting, WantedImages
from reference_stats.outcomes import (
    ImageFeatures,
    MissingImage,
    Outcome,
    UnfetchedImage,
    UnreadableImage,
    too_large,
)
from reference_stats.size_limits import SizeLimits

# With so many refusals and nothing else, it is the bucket that cannot be reached.
_REFUSALS_TO_GIVE_UP = 20
# More bytes than nearly every photograph has.
_LARGE_BYTES = 16_000_000


def extract(
    images: Sequence[ImageLocation] | WantedImages,
    settings: ImageSettings,
    *,
    open_bucket: Callable[[str], Bucket],
    cache: FeatureCache | None = None,
    progress: Callable[[int, int], None] | None = None,
    features: Sequence[Feature] = FEATURES,
) -> ExtractionResult:
    """Return the features of every image, or why it has none.

    The numbers do not depend on the order of the locations, on the numbers of workers, or on
    whether they came from the cache: see `recollection` for pictures that were overwritten. A
    location that is named twice is read once.

    Parameters
    ----------
    images
        Where they are; as `WantedImages` with the times at which a log names them.
    settings
        ``[images]`` of the job.
    open_bucket
        Returns the bucket for `ImageLocation.bucket_url`; called once for each.
    cache
        Where numbers are remembered, of the same `features`; None to compute everything anew.
    progress
        Called from this thread with the number of distinct images that are done and of all.
    features
        What to compute.

    Raises
    ------
    BucketAccessError
        If the first 20 images were all refused or could not be reached.
    ValueError
        If the cache is one of other features.
    """
    if cache is not None and not cache.is_of(features):
        raise ValueError("the cache holds other features than those to be computed")
    wanted = images if isinstance(images, WantedImages) else WantedImages.of(images)
    urls = sorted({one.bucket_url for one in wanted.locations})
    run = _Extraction(
        settings=settings,
        features=tuple(features),
        order=_order(features, settings),
        buckets={url: open_bucket(url) for url in urls},
        remembering=Remembering(cache=cache),
        known=Recollection.load(
            cache, wanted, immutable=settings.immutable, limits=_limits(settings)
        ),
    )
    return run.over(wanted, progress or _ignore)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """The bytes of one object."""

    data: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Large:
    """An object that is only to be read when it is its turn to be decoded.

    There are many threads that fetch, and few that compute: so few of them are in memory.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """One image as it comes out of the workers.

    `version` is empty where the image was not read now; `refusal` is set where the bucket did not
    answer.
    """

    location: ImageLocation
    outcome: Outcome
    version: str = ""
    refusal: BucketAccessError | None = None


@dataclass(slots=True, kw_only=True)
class _Extraction:
    """One call of `extract`, changed in the caller's thread only.

    `order` is what decoding processes are told, None where they do not know the features.
    `reached` is set, in any thread, by the first answer of a bucket that is no refusal: a refused
    image overtakes one that is still being decoded. `looked_up` is filled in any thread, by path.
    `used` has the last use of the images that are not known at once.
    """

    settings: ImageSettings
    features: tuple[Feature, ...]
    order: Order | None
    buckets: Mapping[str, Bucket]
    remembering: Remembering
    known: Recollection
    used: dict[ImageLocation, int] = field(default_factory=dict)
    looked_up: dict[str, LookedUp] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    computed: int = 0
    refusals: list[BucketAccessError] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)

    def over(self, wanted: WantedImages, progress: Callable[[int, int], None]) -> ExtractionResult:
        """Return what became of `wanted`."""
        outcomes: dict[ImageLocation, Outcome | None] = {
            one: self.known.at_once(one.path) for one in wanted.locations
        }
        fresh = [location for location, outcome in outcomes.items() if outcome is None]
        self.used = wanted.last_uses(fresh)
        if fresh and wanted.followed is not None:
            self.known = replace(self.known, followed=wanted.followed())
        self.sightings = dict(self.known.sources) if self.known.immutable else {}
        done, everything = len(outcomes) - len(fresh), len(outcomes)
        progress(done, everything)
        if fresh and self.order is not None:
            # Half a second, or ten on a machine's first run, that the first images take to arrive.
            threading.Thread(target=DECODERS.start, name="decoders").start()
        with closing(self._workers().run(fresh)) as finished:
            for one in finished:
                self._give_up_if_unreachable(one)
                outcomes[one.location] = one.outcome
                self._keep(one)
                done += 1
                progress(done, everything)
        self.remembering.finish()
        return ExtractionResult(
            outcomes={one: outcome for one, outcome in outcomes.items() if outcome is not None},
            names=feature_names(self.features),
            computed=self.computed,
            sightings=self.sightings,
        )

    def _workers(self) -> TwoStages[ImageLocation, _Fetched | _Large | _Finished, _Finished]:
        return TwoStages(
            fetch=self._fetch,
            compute=self._compute,
            fetch_workers=self.settings.fetch_workers,
            compute_workers=self.settings.decode_workers,
        )

    def _fetch(self, location: ImageLocation) -> _Fetched | _Large | _Finished:
        bucket = self.buckets[location.bucket_url]
        try:
            known = self._look_up(location, bucket)
        except ObjectError as error:
            return self._lost(location, error)
        if known is not None:
            self.reached.set()
            return _Finished(location=location, outcome=known)
        try:
            return self._read(location, min(self.settings.max_bytes, _LARGE_BYTES))
        except ObjectTooLargeError as error:
            if error.size_bytes <= self.settings.max_bytes:
                return _Large()
            return self._too_large(location, error)

    def _read(self, location: ImageLocation, most_bytes: int) -> _Fetched | _Finished:
        try:
            stored = self.buckets[location.bucket_url].read(location.name, most_bytes)
        except ObjectTooLargeError:
            self.reached.set()
            raise
        except ObjectError as error:
            return self._lost(location, error)
        self.reached.set()
        return _Fetched(data=stored.data, version=stored.version)

    def _read_large(self, location: ImageLocation) -> _Fetched | _Finished:
        try:
            return self._read(location, self.settings.max_bytes)
        except ObjectTooLargeError as error:
            return self._too_large(location, error)

    def _too_large(self, location: ImageLocation, error: ObjectTooLargeError) -> _Finished:
        outcome = too_large(error.size_bytes, self.settings.max_bytes)
        return _Finished(location=location, outcome=outcome, version=error.version)

    def _lost(self, location: ImageLocation, error: ObjectError) -> _Finished:
        if not isinstance(error, BucketAccessError):
            self.reached.set()
        return _not_fetched(location, error)

    def _look_up(self, location: ImageLocation, bucket: Bucket) -> Outcome | None:
        if not self.known.must_look(location.path):
            return None
        info = bucket.info(location.name)
        looked_up = self.known.look(location.path, info, self.used.get(location))
        self.looked_up[location.path] = looked_up
        return looked_up.known

    def _compute(
        self, location: ImageLocation, fetched: _Fetched | _Large | _Finished
    ) -> _Finished:
        if isinstance(fetched, _Large):
            fetched = self._read_large(location)
        if isinstance(fetched, _Finished):
            return fetched
        try:
            outcome = self._measure(fetched.data)
        except Exception as error:
            error.add_note(f"while computing the features of {location.path}")
            raise
        return _Finished(location=location, outcome=outcome, version=fetched.version)

    def _measure(self, data: bytes) -> ImageFeatures | UnreadableImage:
        if self.order is None:
            return measure(data, _limits(self.settings), self.features)
        return DECODERS.measure(data, self.order)

    def _give_up_if_unreachable(self, one: _Finished) -> None:
        if one.refusal is None or self.reached.is_set():
            return
        self.refusals.append(one.refusal)
        if len(self.refusals) >= _REFUSALS_TO_GIVE_UP:
            raise self.refusals[0]

    def _keep(self, one: _Finished) -> None:
        path = one.location.path
        looked_up = self.looked_up.get(path)
        seen = None if looked_up is None else looked_up.sighting
        if seen is not None and one.version not in ("", seen.version):
            # It was overwritten between the question and the reading.
            seen = Sighting(version=one.version)
        if seen is not None and (path in self.known.reused or not seen.is_certain):
            self.sightings[path] = seen
        if not isinstance(one.outcome, ImageFeatures | UnreadableImage):
            return
        self.computed += bool(one.version)
        used = self.used.get(one.location)
        is_news = looked_up is not None and looked_up.is_news and used is not None
        if one.version or is_news:
            is_certain = seen is None or seen.is_certain
            self.remembering.add(
                CacheEntry(
                    path=path,
                    version=one.version or ("" if seen is None else seen.version),
                    outcome=one.outcome,
                    used=used if is_certain else None,
                    written=None if seen is None else seen.written,
                )
            )


def _order(features: Sequence[Feature], settings: ImageSettings) -> Order | None:
    if any(feature_named(feature.name) is None for feature in features):
        return None
    return Order(names=feature_names(features), limits=_limits(settings))


def _limits(settings: ImageSettings) -> SizeLimits:
    return SizeLimits(max_pixels=settings.max_pixels, max_bytes=settings.max_bytes)


def _not_fetched(location: ImageLocation, error: ObjectError) -> _Finished:
    if isinstance(error, ObjectMissingError):
        return _Finished(location=location, outcome=MissingImage())
    reason = "unsafe image path" if isinstance(error, UnsafeNameError) else "could not be fetched"
    return _Finished(
        location=location,
        outcome=UnfetchedImage(reason=reason, detail=error.problem),
        refusal=error if isinstance(error, BucketAccessError) else None,
    )


def _ignore(done: int, total: int) -> None:
    del done, total
