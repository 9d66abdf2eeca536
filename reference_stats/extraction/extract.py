"""Images to numbers: fetch, decode and compute, each image once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError, ImagesRefusedError
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.cache_additions import Remembering
from reference_stats.extraction.cache_lookup import Recollection
from reference_stats.extraction.image_reading import ImageReading, image_limits
from reference_stats.extraction.images_on_their_way import (
    Fetched,
    FinishedImage,
    size_in_memory,
)
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.sharded.handing_over import hand_out, take_over
from reference_stats.extraction.sharded.known_together import PlacedDraft
from reference_stats.extraction.sharded.unknown import unknown_of
from reference_stats.extraction.viewing.opened_eyes import OpenedEyes
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.extraction.workers import TwoStages
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.feature_cache.rows import CacheEntry
from reference_stats.features.feature import Feature
from reference_stats.features.registry import FEATURES, feature_names
from reference_stats.image_uses import Sighting, WantedImages
from reference_stats.outcome_columns import OutcomeDraft
from reference_stats.outcomes import (
    ImageFeatures,
    UnreadableImage,
)

# With so many refusals and nothing else, it is the bucket that cannot be reached.
_REFUSALS_TO_GIVE_UP = 20


def extract(  # noqa: PLR0913 - what is remembered and what looks stand beside what is computed
    images: Sequence[ImageLocation] | WantedImages,
    settings: ImageSettings,
    *,
    open_bucket: Callable[[str], Bucket],
    cache: FeatureCache | None = None,
    progress: Callable[[int, int], None] | None = None,
    features: Sequence[Feature] = FEATURES,
    seeing: Seeing | None = None,
    elsewhere: Elsewhere | None = None,
) -> ExtractionResult:
    """Return the features of every image, or why it has none, and what a model sees in it.

    The numbers do not depend on the order of the locations, on the numbers of workers, or on
    whether they came from the cache: see `cache_lookup` for pictures that were overwritten. A
    location that is named twice is read once, also where both its features and its view are not
    known. A model that fails costs its views only: `ExtractionResult.view_problem` says why.

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
    seeing
        The model that looks at the images; None for none.
    elsewhere
        What measures most of many unknown images on other machines, which write into the same
        caches; None to read all of them here. Without a cache it is not asked.

    Raises
    ------
    ImagesRefusedError
        If the first 20 images were all refused or could not be reached.
    ValueError
        If the cache is one of other features.
    """
    if cache is not None and not cache.is_of(features):
        raise ValueError("the cache holds other features than those to be computed")
    wanted = images if isinstance(images, WantedImages) else WantedImages.of(images)
    views = OpenedEyes.of(seeing, wanted.locations)
    urls = sorted({one.bucket_url for one in wanted.locations})
    read_parts: set[str] = set()
    reading = ImageReading(
        settings=settings,
        features=tuple(features),
        buckets={url: open_bucket(url) for url in urls},
        known=Recollection.load(
            cache,
            wanted,
            immutable=settings.immutable,
            limits=image_limits(settings),
            read_parts=read_parts,
        ),
        looking=views.looking,
        read_parts=read_parts,
    )
    run = _Extraction(
        reading=reading,
        remembering=Remembering(cache=cache),
        elsewhere=None if cache is None else elsewhere,
    )
    with views:
        return replace(run.over(wanted, progress or _ignore), view_problem=views.problem)


@dataclass(slots=True, kw_only=True)
class _Extraction:
    """One call of `extract`, changed in the caller's thread only.

    `computed` and `sightings` are as in `ExtractionResult`.
    """

    reading: ImageReading
    remembering: Remembering
    elsewhere: Elsewhere | None = None
    sightings: dict[str, Sighting] = field(default_factory=dict)
    computed: int = 0
    refusals: list[BucketAccessError] = field(default_factory=list)
    refused_again: int = 0

    def over(self, wanted: WantedImages, progress: Callable[[int, int], None]) -> ExtractionResult:
        """Return what became of `wanted`."""
        reading = self.reading
        names = feature_names(reading.features)
        places = {one: place for place, one in enumerate(dict.fromkeys(wanted.locations))}
        outcomes = OutcomeDraft.of(len(places), names)
        fresh = unknown_of(reading, wanted, places, outcomes)
        self.sightings = dict(reading.known.sources) if reading.known.immutable else {}
        done, everything = len(places) - len(fresh), len(places)
        progress(done, everything)
        fresh = self._measured_elsewhere(
            wanted,
            fresh,
            draft=PlacedDraft(draft=outcomes, places=places),
            progress=lambda some: progress(done + some, everything),
        )
        if done != (done := everything - len(fresh)):
            progress(done, everything)
        if fresh:
            reading.start()
            for url, bucket in reading.buckets.items():
                bucket.expect([one.name for one in fresh if one.bucket_url == url])
        with closing(self._workers().run(fresh)) as finished:
            for some in finished:
                outcomes.put_many(
                    [places[one.location] for one in some], [one.outcome for one in some]
                )
                for one in some:
                    self._give_up_if_unreachable(one)
                    self._keep(one)
                    done += 1
                    progress(done, everything)
        self.remembering.finish()
        looking = reading.looking
        return ExtractionResult(
            outcomes=outcomes.by_location(places),
            names=names,
            computed=self.computed,
            sightings=self.sightings,
            views=None if looking is None else looking.finish(outcomes.columns()),
        )

    def _measured_elsewhere(
        self,
        wanted: WantedImages,
        fresh: list[ImageLocation],
        draft: PlacedDraft,
        progress: Callable[[int], None],
    ) -> list[ImageLocation]:
        """Have others measure what they can; return the images that are left to this machine."""
        cache = self.remembering.cache
        if self.elsewhere is None or cache is None:
            return fresh
        handed = hand_out(self.elsewhere, self.reading, wanted, fresh)
        if handed is None:
            return fresh
        handed.compute(progress)
        self.computed += handed.computed
        self.remembering.has_added = True
        return take_over(handed, self.reading, cache, fresh, draft)

    def _workers(
        self,
    ) -> TwoStages[ImageLocation, Fetched, FinishedImage]:
        return TwoStages(
            fetch=self.reading.fetch,
            compute=self.reading.compute,
            fetch_workers=self.reading.settings.fetch_workers,
            compute_workers=self.reading.settings.decode_workers,
            size_bytes=partial(size_in_memory, picture_size=self.reading.picture_size),
            is_far=any(bucket.is_far for bucket in self.reading.buckets.values()),
            has_answered=self.reading.reached.is_set,
        )

    def _give_up_if_unreachable(self, one: FinishedImage) -> None:
        if one.refusal is None or self.reading.reached.is_set():
            return
        if one.location in self.reading.lacking:
            self._give_up_views(one.refusal)
            return
        self.refusals.append(one.refusal)
        if len(self.refusals) >= _REFUSALS_TO_GIVE_UP:
            first = self.refusals[0]
            raise ImagesRefusedError(first.url, first.problem) from first

    def _give_up_views(self, refusal: BucketAccessError) -> None:
        """Do without views where images that are known cannot be read again."""
        self.refused_again += 1
        if self.refused_again >= _REFUSALS_TO_GIVE_UP and self.reading.looking is not None:
            self.reading.looking.fail(f"the images could not be read again for it: {refusal}")

    def _keep(self, one: FinishedImage) -> None:
        path = one.location.path
        looked_up = self.reading.looked_up.get(path)
        seen = None if looked_up is None else looked_up.sighting
        if seen is not None and one.version not in ("", seen.version):
            # It was overwritten between the question and the reading.
            seen = Sighting(version=one.version)
        if seen is not None and seen.replaced and self.reading.known.is_same(path, one.outcome):
            # The same picture was written once more, as when members are added to a packed object.
            seen = replace(seen, replaced=False)
        is_there = isinstance(one.outcome, ImageFeatures | UnreadableImage)
        is_reused = path in self.reading.known.reused
        if seen is not None and (is_reused or (is_there and not seen.is_certain)):
            self.sightings[path] = seen
        if not isinstance(one.outcome, ImageFeatures | UnreadableImage):
            return
        self.computed += bool(one.version)
        used = self.reading.used.get(one.location)
        is_news = looked_up is not None and looked_up.is_news and used is not None
        if self.remembering.cache is not None and (one.version or is_news):
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


def _ignore(done: int, total: int) -> None:
    del done, total
