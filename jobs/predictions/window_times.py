"""What is known of the times of a window's rows beside the times themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.predictions.seen_times import NEAR_US, SeenTimes
from jobs.predictions.time_course import TimeCourse
from jobs.repeated_hours import in_repeated_hour
from jobs.timestamp_parts import Flags, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTimes:
    """How the times of a window are written, and what lies near them.

    Attributes
    ----------
    zoned, zoneless
        Rows of the window whose time carries a zone, and rows whose time carries none.
    newest_zoned, newest_zoneless
        The newest time of each kind in the window and the ten hours before it, microseconds since
        1970-01-01 UTC; None where there is none.
    repeated
        Rows of the window without a zone in an hour that comes twice, because clocks go back; all
        of them were read as the first.
    repeated_first
        The first such time, microseconds since 1970-01-01 UTC; None where there is none.
    delivered_again
        Rows that were left out because an equal one is in the window; see `deliveries`.
    seen
        The times of all rows near the window; None where they are not known.
    courses
        The times of each object by its lines; they depend on the log's order.
    """

    zoned: int = 0
    zoneless: int = 0
    newest_zoned: int | None = None
    newest_zoneless: int | None = None
    repeated: int = 0
    repeated_first: int | None = None
    delivered_again: int = 0
    seen: SeenTimes | None = None
    courses: Sequence[TimeCourse] = field(default=(), compare=False)

    @property
    def is_mixed(self) -> bool:
        """Whether times with a zone and times without one stand in the window or near it."""
        return None not in (self.newest_zoned, self.newest_zoneless)


def window_times(
    moments: Integers,
    zoneless: Flags,
    *,
    timezone: str,
    start: int,
    seen: SeenTimes,
) -> WindowTimes:
    """Return what is known of a window's times; the rest is for the reader to fill in.

    Parameters
    ----------
    moments, zoneless
        The times of the window's rows, and which carry no zone.
    timezone
        The zone that was assumed for those.
    start
        The window's start, microseconds since 1970-01-01 UTC.
    """
    local = moments[zoneless]
    twice = local[in_repeated_hour(local, timezone)] if timezone != "UTC" else local[:0]
    return WindowTimes(
        zoned=int((~zoneless).sum()),
        zoneless=int(zoneless.sum()),
        newest_zoned=_near(seen.newest_zoned, start),
        newest_zoneless=_near(seen.newest_zoneless, start),
        repeated=len(twice),
        repeated_first=int(twice.min()) if len(twice) else None,
        seen=seen,
    )


def _near(moment: int | None, start: int) -> int | None:
    return None if moment is None or moment < start - NEAR_US else moment
