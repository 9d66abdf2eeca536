"""Which rows a run should be about: a window that holds enough images and the newest rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from scipy.special import ndtri

from drift.power import images_needed
from jobs.timestamps import to_datetime, to_moment
from jobs.windows import floor_time

_LENGTHS = tuple(timedelta(days=days) for days in (1, 2, 3, 7, 14, 28))
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_ENOUGH = 100
# Every image of a window is fetched once; more than this in a day is better taken in part.
MOST_IMAGES = 50_000
_ROWS_OF_MANY = 20_000
_REFERENCE_IMAGES = 400
_STALE_AFTER = 2
# About how many statistics a run tests at once: three for each of some 25 columns, correlated.
_STATISTICS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTimes:
    """When the log's rows were written.

    Attributes
    ----------
    moments
        Times of sampled rows, microseconds since 1970-01-01 UTC, sorted.
    rows
        How many rows the log has in all, perhaps estimated.
    share_found
        The share of rows whose image is there.
    """

    moments: Sequence[int]
    rows: int
    share_found: float
    is_complete: bool

    @property
    def oldest(self) -> datetime:
        """The first row's time."""
        return to_datetime(int(self.moments[0]))

    @property
    def newest(self) -> datetime:
        """The last row's time."""
        return to_datetime(int(self.moments[-1]))

    def per_day(self) -> float:
        """Return how many rows a day has lately, from the newest rows of the sample."""
        last = np.asarray(self.moments[-max(2, min(len(self.moments), 2_000)) :])
        if self.is_complete:
            recent = last[last > last[-1] - 14 * 86_400_000_000]
            last = recent if len(recent) >= 2 else last
        days = (int(last[-1]) - int(last[0])) / 86_400_000_000
        return len(last) / max(days, 1 / 24)

    def since(self, length: timedelta, end: datetime) -> float:
        """Return about how many rows lie in the stretch of `length` before `end`."""
        if self.is_complete:
            low, high = to_moment(end - length), to_moment(end)
            return float(sum(low <= moment < high for moment in self.moments))
        start = max(end - length, self.oldest)
        days = max(timedelta(), min(end, self.newest) - start) / _DAY
        return days * self.per_day()


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


def critical_value(false_alarm_rate: float, families: int = 2) -> float:
    """Return about what a statistic of a run must exceed to alarm; the run itself measures it."""
    return float(-ndtri(false_alarm_rate / families / (2 * _STATISTICS)))


def enough_images(reference_images: int, effect: float, false_alarm_rate: float) -> int:
    """Return the window size at which shifts of `effect` are seen; 100 where none does."""
    needed = images_needed(reference_images, critical_value(false_alarm_rate), effect)
    return max(_ENOUGH, math.ceil((needed or _ENOUGH) * 1.1))


def propose_window(times: LogTimes, enough: int, now: datetime, *, most_rows: int) -> WindowGuess:
    """Return the shortest usual length with enough images; rows where the log is not live.

    Parameters
    ----------
    enough
        How many images a window should hold.
    now
        The time now.
    most_rows
        How many rows a window may take, because older ones serve as the reference.
    """
    share = max(times.share_found, 0.01)
    per_day = times.per_day() * share
    long_enough = [one for one in _LENGTHS if per_day * (one / _DAY) >= enough]
    now_enough = [one for one in long_enough if times.since(one, now) * share >= 0.8 * enough]
    length = next(iter(now_enough or long_enough), None)
    rate = f"the log has about {times.per_day():,.0f} rows a day lately"
    live = bool(now_enough)
    if live and per_day > MOST_IMAGES:
        return WindowGuess(
            rows=_ROWS_OF_MANY,
            images=round(_ROWS_OF_MANY * share),
            because=f"{rate}: a day would mean to fetch them all",
            notes=('`last = "1d"` takes every image of a day.',),
        )
    if live and length is not None:
        return WindowGuess(
            last=length,
            images=round(times.since(length, now) * share),
            because=f"{rate}; {enough:,} images are enough",
            align=_fine_align(times, length, now),
        )
    return _by_rows(times, enough, now, most_rows, length, rate)


def _by_rows(
    times: LogTimes,
    enough: int,
    now: datetime,
    most_rows: int,
    length: timedelta | None,
    rate: str,
) -> WindowGuess:
    share = max(times.share_found, 0.01)
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
        notes.append("Even four weeks hold fewer images than a verdict needs; rows count instead.")
    if rows * share < enough:
        notes.append(
            f"{rows * share:,.0f} images are few: shifts of half a standard deviation take about "
            f"{enough:,} to be seen."
        )
    return WindowGuess(
        rows=rows, images=round(rows * share), because=rate, notes=tuple(notes),
        align=_fine_align(times, timedelta(days=28), now),
    )  # fmt: skip


def _fine_align(times: LogTimes, length: timedelta, now: datetime) -> timedelta | None:
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


def propose_stretch(times: LogTimes) -> ReferenceStretch | None:
    """Return the oldest stretch of some hundred rows, at most half of the log; None without."""
    moments = np.asarray(times.moments)
    wanted = _REFERENCE_IMAGES / max(times.share_found, 0.05)
    place = int(min(wanted, times.rows / 2, len(moments) - 1))
    if place < 2 or moments[0] == moments[place]:
        return None
    end = to_datetime(int(moments[place]))
    for step in (_DAY, _HOUR, timedelta(minutes=1)):
        rounded = floor_time(end, step) + step
        held = int((moments < to_moment(rounded)).sum())
        if held <= 0.6 * times.rows and held < len(moments):
            end = rounded
            break
    start = floor_time(times.oldest, timedelta(minutes=1))
    held = int((moments < to_moment(end)).sum())
    return ReferenceStretch(start=start, end=end, rows=held)
