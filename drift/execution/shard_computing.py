"""One shard of a run's images, measured by whoever it was handed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drift.workplace import Workplace, open_workplace
from jobs.errors import ImagesRefusedError, UsageError
from jobs.job_file.job import Job
from jobs.job_file.names.logged_images import LOG_IMAGES_URL
from jobs.job_file.output_settings import EvidentlySettings, MetricsSettings, NotificationSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from reference_stats.outcomes import MissingImage


def job_for_workers(job: Job) -> Job:
    """Return a job without what workers need not know: its outputs and where messages go."""
    return job.model_copy(
        update={
            "notifications": NotificationSettings(),
            "metrics": MetricsSettings(),
            "evidently": EvidentlySettings(),
        }
    )


def open_for_shards(job: Job) -> Workplace:
    """Return a workplace in which shards are computed; whoever opens it closes it."""
    return replace(open_workplace(job), of_shard=True, elsewhere=None)


def compute_shard(
    place: Workplace, shard: Shard, progress: Callable[[int, int], None] | None = None
) -> ShardDone:
    """Measure the images of a shard and add the numbers to the caches.

    Images that cannot be fetched now are left to the run, which asks for them once more.

    Parameters
    ----------
    place
        Of `open_for_shards`.
    progress
        As of `extract`; what it raises ends the shard, and what was written stays.

    Raises
    ------
    ObjectError
        If the numbers could not be added to the caches.
    UsageError
        If an image is where the job file allows none.
    """
    _refuse_other_buckets(place, shard)
    try:
        found = extract(
            shard.wanted,
            place.job.image_rules,
            open_bucket=place.open_bucket,
            cache=None if shard.for_views else place.feature_cache,
            progress=progress,
            features=place.features,
            seeing=place.seeing,
        )
    except ImagesRefusedError as error:
        # The run judges it: whether it is refused as well, and of how many images.
        return ShardDone(shard=shard.name, images=len(shard), computed=0, refusal=error.problem)
    problem = found.view_problem
    if place.model is not None and place.model.failure is not None:
        problem = problem or place.model.failure.problem
    return ShardDone(
        shard=shard.name,
        images=len(shard),
        computed=found.computed,
        missing=_missing(found),
        view_problem=problem,
    )


def _missing(found: ExtractionResult) -> tuple[int, ...]:
    lost = found.columns(list(found)).lost
    return tuple(place for place, one in lost.items() if isinstance(one, MissingImage))


def _refuse_other_buckets(place: Workplace, shard: Shard) -> None:
    """Refuse a shard that names a bucket which the job does not: it is of another job."""
    job = place.job
    # As the bucket itself is called: the job file may write it with a slash at its end.
    known = {place.bucket.url, LOG_IMAGES_URL}
    known |= {prefix.rstrip("/") for prefix in job.image_rules.allowed_prefixes}
    for url in sorted({one.bucket_url for one in shard.locations} - known):
        raise UsageError(
            f"shard {shard.name} has images in {url}, which job {job.name} does not allow. "
            "Expected the job's own bucket or one of images.allowed_prefixes. Give all workers the "
            "job file of the run."
        )
