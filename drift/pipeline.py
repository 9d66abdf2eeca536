"""The job, stage by stage: read this file from top to bottom to know what a run does."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from drift import window_images
from drift.assembly import RunFacts, assemble
from drift.columns import Column, feature_columns, prediction_columns
from drift.comparison import compare
from drift.offenders import find_offenders
from drift.options import RunOptions, as_text, requested_window, run_id
from drift.publication import publish_run
from drift.reference import pinned_profile
from drift.stages import Workplace, only_run
from drift.verdict import decide
from drift.window_images import WindowImages
from jobs.image_locations import ImageLocation
from jobs.job import LogColumns
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows import PredictionRows
from jobs.windows import WindowRequest
from reference_stats.extraction import extract
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, check_definitions
from reports.findings import RunFindings
from reports.history import HistoryRow, history_digest, read_history, rows_before

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a run has read, before it says anything about it."""

    request: WindowRequest
    predictions: PredictionRows
    profile: ReferenceProfile
    window: WindowImages
    history: Sequence[HistoryRow]


def run_job(place: Workplace, options: RunOptions) -> RunFindings:
    """Do one run and return what it found; it is published unless nothing may be written.

    Raises
    ------
    DriftError
        Whatever stopped the run; its class fixes the exit code. The run is not published then.
    """
    request = requested_window(place.job, options, place.clock())
    predictions = _read_log(place, request)
    with only_run(place) as still_allowed:
        evidence = Evidence(
            request=request,
            predictions=predictions,
            profile=_read_profile(place),
            window=_read_images(place, predictions),
            history=read_history(place.bucket, place.prefix),
        )
        columns = _line_up(evidence, place.job.predictions.columns)
        findings = _judge(place, evidence, columns)
        if place.writes:
            publish_run(place, findings, columns, evidence.history, still_allowed)
    return findings


def _read_log(place: Workplace, request: WindowRequest) -> PredictionRows:
    with place.stopwatch.stage("log"):
        rows = read_predictions(
            place.bucket,
            place.job.predictions,
            request,
            extra_columns=place.locator.columns_used(),
        )
    logger.info(
        "%s: %d rows in the window, %d rejected", place.log_url, len(rows), rows.tally.rejected
    )
    return rows


def _read_profile(place: Workplace) -> ReferenceProfile:
    with place.stopwatch.stage("profile"):
        return pinned_profile(place)


def _read_images(place: Workplace, predictions: PredictionRows) -> WindowImages:
    with place.stopwatch.stage("images"):
        located = place.locator.locate(predictions.raw, place.log_url)
        extracted = extract(
            [location for location in located if isinstance(location, ImageLocation)],
            place.job.images,
            open_bucket=place.open_bucket,
            cache=place.feature_cache,
            progress=place.progress,
        )
        window = window_images.join(predictions, located, extracted)
    for reason, count in window.quality.reasons.items():
        logger.warning("%d of %d images left out: %s", count, window.counts.logged, reason)
    if window.quality.troubles:
        first = window.quality.troubles[0]
        logger.warning("the first one is %s (%s)", first.name, first.reason)
    return window


def _line_up(evidence: Evidence, named: LogColumns) -> list[Column]:
    profile, window = evidence.profile, evidence.window
    expected = [name for name in ("prediction", "confidence") if getattr(named, name) is not None]
    said = PredictionTable.of(window.rows, evidence.predictions.probabilities)
    return [
        *feature_columns(profile, window.distinct_features, check_definitions(profile)),
        *prediction_columns(
            profile.predictions, said, [*expected, *evidence.predictions.probabilities]
        ),
    ]


def _judge(place: Workplace, evidence: Evidence, columns: Sequence[Column]) -> RunFindings:
    job, predictions, window = place.job, evidence.predictions, evidence.window
    with place.stopwatch.stage("comparison"):
        comparison = compare(columns, job.detection, min_images=job.window.min_images)
        decision = decide(comparison, window.counts, window.log, job)
        offenders = find_offenders(comparison.findings, window, evidence.profile)
    earlier = rows_before(evidence.history, as_text(predictions.window.end))
    return assemble(
        RunFacts(
            job=job,
            run_id=run_id(job, evidence.request),
            generated_at=place.clock(),
            timings=place.stopwatch.timings,
            history_digest=history_digest(earlier),
            predictions=predictions,
            window=window,
            profile=evidence.profile,
            comparison=comparison,
            decision=decision,
            offenders=offenders,
        )
    )
