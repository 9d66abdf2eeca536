"""What is known of the times of a window's rows beside the times themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.predictions.row_times.course import TimeCourse
from jobs.predictions.row_times.seen import NEAR_US, SeenTimes
from jobs.times.repeated_hours import in_repeated_hour
from jobs.times.timestamp_parts import Flags, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTimes:
    """How the times of a window are written, and what lies near them.

    Attributes
    ----------
    zoned, zoneless
        Rows of the window whose time carries a zone, and rows whose time carries none.
    nearby_zoned, nearby_zoneless
        The same for all rows that were read of the window and the ten hours before it.
    lead
        How much newer the newest of those without a zone is than the newest with one, in
        microseconds; None where either is missing.
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
    nearby_zoned: int = 0
    nearby_zoneless: int = 0
    lead: int | None = None
    repeated: int = 0
    repeated_first: int | None = None
    delivered_again: int = 0
    seen: SeenTimes | None = None
    courses: Sequence[TimeCourse] = field(default=(), compare=False)

    @property
    def is_mixed(self) -> bool:
        """Whether times with a zone and times without one stand in the window or near it."""
        return bool(self.nearby_zoned and self.nearby_zoneless)

    @property
    def newest(self) -> int | None:
        """The newest time of all rows that were read, in the window or after it."""
        return max((one.newest for one in self.courses if one.newest is not None), default=None)


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
    nearby = seen.zoned_and_zoneless(start - NEAR_US)
    lead = None
    if all(nearby) and seen.newest_zoned is not None and seen.newest_zoneless is not None:
        lead = seen.newest_zoneless - seen.newest_zoned
    return WindowTimes(
        zoned=int((~zoneless).sum()),
        zoneless=int(zoneless.sum()),
        nearby_zoned=nearby[0],
        nearby_zoneless=nearby[1],
        lead=lead,
        repeated=len(twice),
        repeated_first=int(twice.min()) if len(twice) else None,
        seen=seen,
    )
