"""When a log's rows were written, and how many lie where, from a sample of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from jobs.predictions.row_times.seen import DAY_US
from jobs.times.timestamps import to_datetime, to_moment

_LATELY = timedelta(days=14)
_ROWS_LATELY = 2_000
# A pause of this share of the log's whole time, in a sample, is what was not sampled.
_UNSEEN_PAUSE = 0.25
# Fewer rows than this at the sample's end tell no rate.
_FEWEST_FOR_A_RATE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledTimes:
    """When the log's rows were written.

    Attributes
    ----------
    moments
        Times of sampled rows, microseconds since 1970-01-01 UTC, sorted. A sample that is not
        complete holds the oldest and the newest rows.
    rows
        How many rows the log has in all, perhaps estimated.
    share_found
        The share of rows whose image is there.
    distinct
        Different images per row that has one; below 1 where several rows name the same.
    images_since
        The first row with an image where all older ones have lost theirs; the rows are then those
        from this time on.
    """

    moments: Sequence[int]
    rows: int
    share_found: float
    is_complete: bool
    distinct: float = 1.0
    images_since: datetime | None = None

    @property
    def oldest(self) -> datetime:
        """The first row's time."""
        return to_datetime(int(self.moments[0]))

    @property
    def newest(self) -> datetime:
        """The last row's time."""
        return to_datetime(int(self.moments[-1]))

    @property
    def images_a_row(self) -> float:
        """Different images per row, at least 0.01."""
        return max(self.share_found * self.distinct, 0.01)

    def per_day(self) -> float:
        """Return how many rows a day has lately."""
        last = self._newest_rows()
        if not self.is_complete and len(last) < _FEWEST_FOR_A_RATE:
            length = max(min(_LATELY, self.newest - self.oldest), timedelta(hours=1))
            return self.since(length, self.newest) / (length / timedelta(days=1))
        days = (int(last[-1]) - int(last[0])) / DAY_US
        return len(last) / max(days, 1 / 24)

    def since(self, length: timedelta, end: datetime) -> float:
        """Return about how many rows lie in the stretch of `length` before `end`."""
        return self.rows_before(end) - self.rows_before(end - length)

    def rows_before(self, end: datetime) -> float:
        """Return about how many rows are older than `end`."""
        moments, numbers = np.asarray(self.moments), self._numbers()
        if self.is_complete:
            return float(np.searchsorted(moments, to_moment(end)) * self.rows / len(moments))
        return float(np.interp(to_moment(end), moments, numbers, left=0, right=self.rows))

    def time_of(self, row: float) -> datetime:
        """Return about when the row of a number was written; 0 is the oldest."""
        return to_datetime(int(np.interp(row, self._numbers(), np.asarray(self.moments))))

    def from_time(self, start: datetime) -> tuple[Sequence[int], int]:
        """Return the sampled times from `start` on, and how many rows the log has there."""
        first = int(np.searchsorted(np.asarray(self.moments), to_moment(start)))
        return self.moments[first:], max(1, round(self.rows - self.rows_before(start)))

    def _newest_rows(self) -> NDArray[np.int64]:
        moments = np.asarray(self.moments)
        pause = None if self.is_complete else _longest_pause(moments)
        newest = moments if pause is None else moments[pause + 1 :]
        last = newest[-_ROWS_LATELY:]
        if self.is_complete:
            recent = last[last > last[-1] - _LATELY / timedelta(microseconds=1)]
            last = recent if len(recent) >= 2 else last
        return last

    def _numbers(self) -> NDArray[np.float64]:
        """Return the number of each sampled row in the log; those not sampled lie in the pause."""
        moments = np.asarray(self.moments)
        places = np.arange(len(moments), dtype=np.float64)
        pause = None if self.is_complete else _longest_pause(moments)
        if pause is None:
            return places * (self.rows / len(moments))
        return places + np.where(places > pause, max(0, self.rows - len(moments)), 0)


def _longest_pause(moments: NDArray[np.int64]) -> int | None:
    """Return the place of the row before the pause that was not sampled; None without one."""
    gaps = np.diff(moments)
    if not len(gaps) or gaps.max() < _UNSEEN_PAUSE * max(1, moments[-1] - moments[0]):
        return None
    return int(gaps.argmax())
