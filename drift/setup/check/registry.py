"""All checks of ``drift check``, in the order in which a run needs the things."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from drift.run_request import RunOptions, requested_window
from drift.setup.check.boxes import check_boxes
from drift.setup.check.classes import check_classes
from drift.setup.check.columns import check_columns, check_numbers
from drift.setup.check.execution.check import RunSize, check_night
from drift.setup.check.execution.engine import check_engine
from drift.setup.check.files import check_files
from drift.setup.check.images import CheckedImages, check_images
from drift.setup.check.labels.check import check_labels
from drift.setup.check.labels.reference import check_reference_labels
from drift.setup.check.log import check_bucket, check_log, check_writing
from drift.setup.check.model import (
    FirstRun,
    OpenedForCheck,
    check_model,
    first_run,
    opened_for_check,
)
from drift.setup.check.near_log import check_near_log
from drift.setup.check.normal_days import check_normal_days
from drift.setup.check.reference import check_overlap, check_power, check_reference
from drift.setup.check.reference_contents import check_shared, check_size
from drift.setup.check.reference_sources import CheckedReference
from drift.setup.check.result import Check, CheckState, failed, fails, is_ok, not_tried
from drift.setup.check.rows import check_rows
from drift.setup.check.rows_alone import check_window_rows, told_in_rows
from drift.setup.check.serving import check_serving
from drift.setup.check.settings import check_settings
from drift.workplace import Workplace, open_workplace
from jobs.errors import DriftError, JobFileError
from jobs.job_file.job import Job
from jobs.job_file.reading import load_job
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import TimeWindow, WindowRequest


def check_job_file(
    path: Path, environment: Mapping[str, str], options: RunOptions
) -> Iterator[Check]:
    """Yield the result of every check of a job; nothing is written anywhere.

    Parameters
    ----------
    path
        The job file.
    environment
        The environment variables.
    options
        The options of the command line, such as the window's end.
    """
    try:
        job = load_job(path, environment)
    except JobFileError as error:
        for fault in error.faults:
            yield fails("job file", f"{path}: {fault}", "", error.exit_code)
        return
    yield is_ok("job file", f"{path} is a job named {job.name}")
    try:
        place = open_workplace(job, writes=False)
    except DriftError as error:
        yield failed("bucket", error)
        return
    checks = _check_run(place, job, options)
    try:
        yield from checks if job.has_images else told_in_rows(checks)
    finally:
        if place.model is not None:
            place.model.close()
    yield from check_settings(place, environment, place.clock())


def _check_run(place: Workplace, job: Job, options: RunOptions) -> Iterator[Check]:
    bucket = check_bucket(place)
    yield bucket
    if bucket.state is CheckState.FAILS:
        yield not_tried("the rest", "the bucket has to be reached first")
        return
    size = yield from _check_window(place, job, requested_window(job, options, place.clock()))
    if size is None:
        yield from check_engine(place, None, None)
    else:
        yield from check_engine(place, size.new_images, size.images.median_pixels)


def _check_window(
    place: Workplace, job: Job, request: WindowRequest
) -> Generator[Check, None, RunSize | None]:
    """Check what a run reads; return how large it is, or None where that cannot be told."""
    log = check_log(place, request)
    yield from log.checks
    yield from check_near_log(place)
    if log.rows is not None:
        yield from check_rows(log.rows, job.image_rules.most_lost)
        yield from check_columns(job.predictions.columns, log.rows)
        yield from check_boxes(job.predictions.columns, log.rows)
        yield from check_serving(place, log.rows.window)
        yield from check_labels(place, log.rows)
    yield check_writing(place)
    reference = check_reference(place)
    yield from reference.checks
    yield from check_reference_labels(place)
    opened = None if place.model is None else opened_for_check(place.model)
    if log.rows is None:
        yield from _model(place, opened, FirstRun(reference=reference.images))
        yield not_tried("images", "the log has to be read first")
        return None
    yield from check_overlap(place, log.rows.window)
    yield from check_classes(log.rows, reference.predictions)
    yield from check_numbers(job, log.rows, reference.predictions)
    images = _images(place, log.rows)
    yield from images.checks
    yield from _model(place, opened, first_run(job, reference.images, log.rows.window, images))
    if any(one.state in {CheckState.FAILS, CheckState.NOT_TRIED} for one in images.checks):
        yield not_tried("window's size", "there are no images to count")
        return None
    yield from _check_sizes(place, request, log.rows.window, images, reference)
    size = RunSize(request=request, window=log.rows.window, images=images, reference=reference)
    yield from check_night(place, size, view_s=0.0 if opened is None else opened.seconds_an_image)
    return size


def _model(place: Workplace, opened: OpenedForCheck | None, first: FirstRun) -> Iterator[Check]:
    if opened is not None:
        yield from check_model(place.job, opened, first)


def _check_sizes(
    place: Workplace,
    request: WindowRequest,
    window: TimeWindow,
    images: CheckedImages,
    reference: CheckedReference,
) -> Iterator[Check]:
    """Yield what the images on both sides allow to say."""
    if images.window is not None:
        yield from check_files(reference.files, images.window.files_of_images())
        yield from check_shared(place, images.window, reference.profile, reference.objects)
    yield from check_size(
        place, reference.images or 0, images.images, has_predictions=reference.has_predictions
    )
    yield check_power(place, images.images, reference)
    pinned = None if reference.profile is None else reference.profile.id
    yield from check_normal_days(place, request, window, images, pinned)


def _images(place: Workplace, rows: PredictionRows) -> CheckedImages:
    if not len(rows):
        return CheckedImages(checks=(not_tried("images", "the window has no rows"),))
    return check_images(place, rows) if place.job.has_images else check_window_rows(place, rows)
