"""When a scrape was made, where its samples do not say so: by its object's name, or its writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jobs.buckets.bucket import ObjectInfo

_CLOCK = re.compile(
    r"(?<!\d)(20\d\d)[-_]?(\d\d)[-_]?(\d\d)[T_ /-]?(\d\d)[-_:.]?(\d\d)(?:[-_:.]?(\d\d))?(?!\d)(Z?)"
)
_EPOCH = re.compile(r"(?<!\d)(1[5-9]\d{8}|2\d{9})(\d{3})?(?!\d)")


def scrape_time(info: ObjectInfo, zone: ZoneInfo) -> float | None:
    """Return when the only scrape in an object was made, in seconds since 1970.

    Parameters
    ----------
    zone
        The zone of times in names; a ``Z`` behind one means UTC.
    """
    named = list(_times_in(info.name, zone))
    if named:
        return named[-1]
    return None if info.written is None else info.written.timestamp()


def _times_in(name: str, zone: ZoneInfo) -> Iterator[float]:
    for match in _CLOCK.finditer(name):
        parts = [int(one or 0) for one in match.groups()[:6]]
        try:
            time = datetime(*parts, tzinfo=UTC if match[7] else zone)  # type: ignore[misc, arg-type]
        except ValueError:
            continue
        yield time.timestamp()
    if not _CLOCK.search(name):
        for match in _EPOCH.finditer(name):
            yield int(match[1]) + int(match[2] or 0) / 1000
