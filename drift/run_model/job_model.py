"""The model that a job file names, ready to be opened."""

from __future__ import annotations

from collections.abc import Callable

from drift.run_model.places import code_beside, model_place
from drift.run_model.remembered import RememberedModels
from drift.run_model.run_model import ModelSource, RunModel
from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.files.choice import READY_EMBEDDER
from reference_stats.model_view.process.model_process import ModelProcess


def model_of_job(
    job: Job, bucket: Bucket, open_bucket: Callable[[str], Bucket], *, writes: bool
) -> RunModel | None:
    """Return the model of a job; None where it names none. Nothing is looked at yet.

    Parameters
    ----------
    bucket
        The job's own.
    open_bucket
        Opens the bucket of a prefix, or a folder of this machine.
    writes
        Whether anything may be written.
    """
    settings = job.model
    if settings is None:
        return None
    prefixes = job.image_rules.allowed_prefixes
    return RunModel(
        settings.path,
        lambda: _source(settings, bucket, open_bucket, prefixes),
        RememberedModels(bucket=bucket, prefix=job.reports.path),
        ModelProcess,
        remembers=writes,
    )


def _source(
    settings: ModelSettings,
    bucket: Bucket,
    open_bucket: Callable[[str], Bucket],
    prefixes: tuple[str, ...],
) -> ModelSource:
    if settings.path == READY_EMBEDDER:
        return ModelSource(settings=settings)
    file = model_place(settings.path, bucket, open_bucket, prefixes)
    return ModelSource(settings=settings, file=file, code=code_beside(file, settings.module))
