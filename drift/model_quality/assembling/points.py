"""The score of days and weeks, for the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from drift.model_quality.scoring.class_counts import information
from drift.model_quality.scoring.intervals import share
from drift.model_quality.scoring.summing import merged
from drift.model_quality.sums import ClassifierSums, DayQuality
from drift.run_request import as_text
from reports.findings.model_quality.quality import QualityPoint
from reports.findings.model_quality.scores import Estimate

Day = TypeVar("Day")


def accuracy_of(sums: ClassifierSums) -> Estimate | None:
    """Return the accuracy with its interval; None without labels."""
    if not sums.labelled:
        return None
    return share(sums.right, sums.labelled, information(sums))


def sums_of(days: Iterable[DayQuality]) -> ClassifierSums:
    """Return the sums of days together, over all versions."""
    return merged(one for day in days for one in day.versions.values())


def points_of_days(days: Sequence[DayQuality]) -> tuple[QualityPoint, ...]:
    """Return a point a day."""
    return tuple(_point(day.start, day.end, sums_of([day])) for day in days)


def by_week(
    days: Sequence[Day], start_of: Callable[[Day], datetime], zone: ZoneInfo | None
) -> dict[date, list[Day]]:
    """Return the days by the Monday of their week; the first and last may hold fewer days."""
    weeks: dict[date, list[Day]] = {}
    for day in days:
        local = start_of(day).astimezone(zone or UTC).date()
        weeks.setdefault(local - timedelta(days=local.weekday()), []).append(day)
    return weeks


def points_of_weeks(days: Sequence[DayQuality], zone: ZoneInfo | None) -> tuple[QualityPoint, ...]:
    """Return a point for each week from Monday on; the first and last may hold fewer days."""
    weeks = by_week(days, lambda day: day.start, zone)
    return tuple(_point(found[0].start, found[-1].end, sums_of(found)) for found in weeks.values())


def _point(start: datetime, end: datetime, sums: ClassifierSums) -> QualityPoint:
    return QualityPoint(
        start=as_text(start),
        end=as_text(end),
        labelled=sums.labelled,
        predictions=sums.predictions,
        score=accuracy_of(sums),
    )
