"""Local times that come twice, because clocks go back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from jobs.times.timestamp_parts import Flags, Integers

# Clocks change at quarters of an hour.
_QUARTER_US = 900_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_repeated_hour(moments: Integers, timezone: str) -> Flags:
    """Tell which moments have a local time that comes twice that day.

    Parameters
    ----------
    moments
        Microseconds since 1970-01-01 UTC. They were read from local times, as the first of the two.
    timezone
        The IANA zone of the local times.
    """
    quarters, back = np.unique(moments // _QUARTER_US, return_inverse=True)
    found = [_is_repeated(quarter, timezone) for quarter in quarters.tolist()]
    flags: Flags = np.array(found, np.bool_)[back]
    return flags


@lru_cache(maxsize=100_000)
def _is_repeated(quarter: int, timezone: str) -> bool:
    moment = _EPOCH + timedelta(microseconds=quarter * _QUARTER_US)
    local = moment.astimezone(ZoneInfo(timezone))
    first, second = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    return first is not None and second is not None and first > second
