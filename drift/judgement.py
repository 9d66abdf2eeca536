"""From what a run has read to what it says: the comparison, where it sits, and the verdict."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from drift.across_runs.accepted_windows import accepted_windows, widening
from drift.across_runs.late_rows import find_late_rows, log_digest
from drift.across_runs.marks import PersonsMarks
from drift.across_runs.unknown_days import widened_for_unknown_days
from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import LinedUp
from drift.comparison.columns.doubts import known_by_heart
from drift.comparison.columns.view_columns import with_view
from drift.comparison.compare import Comparison, compare
from drift.comparison.family_tests import Widening
from drift.comparison.segments.comparing import ComparedWindow, compared_with_segments
from drift.observations.large_windows.compared_part import ComparedPart, compared_part
from drift.observations.reference.copies import without_copies
from drift.observations.reference.overlap import overlaps_reference
from drift.observations.segments.segment_units import SegmentedUnits, WindowSegments, segment_units
from drift.observations.side_copies import BothCopies, find_copies
from drift.observations.units import Units, find_units
from drift.observations.window_counts import WindowCounts
from drift.remarks.facts import RunData
from drift.remarks.registry import remarks_on_bucket, remarks_on_comparison, remarks_on_data
from drift.run_request import as_text, run_id, run_ids
from drift.verdict.assemble import RunFacts, assemble
from drift.verdict.decide import Decision, decide, lacks_images
from drift.verdict.file_causes import settled_causes
from drift.verdict.headline.named import score_named_first
from drift.verdict.measured import MeasuredWindow, PastOfWindow, measured_by_days, trend_of_window
from drift.verdict.sentence import Extent
from drift.where.focus import focus_of, further_focuses, image_rows
from drift.where.located import Located, located
from drift.where.novel.told import (
    model_view_of,
    seen_units,
    with_explained,
    with_novel_images,
    without_counts,
)
from drift.where.offenders import list_affected, offenders_in_turn
from drift.where.pictures.grown_class import find_grown_class
from drift.window.judged import Judged, RunInputs
from drift.workplace import Workplace
from jobs.job_file.job import Job
from reference_stats.logged_features import further_numbers
from reports.findings.answers import Verdict
from reports.findings.model_view import ModelView
from reports.findings.remarks import Remark, RemarkWeight, of_weight
from reports.findings.run import RunFindings
from reports.findings.runs import Trend
from reports.history.history import HistoryRow, history_digest, history_row, rows_before, sort_rows
from reports.publishing.affected_csv import AffectedImages, table_of
from reports.telling.notices import due_notice
from reports.words.of_rows.findings import told_in_rows
from reports.words.of_view.sentences import looks_new
from reports.words.whereabouts import where_clause

logger = logging.getLogger(__name__)


def judge_window(workplace: Workplace, inputs: RunInputs) -> Judged:
    """Return what is found in a window; nothing is read or written."""
    job = workplace.job
    earlier = rows_before(inputs.history, as_text(inputs.predictions.window.end))
    with workplace.stopwatch.stage("comparison"):
        data, part = _whole_and_part(job, inputs, earlier)
        inputs = replace(inputs, window=part.window, segments=part.segments)
        sides = _sides(job, inputs, part.copies)
        remarks = (*inputs.remarks, *remarks_on_data(data), *part.remarks)
        measured = _measured(inputs, sides, job, earlier, remarks)
        remarks = _all_remarks(remarks, data, measured.comparison)
        place = _locate(inputs, sides, measured, part, job)
        decision = _decision(inputs, place, measured, job, remarks)
    facts = RunFacts(
        data=data,
        run_id=run_id(job, inputs.request),
        generated_at=workplace.clock(),
        timings=workplace.stopwatch.timings,
        history_digest=history_digest((*earlier, *data.as_older)),
        comparison=measured.comparison,
        decision=decision,
        affected=place.affected,
        compared_images=inputs.window.images_of_part,
        offenders=offenders_in_turn(place.shown, inputs.window, data.counted),
        concentration=place.concentration,
        trend=_trend(inputs, measured, earlier, job),
        accepted_runs=len(accepted_windows(earlier, inputs.profile.id)),
        remarks=remarks,
        yardstick=measured.yardstick,
        segment_tests=measured.segments.told(is_headline=place.focus.segment is not None),
    )
    listed = _list_affected(inputs, facts, place)
    return Judged(
        findings=_findings(inputs, facts, listed, earlier, sides),
        lined_up=sides[1],
        comparison=measured.comparison,
        affected=listed,
        window=part.window,
        segments=place.segments,
        drifted_segments=measured.segments.drifted,
    )


def _whole_and_part(
    job: Job, inputs: RunInputs, earlier: Sequence[HistoryRow]
) -> tuple[RunData, ComparedPart]:
    """Return what was read of the window, and the part of it that is compared: mostly all."""
    copies = find_copies(inputs.profile, inputs.window, burst=job.detection.burst)
    part = compared_part(inputs.window, inputs.segments, copies)
    return _run_data(job, inputs, copies, earlier), part


def _findings(
    inputs: RunInputs,
    facts: RunFacts,
    listed: AffectedImages | None,
    earlier: Sequence[HistoryRow],
    sides: tuple[Units, LinedUp],
) -> RunFindings:
    findings = replace(
        told_in_rows(assemble(facts)),
        affected_table=table_of(listed),
        grown_class=find_grown_class(facts.comparison, inputs.window, inputs.profile),
        model_view=_model_view(inputs, facts, sides),
    )
    notice = due_notice(earlier, history_row(findings), facts.data.job.notifications)
    return replace(findings, notification=notice)


def _model_view(
    inputs: RunInputs, facts: RunFacts, sides: tuple[Units, LinedUp]
) -> ModelView | None:
    """Return what the model's view shows beside its findings; None without a model."""
    said, view, (units, lined_up) = facts.data.model_view, inputs.view, sides
    if said is None or view is None or lined_up.view is None:
        return said
    seen = seen_units(inputs.window, units.current, lined_up.view)
    job = facts.data.job
    # Beside images that the model was trained on single ones say nothing.
    chance = 0.0 if job.model_knows_reference else job.detection.false_alarm_rate
    drifted = looks_new(facts.comparison.view)
    said = with_novel_images(said, view, inputs.profile, seen, chance, has_drifted=drifted)
    if job.model_knows_reference:
        said = without_counts(said)
    offenders = [one.image for one in facts.offenders]
    return with_explained(said, view, seen, offenders, job)


def _list_affected(inputs: RunInputs, facts: RunFacts, place: Located) -> AffectedImages | None:
    if facts.decision.verdict is not Verdict.DRIFT or inputs.window.of_rows:
        return None
    return list_affected(place.listed, inputs.window, place.segments, facts.data.counted)


def _no_verdict(remarks: Sequence[Remark], counts: WindowCounts, job: Job) -> bool:
    return bool(of_weight(remarks, RemarkWeight.NO_VERDICT)) or lacks_images(counts.images, job)


def _measured(
    inputs: RunInputs,
    sides: tuple[Units, LinedUp],
    job: Job,
    earlier: Sequence[HistoryRow],
    remarks: Sequence[Remark],
) -> MeasuredWindow:
    """Return the window compared with the reference, and measured by normal days if there are."""
    lined_up = sides[1]
    no_verdict = _no_verdict(remarks, inputs.counts, job)
    accepted = accepted_windows(earlier, inputs.profile.id)
    factors: Widening = partial(widening, accepted, view_id=inputs.view_id)
    if inputs.days is not None and not inputs.days.records:
        factors = partial(widened_for_unknown_days, factors)
    compared = partial(compare, lined_up, job.detection, no_verdict=no_verdict, widening=factors)

    def by_reference() -> ComparedWindow:
        return compared_with_segments(
            compared,
            lined_up,
            _segmented(inputs, sides, job),
            job.detection,
            no_verdict=no_verdict,
            widening=factors,
        )

    if inputs.days is None:
        return MeasuredWindow.by_reference(by_reference())
    past = PastOfWindow(
        known=inputs.days,
        marks=PersonsMarks.of(earlier, inputs.profile.id),
        span=inputs.predictions.window,
        in_reference=partial(overlaps_reference, job),
    )
    beside = partial(measured_by_days, compared, lined_up, past, job.detection)
    return beside(no_verdict=no_verdict, by_reference=by_reference)


def _segmented(inputs: RunInputs, sides: tuple[Units, LinedUp], job: Job) -> SegmentedUnits:
    units, view = sides[0], sides[1].view
    held_out = None if view is None else view.held_out
    return segment_units(inputs.profile, inputs.window, units, inputs.segments, job, held_out)


def _run_data(
    job: Job, inputs: RunInputs, copies: BothCopies, earlier: Sequence[HistoryRow]
) -> RunData:
    _, *older = run_ids(job, inputs.request)
    view = inputs.view
    return RunData(
        job=job,
        predictions=inputs.predictions,
        window=inputs.window,
        counts=inputs.counts.with_copies(copies.current.found),
        profile=inputs.profile,
        counted=without_copies(inputs.profile),
        late=find_late_rows(inputs.predictions.times.seen, earlier, log_digest(job)),
        late_in_days=0 if inputs.days is None else inputs.days.late_rows,
        as_older=tuple(row for row in sort_rows(inputs.history) if row.run_id in older),
        model_view=None if view is None else model_view_of(view, inputs.window, inputs.profile),
    )


def _all_remarks(
    remarks: Sequence[Remark], data: RunData, comparison: Comparison
) -> tuple[Remark, ...]:
    causes, on_bucket = settled_causes(remarks, data, comparison), remarks_on_bucket(data)
    for remark in on_bucket:
        logger.warning("%s", remark.text)
    return (*causes, *on_bucket, *remarks_on_comparison(data, comparison))


def _decision(
    inputs: RunInputs, place: Located, measured: MeasuredWindow, job: Job, remarks: Sequence[Remark]
) -> Decision:
    counts, where = inputs.counts, place.concentration
    extent = Extent(
        images=counts.images,
        compared=inputs.window.images_of_part,
        affected=place.affected,
        where=where_clause(where.segments, where.onset),
        reasons=counts.quality.reasons,
        yardstick=measured.yardstick,
        segment=place.focus.segment,
        more_segments=measured.segments.drifted_like_first - 1,
        tested_segments=len(measured.segments.judged),
        numbers=frozenset(one.name for one in measured.comparison.numbers),
    )
    return decide(measured.comparison, extent, counts.log, job, remarks)


def _sides(job: Job, inputs: RunInputs, copies: BothCopies) -> tuple[Units, LinedUp]:
    rows, window = inputs.predictions, inputs.window
    units = find_units(inputs.profile, window, copies)
    if inputs.lined_up is not None:
        return units, inputs.lined_up
    named, numbers = job.predictions.columns, further_numbers(job, rows)
    lined_up = line_up(inputs.profile, window, units, named, rows.probabilities, numbers)
    seen = None if inputs.view is None else inputs.view.sides(window)
    by_reference = inputs.days is None or not inputs.days.records
    doubt = known_by_heart() if by_reference and job.model_knows_reference else None
    return units, with_view(lined_up, units, seen, doubt)


def _locate(
    inputs: RunInputs,
    sides: tuple[Units, LinedUp],
    measured: MeasuredWindow,
    part: ComparedPart,
    job: Job,
) -> Located:
    units, lined_up = sides
    segments = WindowSegments.of(inputs.segments, inputs.window, units)
    rows, drifted = image_rows(lined_up), measured.segments.drifted
    focus = focus_of(measured.comparison, rows, drifted, segments)
    further = further_focuses(focus, measured.comparison, rows, drifted, segments)
    place = located(focus, inputs.window, segments, job, further, lined_up.view)
    place = place.telling_first(score_named_first(focus.drifted))
    return replace(place, affected=part.of_all(place.affected, focus.images))


def _trend(
    inputs: RunInputs, measured: MeasuredWindow, earlier: Sequence[HistoryRow], job: Job
) -> Trend:
    return trend_of_window(
        measured,
        earlier,
        window=inputs.predictions.window,
        profile_id=inputs.profile.id,
        minimum_effect=job.detection.minimum_effect,
    )
