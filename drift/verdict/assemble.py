"""Putting together what a run found: the content of ``report.json``."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

import pandas as pd

from drift.across_runs.late_rows import log_digest, rows_by_day
from drift.comparison.columns.clipped import Clipped, without_clipped
from drift.comparison.compare import Comparison
from drift.observations.file_differences import count_files
from drift.observations.reference.copies import count_copies
from drift.observations.window_images import WindowImages
from drift.remarks.facts import RunData
from drift.renamed_job import settings_of
from drift.run_request import as_text
from drift.verdict.data_health import with_files, with_health
from drift.verdict.decide import Decision
from drift.verdict.quiet import images_needed, smallest_shift
from drift.verdict.yardstick import REFERENCE_ALONE, Yardstick
from drift.where.segments import Concentration
from reference_stats.features.registry import feature_set, feature_set_id
from reports.findings.answers import Verdict
from reports.findings.images import Offender, Quality
from reports.findings.of_log.times import LogTimes
from reports.findings.places import SegmentTests
from reports.findings.remarks import Remark, heaviest_first
from reports.findings.run import Observed, ProfileSummary, RunFindings, WindowSpan
from reports.findings.runs import Evidence, Trend

_NO_PICTURES = pd.DataFrame()
_PACKAGES = ("image-drift", "evidently", "numpy", "pandas", "pillow", "scikit-image", "scipy")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the stages of a run delivered."""

    data: RunData
    run_id: str
    generated_at: datetime
    timings: dict[str, float]
    history_digest: str
    comparison: Comparison
    decision: Decision
    affected: int | None
    compared_images: int | None
    offenders: Sequence[Offender]
    concentration: Concentration
    trend: Trend | None
    accepted_runs: int
    remarks: Sequence[Remark]
    yardstick: Yardstick = REFERENCE_ALONE
    segment_tests: SegmentTests | None = None


def assemble(facts: RunFacts) -> RunFindings:
    """Return everything that the run found."""
    return replace(
        _beside_days(facts, _beside_reference(facts)),
        named=facts.decision.named,
        job_file=facts.data.job.file_name,
    )


def _beside_days(facts: RunFacts, found: RunFindings) -> RunFindings:
    return replace(
        found,
        basis=facts.yardstick.basis,
        level=facts.yardstick.level,
        baseline=facts.yardstick.baseline,
        episode=facts.yardstick.episode,
        segment_tests=facts.segment_tests,
    )


def _beside_reference(facts: RunFacts) -> RunFindings:
    return RunFindings(
        job=facts.data.job.name,
        run_id=facts.run_id,
        generated_at=as_text(facts.generated_at),
        versions=_versions(),
        timings=facts.timings,
        history_digest=facts.history_digest,
        job_settings=settings_of(facts.data.job),
        window=_window(facts),
        assumed_timezone=facts.data.predictions.assumed_timezone,
        verdict=facts.decision.verdict,
        headline=facts.decision.headline,
        summary=facts.decision.summary,
        affected=facts.affected if facts.decision.verdict is Verdict.DRIFT else None,
        warnings=tuple(remark.text for remark in heaviest_first(facts.remarks)),
        remarks=heaviest_first(facts.remarks),
        images=facts.data.counts.images,
        compared_images=facts.compared_images,
        log=facts.data.counts.log,
        log_times=_log_times(facts),
        profile=_profile(facts),
        false_alarm_rate=facts.data.job.detection.false_alarm_rate,
        smallest_effect=smallest_shift(facts.comparison, facts.yardstick),
        minimum_effect=facts.data.job.detection.minimum_effect,
        images_needed=images_needed(facts.comparison, facts.yardstick),
        features=facts.comparison.features,
        predictions=facts.comparison.predictions,
        numbers=facts.comparison.numbers,
        view=facts.comparison.view,
        observed=Observed.IMAGES if facts.data.job.has_images else Observed.ROWS,
        quality=_quality(facts),
        offenders=tuple(facts.offenders),
        multivariate=facts.comparison.multivariate,
        segments=facts.concentration.segments,
        onset=facts.concentration.onset,
        segment_scan=facts.concentration.scan,
        trend=facts.trend,
        evidence=_evidence(facts),
    )


def _window(facts: RunFacts) -> WindowSpan:
    span = facts.data.predictions.window
    return WindowSpan(start=as_text(span.start), end=as_text(span.end))


def _profile(facts: RunFacts) -> ProfileSummary:
    profile = facts.data.profile
    return ProfileSummary(
        id=profile.id,
        images=profile.images,
        feature_set=feature_set_id(feature_set(facts.data.job.image_rules.canonical_size)),
        created_at=as_text(profile.created_at),
        source=profile.source,
        different=count_copies(profile).different,
    )


def _quality(facts: RunFacts) -> Quality:
    window, profile = facts.data.window, facts.data.counted
    if window.of_rows:
        # There are no pictures to be poor, and no files.
        return with_health(facts.data.counts.quality, _answers(facts), _NO_PICTURES, _NO_PICTURES)
    clipped = Clipped.of(profile, window)
    return with_health(
        with_files(facts.data.counts.quality, count_files(window.files_of_images())),
        _answers(facts),
        _once_each(window, without_clipped(window.features, clipped.current)),
        without_clipped(profile.features, clipped.reference),
    )


def _once_each(window: WindowImages, features: pd.DataFrame) -> pd.DataFrame:
    """Return the features of each image once; nothing is copied where none is there twice."""
    first = window.names_image_first
    return features if first.all() else features[first]


def _answers(facts: RunFacts) -> pd.DataFrame:
    """Return the fields of the rows; an answer of several boxes took its time once."""
    rows = facts.data.predictions
    if rows.boxes is None:
        return rows.fields
    return rows.fields.assign(latency=rows.fields["latency"].where(rows.boxes.first_of_log))


def _log_times(facts: RunFacts) -> LogTimes:
    times, span = facts.data.predictions.times, facts.data.predictions.window
    return LogTimes(
        zoned=times.zoned,
        zoneless=times.zoneless,
        repeated_hour=times.repeated,
        delivered_again=times.delivered_again,
        rows_by_day=rows_by_day(times.seen, span.start, span.end),
        late_rows=facts.data.late.by_run,
        log_digest=log_digest(facts.data.job),
    )


def _evidence(facts: RunFacts) -> Evidence | None:
    evidence = facts.comparison.evidence
    return None if evidence is None else replace(evidence, accepted_runs=facts.accepted_runs)


def _versions() -> dict[str, str]:
    versions = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **versions}
