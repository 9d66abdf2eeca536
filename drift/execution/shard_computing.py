"""One shard of a run's images, measured by whoever it was handed to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job
from jobs.job_file.output_settings import EvidentlySettings, MetricsSettings, NotificationSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.sharded.shard import Shard, ShardDone


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

    Images that cannot be read now are left to the run, which asks for them once more.

    Parameters
    ----------
    place
        Of `open_for_shards`.
    progress
        As of `extract`; what it raises ends the shard, and what was written stays.

    Raises
    ------
    ObjectError
        If the bucket of the images cannot be reached.
    """
    found = extract(
        shard.wanted,
        place.job.image_rules,
        open_bucket=place.open_bucket,
        cache=None if shard.for_views else place.feature_cache,
        progress=progress,
        features=place.features,
        seeing=place.seeing,
    )
    problem = found.view_problem
    if place.model is not None and place.model.failure is not None:
        problem = problem or place.model.failure.problem
    return ShardDone(
        shard=shard.name, images=len(shard), computed=found.computed, view_problem=problem
    )
