"""Remarks about the times of the log: zones that are missing, rows that came twice or late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from drift.remarks.facts import RunData
from drift.remarks.moments import time_words
from jobs.predictions.row_times.window import WindowTimes
from jobs.times.timestamps import to_datetime, to_moment
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.lengths import rough_words
from reports.words.numbers import counted, day, listed

# Fewer rows of one kind cannot move a window.
_FEW = 0.01


def time_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the times of the window's rows."""
    times = data.predictions.times
    if times.is_mixed:
        yield _mixed(data, times)
    if not times.is_mixed:
        yield from _ends_before(data)
    if times.repeated:
        yield _repeated(data, times)
    if times.delivered_again:
        rows = counted(times.delivered_again, "row")
        yield Remark(
            code="delivered_again",
            text=(
                f"{rows} of the window came more than once, equal but for what their delivery "
                "writes; each counts once."
            ),
        )
    if data.late.runs:
        yield _late(data)
    if data.late_in_days:
        yield Remark(
            code="late_rows_of_days",
            text=(
                f"At least {counted(data.late_in_days, 'row')} came into the log after the day "
                "was measured: its record goes without. drift baseline rebuild measures it anew."
            ),
        )


def _ends_before(data: RunData) -> Iterator[Remark]:
    """Yield that an object's last lines are older than the window, as after a clock set back."""
    start = data.predictions.window.start
    for course in data.predictions.times.courses:
        if not course.ends_before(to_moment(start)):
            continue
        newest, behind = time_words(course.newest or 0), time_words(course.behind_newest or 0)
        yield Remark(
            code="last_lines_before_window",
            text=(
                f"The last {course.behind:,} rows of {course.source}, from line "
                f"{course.behind_line:,} on, carry times up to {behind} only, though the rows "
                f"above them go up to {newest}: the window, from {start:%Y-%m-%d %H:%M} UTC on, "
                "holds none of them. If they are new, the clock of what writes the log is wrong. "
                "If they are old rows that were added, the verdict is back once new rows follow."
            ),
            weight=RemarkWeight.NOT_STEADY,
            headline="The log's last rows are dated before the window",
        )


def _mixed(data: RunData, times: WindowTimes) -> Remark:
    zone = data.job.predictions.timezone
    is_settled = "timezone" in data.job.predictions.model_fields_set
    told = f"{_kinds(times, zone)}{_lead(times)}."
    if is_settled:
        return Remark(code="mixed_zones", text=told)
    advice = (
        f"If those without one were not written in {zone}, they are sorted into the wrong place "
        f"and the window holds the wrong rows: set predictions.timezone, to {zone} if it is right."
    )
    nearby = (times.nearby_zoned, times.nearby_zoneless)
    if min(nearby) < _FEW * sum(nearby):
        return Remark(code="mixed_zones", text=f"{told} {advice}")
    return Remark(
        code="mixed_zones",
        text=f"{told} {advice}",
        weight=RemarkWeight.NOT_STEADY,
        headline="Some times carry a zone and some do not: the window may hold the wrong rows",
    )


def _kinds(times: WindowTimes, zone: str) -> str:
    if times.zoned and times.zoneless:
        return (
            f"{times.zoneless:,} of the window's {times.zoned + times.zoneless:,} times carry no "
            f"zone and were taken as {zone}, while {times.zoned:,} carry one"
        )
    if times.zoneless:
        return (
            f"No time of the window carries a zone, and all were taken as {zone}, but times "
            "shortly before the window carry one"
        )
    return (
        "All times of the window carry a zone, but times shortly before it carry none and were "
        f"taken as {zone}"
    )


def _lead(times: WindowTimes) -> str:
    lead = timedelta(microseconds=times.lead or 0)
    if abs(lead) < timedelta(minutes=1):
        return ""
    side = "after" if lead > timedelta(0) else "before"
    return f"; the newest without one is {rough_words(abs(lead))} {side} the newest with one"


def _repeated(data: RunData, times: WindowTimes) -> Remark:
    zone = data.job.predictions.timezone
    first = to_datetime(times.repeated_first or 0).astimezone(ZoneInfo(zone))
    rows = counted(times.repeated, "row")
    return Remark(
        code="repeated_hour",
        text=(
            f"{rows} of the window {'lies' if times.repeated == 1 else 'lie'} in an hour that "
            f"comes twice in {zone}, because clocks go back ({day(first.date().isoformat())}, "
            f"from {first:%H:%M} on), and the log does not say which of the two is meant: all "
            "were taken as the first. Log times with their zone."
        ),
    )


def _late(data: RunData) -> Remark:
    late = data.late.apart()
    rows = sum(one.rows for one in late)
    days = sorted({one for run in late for one in run.days})
    ends = [one.run.window_end for one in late]
    again = listed([f"--until {end}" for end in ends], most=3)
    runs = "the run that had judged it" if len(late) == 1 else "the runs that had judged them"
    return Remark(
        code="late_rows",
        text=(
            f"At least {counted(rows, 'row')} of {listed([day(one) for one in days])} came into "
            f"the log after {runs}, or predictions.path takes in more since. To judge again, run "
            f"drift run with {again}; window.delay makes runs wait for late rows."
        ),
    )
