"""From extracted outcomes to the published bytes, through the pipeline's own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from benchmarks.comparison_parts.traffic import Traffic
from drift.comparison.columns.align import line_up
from drift.comparison.columns.columns import AlignedRows, Column, ColumnRole, LinedUp
from drift.comparison.compare import Comparison, compare
from drift.evidently import report as evidently_report
from drift.observations.large_windows.compared_part import ComparedPart, compared_part
from drift.observations.reference.copies import without_copies
from drift.observations.segments.segment_values import segments_of
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from drift.observations.window_counts import count_window
from drift.observations.window_images import join
from drift.remarks.facts import RunData
from drift.remarks.registry import remarks_on_comparison, remarks_on_data
from drift.seed import SEED
from drift.verdict.assemble import RunFacts, assemble
from drift.verdict.decide import decide
from drift.verdict.sentence import Extent
from drift.where.affected import least_affected
from drift.where.direction import Positions, drift_positions
from drift.where.offenders import RankedImages, find_offenders, rank_images
from drift.where.pictures.typical import typical_images
from drift.where.segments import Concentration, concentrate
from reports.findings.answers import Verdict
from reports.findings.columns import Finding, Multivariate
from reports.findings.images import Offender
from reports.findings.remarks import Remark
from reports.findings.run import RunFindings
from reports.history.history import history_digest
from reports.json_report.report import report_json
from reports.pages.run.report import report_html
from reports.words.whereabouts import where_clause

Stage = Callable[[str], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict and the bytes of what would be published."""

    verdict: Verdict
    sizes: Mapping[str, int]


def judge(traffic: Traffic, stage: Stage, *, with_evidently: bool = True) -> Judged:
    """Do what a run does between its images and its publication."""
    findings, lined_up, comparison = _compare(traffic, stage)
    sizes = {}
    if with_evidently:
        with stage("evidently"):
            evidently = evidently_report.render(*_for_evidently(lined_up, comparison))
        sizes = {
            "evidently.html": len(evidently.html),
            "evidently.json": len(evidently.json),
        }
    sizes |= _publish(traffic, findings, stage)
    return Judged(verdict=findings.verdict, sizes=sizes)


def columns_and_findings(
    traffic: Traffic,
) -> tuple[list[Column], dict[str, Finding | Multivariate]]:
    """Return what Evidently's report is made of."""
    _, lined_up, comparison = _compare(traffic, lambda _: nullcontext())
    return _for_evidently(lined_up, comparison)


def _compare(traffic: Traffic, stage: Stage) -> tuple[RunFindings, LinedUp, Comparison]:
    job = traffic.job
    with stage("join"):
        logged = traffic.logged()
        window = join(logged)
        counts = count_window(logged, window)
        segments = segments_of(logged, job)
        del logged
    # As in a run, where these end with the stage that fetches images.
    traffic.forget_images()
    with stage("log columns"):
        traffic.predictions = traffic.predictions.compacted()
    with stage("near-copies"):
        copies = find_copies(traffic.profile, window, burst=job.detection.burst)
    with stage("remarks"):
        data = RunData(
            job=job,
            predictions=traffic.predictions,
            window=window,
            counts=counts.with_copies(copies.current.found),
            profile=traffic.profile,
            counted=without_copies(traffic.profile),
        )
        part = compared_part(window, segments, copies)
        remarks = (*remarks_on_data(data), *part.remarks)
        del copies, segments
    with stage("units"):
        units = find_units(traffic.profile, part.window, part.copies)
    with stage("line up"):
        probabilities = traffic.predictions.probabilities
        named = job.predictions.columns
        lined_up = line_up(traffic.profile, part.window, units, named, probabilities)
    with stage("compare"):
        comparison = compare(lined_up, job.detection)
    place = _place(traffic, part, lined_up.rows[ColumnRole.FEATURE], comparison, stage)
    with stage("findings"):
        remarks += remarks_on_comparison(data, comparison)
        offenders = find_offenders(place.ranked, part.window, data.counted)
        findings = _assemble(traffic, data, comparison, place, offenders, remarks)
    return findings, lined_up, comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The images that a drift is about, and where and since when it is."""

    ranked: RankedImages
    where: Concentration
    affected: int | None
    compared: int | None


def _place(
    traffic: Traffic, part: ComparedPart, rows: AlignedRows, comparison: Comparison, stage: Stage
) -> _Place:
    with stage("positions"):
        positions = drift_positions(comparison, rows)
    with stage("ranking"):
        ranked = rank_images(positions, rows, comparison, part.window)
    with stage("segments"):
        where = _locate(traffic, part, comparison, positions)
        affected = part.of_all(least_affected(positions))
    compared = part.window.images_of_part
    return _Place(ranked=ranked, where=where, affected=affected, compared=compared)


def _locate(
    traffic: Traffic, part: ComparedPart, comparison: Comparison, positions: Positions
) -> Concentration:
    if not comparison.has_drifted or positions.current.empty:
        return Concentration()
    rows = positions.current.index
    return concentrate(
        positions.scores(),
        np.arange(len(rows)),
        part.segments.loc[rows],
        part.window.rows["timestamp"].loc[rows],
        level=traffic.job.detection.false_alarm_rate,
        seed=SEED,
    )


def _assemble(
    traffic: Traffic,
    data: RunData,
    comparison: Comparison,
    place: _Place,
    offenders: Sequence[Offender],
    remarks: tuple[Remark, ...],
) -> RunFindings:
    clause = where_clause(place.where.segments, place.where.onset)
    extent = Extent(
        images=data.counts.images,
        compared=place.compared,
        affected=place.affected,
        where=clause,
    )
    facts = RunFacts(
        data=data,
        run_id="scale",
        generated_at=traffic.request.end + timedelta(minutes=5),
        timings={},
        history_digest=history_digest(()),
        comparison=comparison,
        decision=decide(comparison, extent, data.counts.log, traffic.job, remarks),
        affected=place.affected,
        compared_images=place.compared,
        offenders=offenders,
        concentration=place.where,
        trend=None,
        accepted_runs=0,
        remarks=remarks,
    )
    return assemble(facts)


def _publish(traffic: Traffic, findings: RunFindings, stage: Stage) -> dict[str, int]:
    with stage("report pages"):
        records = traffic.profile.records
        if records is not None:
            typical_images(traffic.profile.features, records, 12)
        page, data = report_html(findings, {}), report_json(findings)
    return {"report.json": len(data), "report.html": len(page)}


def _for_evidently(
    lined_up: LinedUp, comparison: Comparison
) -> tuple[list[Column], dict[str, Finding | Multivariate]]:
    columns = list(lined_up.columns)
    findings: dict[str, Finding | Multivariate] = {one.name: one for one in comparison.findings}
    if comparison.joint is not None:
        columns.append(comparison.joint.column)
        findings[comparison.joint.column.name] = comparison.joint.finding
    return columns, findings
