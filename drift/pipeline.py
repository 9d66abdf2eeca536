"""The job, stage by stage: read this file from top to bottom to know what a run does."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from drift.across_runs.accepted_windows import accepted_windows, widening
from drift.across_runs.late_rows import find_late_rows, log_digest
from drift.across_runs.trend import TodaysRun, find_trend
from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.compare import Comparison, compare
from drift.followups.running import follow_up
from drift.observations.logged_images import LoggedImages
from drift.observations.reference.copies import without_copies
from drift.observations.side_copies import BothCopies, find_copies
from drift.observations.units import find_units
from drift.observations.uses_behind import uses_behind
from drift.observations.window_counts import WindowCounts, count_window
from drift.observations.window_images import WindowImages, join
from drift.pinned_profile import pinned_profile
from drift.program_log.setup import label_records
from drift.publication import Compared, publish_run
from drift.remarks.facts import RunData
from drift.remarks.registry import remarks_on_bucket, remarks_on_comparison, remarks_on_data
from drift.remarks.words.slow_drift import told_trend
from drift.remarks.words.times import ahead_words
from drift.renamed_job import refuse_renamed
from drift.run_request import RunOptions, as_text, requested_window, run_id, run_ids
from drift.seed import SEED
from drift.verdict.assemble import RunFacts, assemble
from drift.verdict.decide import decide, lacks_images
from drift.verdict.file_causes import settled_causes
from drift.verdict.sentence import Extent
from drift.where.affected import least_affected
from drift.where.direction import Positions, drift_positions
from drift.where.offenders import find_offenders
from drift.where.segment_table import segment_table
from drift.where.segments import Concentration, concentrate, segment_columns
from drift.workplace import Workplace, only_run
from jobs.job_file.job import Job
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.extraction.extract import extract
from reference_stats.image_uses import images_of_rows
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.remarks import Remark, RemarkWeight, of_weight
from reports.findings.run import RunFindings
from reports.findings.runs import Trend
from reports.history.history import HistoryRow, history_digest, history_row, rows_before, sort_rows
from reports.history.store import HistoryReader
from reports.telling.notices import due_notice
from reports.words.whereabouts import where_clause

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInputs:
    """What a run has read, before it says anything about it."""

    request: WindowRequest
    predictions: PredictionRows
    profile: ReferenceProfile
    window: WindowImages
    counts: WindowCounts
    segments: pd.DataFrame
    history: Sequence[HistoryRow]


def run_job(workplace: Workplace, options: RunOptions) -> RunFindings:
    """Do one run and return what it found; it is published unless nothing may be written.

    Raises
    ------
    DriftError
        Whatever stopped the run; its class fixes the exit code. The run is not published then.
    """
    request = requested_window(workplace.job, options, workplace.clock())
    label_records(run_id=run_id(workplace.job, request))
    predictions = _read_before_anything_is_written(workplace, request)
    with only_run(workplace) as still_allowed:
        with workplace.stopwatch.stage("profile"):
            profile = pinned_profile(workplace, still_allowed)
        window, counts, segments = _read_images(workplace, predictions)
        history = HistoryReader(workplace.bucket, workplace.prefix)
        inputs = RunInputs(
            request=request,
            predictions=predictions,
            profile=profile,
            window=window,
            counts=counts,
            segments=segments,
            history=history.read(),
        )
        findings, lined_up, comparison = _judge(workplace, inputs)
        finished = None
        if workplace.writes:
            compared = Compared(
                lined_up=lined_up,
                comparison=comparison,
                profile=inputs.profile,
                window=inputs.window,
            )
            finished = publish_run(workplace, findings, compared, history, still_allowed)
    if finished is not None:
        follow_up(finished)
    return findings


def _read_before_anything_is_written(
    workplace: Workplace, request: WindowRequest
) -> PredictionRows:
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(refuse_renamed, workplace)
        predictions = _read_log(workplace, request)
    asked.result()
    return predictions


def _read_log(workplace: Workplace, request: WindowRequest) -> PredictionRows:
    with workplace.stopwatch.stage("log"):
        rows = read_predictions(
            workplace.bucket,
            workplace.job.predictions,
            request,
            extra_columns=workplace.locator.columns_used(),
            segment_columns=workplace.job.segments.columns,
        )
    logger.info(
        "%s: %d rows in the window, %d rejected", workplace.log_url, len(rows), rows.tally.rejected
    )
    if ahead := ahead_words(rows.times, workplace.clock()):
        logger.warning("%s; set predictions.timezone if that is a zone's difference", ahead)
    return rows


def _read_images(
    workplace: Workplace, predictions: PredictionRows
) -> tuple[WindowImages, WindowCounts, pd.DataFrame]:
    with workplace.stopwatch.stage("images"):
        located = workplace.locator.locate(predictions.raw, workplace.log_url)
        extracted = extract(
            replace(
                images_of_rows(predictions, located),
                followed=partial(uses_behind, workplace, predictions),
            ),
            workplace.job.images,
            open_bucket=workplace.open_bucket,
            cache=workplace.feature_cache,
            progress=workplace.progress,
            features=workplace.features,
        )
        logged = LoggedImages.of(predictions, located, extracted)
        window = join(logged)
        counts = count_window(logged, window)
        named = workplace.job.predictions.columns
        segments = segment_table(
            logged.own_columns(segment_columns(workplace.job)), (named.prediction, named.label)
        )
    for reason, count in counts.quality.reasons.items():
        logger.warning("%d of %d images left out: %s", count, counts.images.logged, reason)
    if counts.quality.troubles:
        first = counts.quality.troubles[0]
        logger.warning("the first one is %s (%s)", first.name, first.reason)
    return window, counts, segments


def _judge(workplace: Workplace, inputs: RunInputs) -> tuple[RunFindings, LinedUp, Comparison]:
    job, counts = workplace.job, inputs.counts
    earlier = rows_before(inputs.history, as_text(inputs.predictions.window.end))
    accepted = accepted_windows(earlier, inputs.profile.id)
    with workplace.stopwatch.stage("comparison"):
        copies = find_copies(inputs.profile, inputs.window, burst=job.detection.burst)
        data = _run_data(job, inputs, copies, earlier)
        lined_up = _line_up(job, inputs, copies)
        remarks = remarks_on_data(data)
        no_verdict = bool(of_weight(remarks, RemarkWeight.NO_VERDICT))
        comparison = compare(
            lined_up,
            job.detection,
            no_verdict=no_verdict or lacks_images(counts.images, job),
            widening=partial(widening, accepted),
        )
        remarks = _all_remarks(remarks, data, comparison)
        positions = drift_positions(comparison, lined_up.rows[ColumnRole.FEATURE])
        where = _locate(workplace, inputs, comparison, positions)
        affected = least_affected(positions)
        extent = _extent(counts, where, affected)
        decision = decide(comparison, extent, counts.log, job, remarks)
    facts = RunFacts(
        data=data,
        run_id=run_id(job, inputs.request),
        generated_at=workplace.clock(),
        timings=workplace.stopwatch.timings,
        history_digest=history_digest((*earlier, *data.as_older)),
        comparison=comparison,
        decision=decision,
        affected=affected,
        offenders=find_offenders(positions, inputs.window, data.counted),
        concentration=where,
        trend=_trend(workplace, inputs, comparison, earlier),
        accepted_runs=len(accepted),
        remarks=remarks,
    )
    findings = assemble(facts)
    notice = due_notice(earlier, history_row(findings), job.notifications)
    return replace(findings, notification=notice), lined_up, comparison


def _run_data(
    job: Job, inputs: RunInputs, copies: BothCopies, earlier: Sequence[HistoryRow]
) -> RunData:
    _, *older = run_ids(job, inputs.request)
    return RunData(
        job=job,
        predictions=inputs.predictions,
        window=inputs.window,
        counts=inputs.counts.with_copies(copies.current.found),
        profile=inputs.profile,
        counted=without_copies(inputs.profile),
        late=find_late_rows(inputs.predictions.times.seen, earlier, log_digest(job)),
        as_older=tuple(row for row in sort_rows(inputs.history) if row.run_id in older),
    )


def _all_remarks(
    remarks: Sequence[Remark], data: RunData, comparison: Comparison
) -> tuple[Remark, ...]:
    causes = settled_causes(remarks, data, comparison)
    return (*causes, *_remarks_on_bucket(data), *remarks_on_comparison(data, comparison))


def _remarks_on_bucket(data: RunData) -> tuple[Remark, ...]:
    remarks = remarks_on_bucket(data)
    for remark in remarks:
        logger.warning("%s", remark.text)
    return remarks


def _extent(counts: WindowCounts, where: Concentration, affected: int | None) -> Extent:
    return Extent(
        images=counts.images,
        affected=affected,
        where=where_clause(where.segments, where.onset),
        reasons=counts.quality.reasons,
    )


def _line_up(job: Job, inputs: RunInputs, copies: BothCopies) -> LinedUp:
    units = find_units(inputs.profile, inputs.window, copies)
    named, probabilities = job.predictions.columns, inputs.predictions.probabilities
    return line_up(inputs.profile, inputs.window, units, named, probabilities)


def _locate(
    workplace: Workplace, inputs: RunInputs, comparison: Comparison, positions: Positions
) -> Concentration:
    """Look for the part of a drifted window in which the change is."""
    if not comparison.has_drifted or positions.current.empty:
        return Concentration()
    rows = positions.current.index
    return concentrate(
        positions.scores(),
        np.arange(len(rows)),
        inputs.segments.loc[rows],
        inputs.window.rows["timestamp"].loc[rows],
        level=workplace.job.detection.false_alarm_rate,
        seed=SEED,
        hours=workplace.job.segments.hours,
    )


def _trend(
    workplace: Workplace,
    inputs: RunInputs,
    comparison: Comparison,
    earlier: Sequence[HistoryRow],
) -> Trend:
    tested = comparison.evidence
    span = inputs.predictions.window
    today = TodaysRun(
        window_start=as_text(span.start),
        window_end=as_text(span.end),
        profile_id=inputs.profile.id,
        shifts={one.name: one.shift for one in comparison.findings if one.shift is not None},
        reference_units=0 if tested is None else tested.reference_units,
        current_units=0 if tested is None else tested.current_units,
    )
    least = workplace.job.detection.minimum_effect
    return told_trend(find_trend(earlier, today, minimum_effect=least))
