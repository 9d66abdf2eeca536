"""How a job has its newest labels judged, and what the report has of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from drift.across_runs.marks import MarkedWindow
from drift.model_quality.judging.judgement import Judgement, JudgeSettings, NewestRule
from drift.model_quality.whole_days import WholeDay, whole_days
from drift.run_request import as_text
from jobs.job_file.job import Job
from jobs.times.windows import TimeWindow
from reports.findings.model_quality.quality import QualityDrop


def judge_settings(job: Job) -> JudgeSettings:
    """Return what decides whether a drop is told."""
    return JudgeSettings(
        false_alarm_rate=job.quality.false_alarm_rate,
        minimum_drop=job.quality.minimum_drop,
        min_labels=job.labels.min_labels,
    )


def newest_rule(
    job: Job, span: TimeWindow, days: Sequence[WholeDay], since: datetime
) -> NewestRule:
    """Return which days are the newest.

    Parameters
    ----------
    span
        The run's window.
    days
        The whole days whose labels may still come, the oldest first.
    since
        The first moment whose predictions wait for labels.
    """
    own = whole_days(span.end, span.end - span.start, job.day_zone)
    last = days[-1].end if days else span.end
    return NewestRule(
        window_end=own[-1].end if own else last,
        window_days=max(len(own), 1),
        newest_from=since,
    )


def told_drop(judged: Judgement, job: Job, measure: str) -> QualityDrop | None:
    """Return the drop as the report has it; None where nothing was compared."""
    if judged.drop is None or judged.p_value is None:
        return None
    return QualityDrop(
        measure=measure,
        drop=judged.drop,
        p_value=judged.p_value,
        false_alarm_rate=job.quality.false_alarm_rate,
        minimum_drop=job.quality.minimum_drop,
        smallest=judged.smallest,
        since=None if judged.since is None else as_text(judged.since),
    )


def lies_in(start: datetime, end: datetime, windows: Iterable[MarkedWindow]) -> bool:
    """Tell whether a day lies in any window that a person marked, or in a part of one."""
    return any(one.start < end and start < one.end for one in windows)
