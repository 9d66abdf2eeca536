"""Which rows a run should be about: a window that holds enough images and the newest rows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drift.comparison.power import critical_value, images_needed
from drift.setup.log.times import SampledTimes
from jobs.times.timestamps import to_moment
from jobs.times.windows import floor_time

_LENGTHS = tuple(timedelta(days=days) for days in (1, 2, 3, 7, 14, 28))
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_ENOUGH = 100
# A day with so many images is a window: what began on it is named best, and each day is told once.
# The normal days before it make up for its size, so there have to be some.
_A_DAYS_IMAGES = 50
# The last row of a whole day is hardly older than this at its midnight.
_LAST_ROW_BEFORE = timedelta(hours=2)
_NORMAL_DAYS = timedelta(days=8)
# Every image of a window is fetched once; more than this in a day is better taken in part.
MOST_IMAGES = 50_000
_ROWS_OF_MANY = 20_000
_REFERENCE_IMAGES = 400
_STALE_AFTER = 2
_NEARLY_ALL_DISTINCT = 0.9
_FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowGuess:
    """The window, and why.

    Attributes
    ----------
    last, rows
        Exactly one of them is set.
    images
        About how many images it holds.
    align
        `window.align` where it has to be another than one hour.
    because
        Why, in plain words.
    notes
        What to know about it.
    """

    images: int
    because: str
    last: timedelta | None = None
    rows: int | None = None
    align: timedelta | None = None
    notes: tuple[str, ...] = ()

    @property
    def align_because(self) -> str:
        """Why `align` is not one hour."""
        if self.align is not None and self.align >= _DAY:
            return "The log comes by whole days: windows end at midnight UTC."
        return "Windows end at the full minute, not hour: the newest rows are that new."


def enough_images(reference_images: int, effect: float, false_alarm_rate: float) -> int:
    """Return the window size at which shifts of `effect` are seen; 100 where none does."""
    needed = images_needed(reference_images, critical_value(false_alarm_rate), effect)
    return max(_ENOUGH, math.ceil((needed or _ENOUGH) * 1.1))


def propose_window(
    times: SampledTimes,
    enough: int,
    now: datetime,
    *,
    most_rows: int,
    not_before: datetime | None = None,
) -> WindowGuess:
    """Return the shortest usual length with enough images; rows where the log is not live.

    A day with 50 images or more is long enough in a log that has normal days before it.

    Parameters
    ----------
    enough
        How many images a window should hold.
    now
        The time now.
    most_rows
        How many rows a window may take, because older ones serve as the reference.
    not_before
        Where the window may start: what is older has no images, or is the reference.
    """
    per_day = times.per_day() * times.images_a_row
    end = floor_time(now, _HOUR)
    fitting = [one for one in _LENGTHS if not_before is None or end - one >= not_before]
    long_enough = [one for one in fitting if per_day * (one / _DAY) >= enough]
    now_enough = [one for one in long_enough if _images_in(times, one, now) >= 0.8 * enough]
    length = next(iter(now_enough or long_enough), None)
    rate = _rate(times)
    live = bool(now_enough)
    if live and per_day > MOST_IMAGES:
        return WindowGuess(
            rows=_ROWS_OF_MANY,
            images=round(_ROWS_OF_MANY * times.images_a_row),
            because=f"{rate}: a day would mean to fetch them all",
            notes=('`last = "1d"` takes every image of a day.',),
        )
    if _DAY in fitting and _is_days_worth(times, now) and length != _DAY:
        return _one_day(times, now, length, rate)
    if live and length is not None:
        return WindowGuess(
            last=length,
            images=round(_images_in(times, length, now)),
            because=f"{rate}; {enough:,} images are enough",
            align=_fine_align(times, length, now),
        )
    return _by_rows(times, enough, now, most_rows, length, rate)


def end_of_whole_days(times: SampledTimes, now: datetime) -> datetime | None:
    """Return the last midnight UTC where the newest rows end there; None where they do not."""
    midnight = floor_time(now, _DAY)
    ends_there = midnight - _LAST_ROW_BEFORE <= times.newest < midnight
    return midnight if ends_there and midnight < floor_time(now, _HOUR) else None


def by_whole_days(window: WindowGuess) -> WindowGuess:
    """Return the window of whole days; one of rows stays as it is."""
    return window if window.last is None else replace(window, align=_DAY)


def _is_days_worth(times: SampledTimes, now: datetime) -> bool:
    per_day = times.per_day() * times.images_a_row
    lately = _images_in(times, _DAY, now)
    has_normal_days = times.newest - times.oldest >= _NORMAL_DAYS
    return has_normal_days and min(per_day, lately / 0.8) >= _A_DAYS_IMAGES


def _one_day(
    times: SampledTimes, now: datetime, larger: timedelta | None, rate: str
) -> WindowGuess:
    also = ""
    if larger is not None:
        also = (
            f'`last = "{larger // _DAY}d"` would show smaller shifts, and mix days: what began on '
            "the last one is harder to name."
        )
    return WindowGuess(
        last=_DAY,
        images=round(_images_in(times, _DAY, now)),
        because=f"{rate}; each day is compared with the normal days before it",
        align=_fine_align(times, _DAY, now),
        notes=(also,) if also else (),
    )


def _images_in(times: SampledTimes, length: timedelta, now: datetime) -> float:
    return times.since(length, now) * times.images_a_row


def _rate(times: SampledTimes) -> str:
    rows = times.per_day()
    said = f"the log has about {rows:,.0f} rows a day lately"
    if times.distinct < _NEARLY_ALL_DISTINCT:
        said += f", which name about {rows * times.distinct:,.0f} different images"
    return said


def _by_rows(
    times: SampledTimes,
    enough: int,
    now: datetime,
    most_rows: int,
    length: timedelta | None,
    rate: str,
) -> WindowGuess:
    share = times.images_a_row
    wanted = math.ceil(enough / share / 50) * 50
    if length is not None:
        wanted = max(wanted, min(round(times.since(length, times.newest + _HOUR)), _ROWS_OF_MANY))
    rows = max(2, min(math.ceil(wanted / 10) * 10, most_rows))
    notes = []
    age = (now - times.newest) / _DAY
    if age > _STALE_AFTER:
        until = (times.newest + timedelta(seconds=1)).replace(microsecond=0).isoformat()
        notes.append(
            f"The newest row is {age:,.0f} days old, so a length of time that ends now would hold "
            f"nothing; once rows come in daily, `last` may fit better. A past window is chosen "
            f"with --until, such as --until {until.replace('+00:00', 'Z')}."
        )
    elif length is None:
        notes.append(
            "The usual lengths of time, up to four weeks, hold fewer images than a verdict needs "
            "or reach too far back; rows count instead."
        )
    if rows * share < enough:
        notes.append(
            f"{rows * share:,.0f} images are few: shifts of half a standard deviation take about "
            f"{enough:,} to be seen."
        )
    return WindowGuess(
        rows=rows, images=round(rows * share), because=rate, notes=tuple(notes),
        align=_fine_align(times, timedelta(days=28), now),
    )  # fmt: skip


def _fine_align(times: SampledTimes, length: timedelta, now: datetime) -> timedelta | None:
    """Return a minute where the full hour would cut off a good part of the window's rows."""
    cut = to_moment(floor_time(now, _HOUR))
    recent = [one for one in times.moments if one >= to_moment(now - length)]
    late = sum(cut <= one < to_moment(now) for one in recent)
    return timedelta(minutes=1) if late > 0.2 * max(1, len(recent)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceStretch:
    """The oldest stretch of the log, `[start, end)`, and how many rows it holds."""

    start: datetime
    end: datetime
    rows: int


def propose_stretch(times: SampledTimes) -> ReferenceStretch | None:
    """Return the oldest stretch of some hundred images, at most half of the log; None without."""
    rows = min(_REFERENCE_IMAGES / times.images_a_row, times.rows / 2)
    end = times.time_of(rows)
    middle = times.oldest + (times.newest - times.oldest) / 2
    if times.rows_before(middle) >= 0.5 * rows:
        end = min(end, middle)
    if times.rows_before(end) < _FEWEST_ROWS:
        return None
    for step in (_DAY, _HOUR, timedelta(minutes=1)):
        rounded = floor_time(end, step)
        if times.rows_before(rounded) >= 0.9 * times.rows_before(end):
            end = rounded
            break
    start = floor_time(times.oldest, timedelta(minutes=1))
    return ReferenceStretch(start=start, end=end, rows=round(times.rows_before(end)))
