"""Sentences about the times in a log's lines, which its order and the clock decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from jobs.predictions.row_times.course import TimeCourse
from jobs.predictions.row_times.window import WindowTimes
from jobs.times.timestamps import to_datetime
from reports.words.lengths import rough_words

_CLOCKS_DIFFER_BY = timedelta(minutes=1)


def mixed_words(courses: Sequence[TimeCourse], zone: str) -> str:
    """Return how many times have a zone and how many have none; empty where all are of a kind."""
    zoneless = sum(one.zoneless for one in courses)
    zoned = sum(one.zoned for one in courses)
    if not zoneless or not zoned:
        return ""
    return (
        f"{zoneless:,} of {zoned + zoneless:,} times have no zone and are read as {zone}, while "
        f"{zoned:,} have one{_where(courses)}"
    )


def _where(courses: Sequence[TimeCourse]) -> str:
    """Return the line where the kind of times changes, in the first object that has both."""
    for one in courses:
        if one.first_zoned is not None and one.first_zoneless is not None:
            later, kind = max((one.first_zoned, "with one"), (one.first_zoneless, "without"))
            return f" (first {kind}: {one.unit} {later:,} of {one.source})"
    zoned = next((one for one in courses if one.first_zoned is not None), None)
    return (
        ""
        if zoned is None
        else f" (first with one: {zoned.unit} {zoned.first_zoned:,} of {zoned.source})"
    )


def jump_words(courses: Sequence[TimeCourse]) -> str:
    """Return where the time jumps back; empty where it does not, and where lines are shuffled."""
    found = [one for one in courses if one.jumps_stand_out]
    jump = found[0].first_jump if found else None
    if jump is None:
        return ""
    back = rough_words(timedelta(microseconds=jump.back_us))
    more = sum(one.jumps for one in found) - 1
    also = f", and at {more:,} more lines" if more else ""
    return (
        f"the time jumps back {back} at {found[0].unit} {jump.line:,} of {found[0].source}, from "
        f"{to_datetime(jump.before):%Y-%m-%d %H:%M} to {to_datetime(jump.after):%Y-%m-%d %H:%M} "
        f"UTC{also}"
    )


def ahead_words(times: WindowTimes, now: datetime) -> str:
    """Return how far the newest time that was read lies in the future; empty where it does not."""
    if times.newest is None:
        return ""
    newest = to_datetime(times.newest)
    if newest <= now + _CLOCKS_DIFFER_BY:
        return ""
    return (
        f"the newest time, {newest:%Y-%m-%d %H:%M} UTC, lies {rough_words(newest - now)} in the "
        "future"
    )
