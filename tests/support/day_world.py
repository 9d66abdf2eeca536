"""A bucket whose log goes back some days, and what a run knows of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drift.days.records.known_days import KnownDays, known_days
from drift.days.records.measured.measure import Measuring
from drift.days.records.measured.scales import SeenReference
from drift.model_view.line import view_of_run
from drift.observations.logged_images import LoggedImages
from drift.observations.segments.segment_values import segments_of
from drift.observations.window_images import WindowImages, join
from drift.pinned_profile import pinned_profile
from drift.run_request import RunOptions, requested_window
from drift.workplace import Workplace, open_workplace
from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.extraction.extract import extract
from reference_stats.image_uses import images_of_rows
from reports.conditional_writes import StillAllowed, always_allowed
from tests.support.worlds import START, job_of, make_world

FIRST_DAY = START.replace(tzinfo=UTC)
DAYS = 6
REQUESTS = 14
BASELINE = {"days": 5, "images_per_day": 10}
NOW = FIRST_DAY + timedelta(days=400)


def make_days(folder: Path) -> None:
    """Write a log of six days with fourteen requests each, and its images."""
    make_world(folder, lights=(1.0,) * DAYS, requests=REQUESTS, references=40)


def job_with(folder: Path, **tables: object) -> Job:
    """Return the job of that folder, its normal days few and small."""
    return job_of(folder, **{"baseline": BASELINE, **tables})


def place_of(
    job: Job, wrap: Callable[[Bucket], Bucket] = lambda bucket: bucket, *, writes: bool = True
) -> Workplace:
    """Return a job's workplace, a year after its log."""
    place = open_workplace(job, writes=writes)
    return replace(place, bucket=wrap(place.bucket), clock=lambda: NOW)


def day(number: int) -> datetime:
    """Return when a day of the log begins; the first one is 0."""
    return FIRST_DAY + timedelta(days=number)


def read_window(place: Workplace, request: WindowRequest) -> tuple[PredictionRows, WindowImages]:
    """Return the rows of a window and their images, as a run reads them."""
    predictions = read_predictions(
        place.bucket,
        place.job.predictions,
        request,
        extra_columns=place.locator.columns_used(),
        segment_columns=place.job.segments.columns,
    )
    located = place.locator.locate(predictions.raw, place.log_url)
    extracted = extract(
        images_of_rows(predictions, located),
        place.job.images,
        open_bucket=place.open_bucket,
        cache=place.feature_cache,
        features=place.features,
        seeing=place.seeing,
    )
    logged = LoggedImages.of(predictions, located, extracted)
    return predictions, join(logged, segments_of(logged, place.job))


def run_days(
    place: Workplace,
    until: datetime,
    options: RunOptions | None = None,
    still_allowed: StillAllowed = always_allowed,
) -> KnownDays:
    """Return what the run whose window ends at `until` knows of the days before it."""
    options = replace(options or RunOptions(), until=until)
    request = requested_window(place.job, options, NOW)
    predictions, window = read_window(place, request)
    profile = pinned_profile(place)
    seen = SeenReference.of(view_of_run(place, profile, window, still_allowed))
    measuring = Measuring.of(place.job, profile, seen)
    return known_days(place, request, predictions, measuring, window, still_allowed)
