"""The job, stage by stage: read this file from top to bottom to know what a run does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from drift.across_runs.earlier_serving import earlier_serving
from drift.across_runs.marks import PersonsMarks
from drift.days.records.known_days import KnownDays, known_days
from drift.days.records.measured.measure import Measuring
from drift.days.records.measured.scales import SeenReference
from drift.execution.engines import with_engine
from drift.execution.shard_sizes import in_fitting_shards
from drift.followups.running import follow_up
from drift.judgement import judge_window
from drift.kept_copies import copies_kept
from drift.model_quality.line import model_quality
from drift.model_quality.run_at_hand import FoundQuality, RunAtHand
from drift.model_view.line import view_of_run
from drift.model_view.run_view import RunView
from drift.observations.server_figures import server_figures
from drift.observations.window_images import WindowImages
from drift.pinned_profile import pinned_profile
from drift.program_log.setup import label_records
from drift.publication import Compared, publish_run
from drift.run_request import RunOptions, as_text, requested_window, run_id
from drift.where.pictures.boxes_of_past import needs_displayed, with_past_boxes
from drift.where.pictures.boxes_of_window import with_boxes
from drift.where.pictures.looked_at import looked_at
from drift.where.pictures.pictured import displayed_sizes, wrong_images
from drift.where.pictures.true_boxes import true_boxes_of
from drift.where.segment_columns import segment_columns
from drift.window.judged import Judged, RunInputs
from drift.window.reading import read_before_anything_is_written, read_images
from drift.workplace import Workplace, only_run
from jobs.serving.reading import read_serving
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.run import RunFindings
from reports.history.history import rows_before
from reports.history.store import HistoryReader
from reports.pages.run.thumbnails import MOST_WRONG_PICTURES
from reports.telling.quality_notices import with_quality_notice

logger = logging.getLogger(__name__)


def run_job(workplace: Workplace, options: RunOptions) -> RunFindings:
    """Do one run and return what it found; it is published unless nothing may be written.

    Raises
    ------
    DriftError
        Whatever stopped the run; its class fixes the exit code. The run is not published then.
    """
    workplace = with_engine(workplace)
    request = requested_window(workplace.job, options, workplace.clock())
    label_records(run_id=run_id(workplace.job, request))
    predictions = read_before_anything_is_written(workplace, request)
    with only_run(workplace) as still_allowed, closing(workplace):
        profile = _profile(workplace, still_allowed)
        workplace = in_fitting_shards(workplace, profile)
        window, counts, segments = read_images(workplace, predictions)
        predictions = predictions.compacted()
        history = HistoryReader(workplace.bucket, workplace.prefix)
        inputs = RunInputs(
            request=request,
            predictions=predictions,
            profile=profile,
            window=window,
            counts=counts,
            segments=segments,
            view=_view(workplace, profile, window, still_allowed),
            history=history.read(),
        )
        inputs = replace(inputs, days=_days_before(workplace, inputs, still_allowed))
        judged = _with_server_figures(workplace, judge_window(workplace, inputs), inputs)
        with copies_kept(workplace, predictions.window, still_allowed):
            judged = _with_model_quality(workplace, judged, inputs, still_allowed)
        judged = _with_quality_notice(workplace, judged, inputs)
        finished = None
        if workplace.writes:
            compared = _compared(workplace, judged, inputs)
            finished = publish_run(workplace, judged.findings, compared, history, still_allowed)
    if finished is not None:
        follow_up(finished)
    return judged.findings


def _compared(workplace: Workplace, judged: Judged, inputs: RunInputs) -> Compared:
    """Return what the run's pages show beside what was found."""
    return Compared(
        lined_up=judged.lined_up,
        comparison=judged.comparison,
        profile=inputs.profile,
        window=inputs.window,
        affected=judged.affected,
        segments=segment_columns(
            judged.drifted_segments, judged.lined_up, judged.segments, judged.window
        ),
        looked_at=looked_at(workplace, judged.findings.model_view, judged.window),
    )


def _profile(workplace: Workplace, still_allowed: Callable[[], None]) -> ReferenceProfile:
    with workplace.stopwatch.stage("profile"):
        return pinned_profile(workplace, still_allowed)


def _with_server_figures(workplace: Workplace, judged: Judged, inputs: RunInputs) -> Judged:
    """Return what was found with what the server measured: the verdict is made without it."""
    settings = workplace.job.serving
    if settings is None:
        return judged
    with workplace.stopwatch.stage("serving"):
        window = inputs.predictions.window
        measured = read_serving(workplace.bucket, settings, window)
        past = rows_before(inputs.history, as_text(window.end))
        earlier = earlier_serving(workplace.bucket, workplace.prefix, past)
    for one in measured.unread:
        logger.warning("serving: %s: %s", one.url, one.reason)
    figures = server_figures(measured, settings.path, rows=judged.findings.log.rows)
    serving = replace(figures, earlier=earlier)
    return replace(judged, findings=replace(judged.findings, serving=serving))


def _with_model_quality(
    workplace: Workplace, judged: Judged, inputs: RunInputs, still_allowed: Callable[[], None]
) -> Judged:
    """Return what was found with what labels say of the model, which never changes the verdict.

    The boxes of the images to show are there too, true ones where labels are boxes.
    """
    if not workplace.job.has_labels:
        return replace(judged, findings=with_boxes(judged.findings, inputs.window))
    past = rows_before(inputs.history, as_text(inputs.predictions.window.end))
    at_hand = RunAtHand(
        predictions=inputs.predictions,
        window=inputs.window,
        profile=inputs.profile,
        marks=PersonsMarks.of(past, inputs.profile.id),
        findings=judged.findings,
    )
    with workplace.stopwatch.stage("labels"):
        found = model_quality(workplace, at_hand, still_allowed)
    true, boxes = None if found is None else found.true_boxes, inputs.predictions.boxes
    drawn = None
    if true is not None and boxes is not None:
        drawn = true_boxes_of(inputs.window.boxes or boxes, true.boxes, true.place, true.misfit)
    quality = None if found is None else found.quality
    findings = replace(judged.findings, model_quality=quality)
    findings = with_boxes(findings, inputs.window, drawn)
    if found is not None:
        findings = _with_past_boxes(workplace, findings, inputs.window, found)
    return replace(judged, findings=findings)


def _with_past_boxes(
    workplace: Workplace, findings: RunFindings, window: WindowImages, found: FoundQuality
) -> RunFindings:
    """Return what was found with the boxes of worst images of days before the window."""
    past = {
        image: boxes
        for image, boxes in found.worst_boxes.items()
        if window.boxes is not None and image not in (findings.boxes or {})
    }
    pictured = wrong_images(workplace, findings.model_quality)[:MOST_WRONG_PICTURES]
    asked = [one for one in pictured if one in past and needs_displayed(past[one])]
    sizes = displayed_sizes(workplace, asked)
    misfit = "" if found.true_boxes is None else found.true_boxes.misfit
    return with_past_boxes(findings, window, past, sizes, misfit)


def _with_quality_notice(workplace: Workplace, judged: Judged, inputs: RunInputs) -> Judged:
    """Return what was found with what is to be told of the model; nothing without labels."""
    settings = workplace.job.notifications
    findings = with_quality_notice(judged.findings, inputs.history, settings)
    return replace(judged, findings=findings)


def _view(
    workplace: Workplace,
    profile: ReferenceProfile,
    window: WindowImages,
    still_allowed: Callable[[], None],
) -> RunView | None:
    """Return what the job's model sees in the reference; None in a job without a model."""
    if workplace.model is None:
        return None
    with workplace.stopwatch.stage("view"):
        return view_of_run(workplace, profile, window, still_allowed)


def _days_before(
    workplace: Workplace, inputs: RunInputs, still_allowed: Callable[[], None]
) -> KnownDays | None:
    """Return what is known of the blocks before the window; None where nobody asks for them."""
    job = workplace.job
    if not job.baseline.days or job.detection.basis == "reference":
        return None
    with workplace.stopwatch.stage("days"):
        return known_days(
            workplace,
            inputs.request,
            inputs.predictions,
            Measuring.of(job, inputs.profile, SeenReference.of(inputs.view)),
            inputs.window,
            still_allowed,
        )
