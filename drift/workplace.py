"""What the stages of a run share: the job, its bucket, the clock, and how long each stage took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from drift.run_model.job_model import model_of_job
from drift.run_model.run_model import RunModel
from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.errors import ModelError, ObjectError, PublishError
from jobs.images.locations import ImageLocator
from jobs.images.packed.bucket import with_packed_images
from jobs.images.packed.opening import PackedRules
from jobs.images.packed.table_columns import TableKeys
from jobs.job_file.image_settings import ImageSettings
from jobs.job_file.job import Job
from jobs.job_file.names.logged_images import LOG_IMAGES_URL, ImageColumn
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.logged_image_bucket import LoggedImageBucket
from jobs.running.lock import JobLock
from reference_stats.extraction.sharded.elsewhere import Elsewhere
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_set
from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.viewer import Viewer
from reference_stats.profiles.numbers import SourceContext
from reference_stats.profiles.store import ProfileStore
from reports.copies.kept import KeptPacks
from reports.copies.store import JobCopies

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopwatch:
    """Seconds per stage, in the order in which the stages ended."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings[name] = round(time.perf_counter() - started, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Everything outside of the arithmetic that a run touches.

    Attributes
    ----------
    job
        The job.
    bucket
        The job's own bucket.
    open_bucket
        Opens the bucket of an image location; one connection pool per bucket.
    clock
        The time now, in UTC.
    progress
        Called with images done and images in all, or None.
    writes
        Whether anything may be written.
    stopwatch
        How long each stage took.
    packs
        What the run knows of the packed copies of small objects.
    model
        The model that looks at the images; None where the job names none.
    elsewhere
        What measures many images on other machines; None where ``[execution]`` names nothing.
    of_shard
        Whether this is the workplace of one shard of a run: its caches are added to and not read.
    """

    job: Job
    bucket: Bucket
    open_bucket: Callable[[str], Bucket]
    clock: Callable[[], datetime]
    progress: Progress | None
    writes: bool
    stopwatch: Stopwatch = field(default_factory=Stopwatch)
    packs: KeptPacks = field(default_factory=KeptPacks)
    model: RunModel | None = None
    elsewhere: Elsewhere | None = None
    of_shard: bool = False

    @property
    def prefix(self) -> str:
        """The job's folder in the bucket."""
        return f"{self.job.reports.path}/{self.job.name}"

    @property
    def log_url(self) -> str:
        """The prediction log as users know it."""
        return self.bucket.url_of(self.job.predictions.path)

    @property
    def locator(self) -> ImageLocator:
        """Where a row's image is."""
        return ImageLocator(
            bucket_url=self.bucket.url,
            settings=self.job.image_rules,
            day_first=self.job.predictions.day_first,
        )

    @property
    def profiles(self) -> ProfileStore:
        """The job's reference profiles."""
        return ProfileStore(bucket=self.bucket, folder=f"{self.prefix}/profiles")

    @property
    def features(self) -> tuple[Feature, ...]:
        """What the job computes of every image."""
        return feature_set(self.job.image_rules.canonical_size)

    @property
    def feature_cache(self) -> FeatureCache | None:
        """The feature cache; None in a run that writes nothing, and without images."""
        if not self.writes or not self.job.has_images:
            return None
        return FeatureCache(
            bucket=self.bucket,
            prefix=self.job.reports.path,
            features=self.features,
            adds_only=self.of_shard,
        )

    def close(self) -> None:
        """Let go of what a run holds beside its buckets: the model's process, other machines."""
        if self.elsewhere is not None:
            self.elsewhere.close()
        if self.model is not None:
            self.model.close()

    @property
    def viewer(self) -> Viewer | None:
        """What looks at images with the job's model; None without one, and once it has failed."""
        return None if self.model is None else self.model.viewer

    @property
    def seeing(self) -> Seeing | None:
        """What looks at the images that are extracted, with what it saw before; None as `viewer`.

        A run that writes nothing remembers nothing.
        """
        model, viewer = self.model, self.viewer
        if model is None or viewer is None:
            return None
        definition, prefix = viewer.definition, self.job.reports.path
        cache = ViewCache(
            bucket=self.bucket, prefix=prefix, definition=definition, adds_only=self.of_shard
        )
        return Seeing(
            viewer=viewer,
            cache=cache if self.writes else None,
            give_up=lambda problem: model.fail(ModelError(model.model, problem)),
        )

    @property
    def copies(self) -> JobCopies | None:
        """The packed copies of small objects; None where the job file asks for none."""
        if not self.job.reports.copies:
            return None
        return JobCopies(self.bucket, self.prefix, self.packs, self.writes)

    @property
    def source_context(self) -> SourceContext:
        """What building a profile needs."""
        return SourceContext(
            job=self.job,
            bucket=self.bucket,
            open_bucket=self.open_bucket,
            cache=self.feature_cache,
            progress=self.progress,
            features=self.features,
            copies=self.copies,
            see=lambda: self.seeing,
            elsewhere=self.elsewhere,
        )


@contextmanager
def only_run(place: Workplace) -> Iterator[Callable[[], None]]:
    """Hold the job's lock; yield what raises once it is lost. A run that writes nothing needs none.

    Raises
    ------
    LockedError
        If another run holds the lock.
    PublishError
        If the lock cannot be written: neither could the report.
    """
    if not place.writes:
        yield lambda: None
        return
    with ExitStack() as held:
        try:
            lock = held.enter_context(JobLock(place.bucket, place.prefix, clock=place.clock))
        except ObjectError as error:
            raise PublishError(
                f"{error.url}: the job's lock could not be written: {error.problem}"
            ) from error
        yield lock.check


def packed_rules(images: ImageSettings | None) -> PackedRules:
    """Return what a job says of images in packed objects."""
    if images is None:
        return PackedRules()
    return PackedRules(
        keys=TableKeys(images=images.packed_bytes, names=images.packed_key),
        most_bytes=images.max_bytes,
    )


def with_logged_images(
    opened: Callable[[str], Bucket],
    log: Bucket,
    predictions: PredictionSettings,
    images: ImageSettings | None,
) -> Callable[[str], Bucket]:
    """Return what opens buckets, and the images in the log where the job has them there."""
    if images is None or images.column is None:
        return opened
    column = ImageColumn(images.column, images.max_bytes)
    in_log = LoggedImageBucket(log, predictions, column)
    return lambda url: in_log if url == LOG_IMAGES_URL else opened(url)


def open_workplace(job: Job, *, progress: Progress | None = None, writes: bool = True) -> Workplace:
    """Return the workplace of a job, its buckets opened once each."""
    opened = cache(open_bucket)
    own = opened(job.bucket.url)
    images = cache(with_packed_images(opened, packed_rules(job.images)))
    return Workplace(
        job=job,
        bucket=own,
        open_bucket=with_logged_images(images, own, job.predictions, job.images),
        clock=lambda: datetime.now(UTC),
        progress=progress,
        writes=writes,
        model=model_of_job(job, own, opened, writes=writes),
    )
