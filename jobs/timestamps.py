"""Texts to moments: every usual way to write one, whole columns at a time, no IO and no clock.

What one text means depends on that text and on the rules alone, never on its neighbours.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.timestamp_shapes import EPOCH, MONTHS, PLAIN_LOCAL, PLAIN_ZONED, SHAPES, ZONE_HOURS

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# pyarrow ships no types.
Texts = Any

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are counted from it, in any zone
_SECOND = 1_000_000
_QUARTER_HOUR = 900 * _SECOND
_FIRST_MOMENT = 0
_LAST_MOMENT = 7_258_118_400 * _SECOND  # 2200-01-01
_SAMPLE = 16
_NO_VALUE = pa.array(["", "-", "n/a", "na", "nan", "nat", "none", "null"])
_MONTHS = pa.array(MONTHS)
_ZONE_NAMES = pa.array(list(ZONE_HOURS))
_ZONE_SECONDS = np.array(list(ZONE_HOURS.values()), dtype=np.int64) * 3600


class TimestampFault(enum.IntEnum):
    """Why a text is no usable moment."""

    NONE = 0
    ABSENT = 1
    UNREADABLE = 2
    AMBIGUOUS = 3
    OUT_OF_RANGE = 4

    @property
    def reason(self) -> str:
        """The words for it, the same for every row."""
        return _REASONS[self]


_REASONS = {
    TimestampFault.NONE: "",
    TimestampFault.ABSENT: "no timestamp",
    TimestampFault.UNREADABLE: "unreadable timestamp",
    TimestampFault.AMBIGUOUS: "ambiguous date; set predictions.day_first",
    TimestampFault.OUT_OF_RANGE: "year outside 1970 to 2199",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRules:
    """How to read what a text leaves open.

    Attributes
    ----------
    timezone
        The IANA zone of texts without one. Where a local time comes twice (clocks go back), the
        first is meant; where it never comes (clocks go forward), the offset before the change
        counts, so that 02:30 is read as 03:30. Both are what ``fold=0`` means in `datetime`.
    day_first
        Whether ``03/04/2025`` is 3 April. None accepts such a date only where one part is above
        12 or both are equal.
    """

    timezone: str = "UTC"
    day_first: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamps:
    """One column of moments.

    Attributes
    ----------
    moments
        Microseconds since 1970-01-01 UTC; digits beyond are cut off. 0 where there is a fault.
    faults
        A `TimestampFault` per text.
    zoneless
        Which texts carried no zone, so that the rules' zone was assumed.
    """

    moments: Integers
    faults: npt.NDArray[np.uint8]
    zoneless: Flags


# Reads the texts that matched a pattern; None where it cannot.
Reader = Callable[[Texts, str], Timestamps | None]


def parse_timestamp(text: str, timezone: str = "UTC") -> datetime:
    """Return the moment that one text names, in UTC.

    Parameters
    ----------
    text
        ISO 8601, epoch seconds or any other shape that a log may use.
    timezone
        The zone that is assumed where the text has none.

    Raises
    ------
    ValueError
        If the text names no moment; the message says what is expected.
    """
    try:
        column = pa.array([text], pa.string())
    except UnicodeEncodeError:
        column = pa.array([""])
    read = read_timestamps(column, TimestampRules(timezone=timezone))
    fault = TimestampFault(int(read.faults[0]))
    if fault is TimestampFault.AMBIGUOUS:
        raise ValueError('a date that can be read one way only, such as "2025-03-04T10:00:00Z"')
    if fault is not TimestampFault.NONE:
        raise ValueError('a time between 1970 and 2199, such as "2025-03-04T10:00:00Z"')
    return to_datetime(int(read.moments[0]))


def to_datetime(moment: int) -> datetime:
    """Return microseconds since 1970-01-01 UTC as a datetime in UTC."""
    return (_EPOCH + timedelta(microseconds=moment)).replace(tzinfo=UTC)


def to_moment(time: datetime) -> int:
    """Return an aware datetime as microseconds since 1970-01-01 UTC."""
    return (time - _EPOCH.replace(tzinfo=UTC)) // timedelta(microseconds=1)


def read_timestamps(texts: Texts, rules: TimestampRules) -> Timestamps:
    """Return the moments that a column of texts names.

    Parameters
    ----------
    texts
        A pyarrow array of strings; null and empty are `TimestampFault.ABSENT`.
    rules
        How to read what the texts leave open.
    """
    plain = _read_plain(texts, rules)
    if plain is not None:
        return plain
    texts = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    column = _Column(len(texts))
    absent = _flags(pc.is_in(pc.utf8_lower(texts), value_set=_NO_VALUE))
    column.faults[absent] = TimestampFault.ABSENT
    rest = np.flatnonzero(~absent)
    rest = column.fill(texts, rest, PLAIN_LOCAL, lambda part, _: _read_plain(part, rules))
    rest = column.fill(texts, rest, PLAIN_ZONED, lambda part, _: _read_plain(part, rules))
    rest = column.fill(texts, rest, EPOCH, lambda part, _: _read_epoch(part))
    for shape in SHAPES:
        rest = column.fill(texts, rest, shape, lambda part, pattern: _read(part, pattern, rules))
    return Timestamps(moments=column.moments, faults=column.faults, zoneless=column.zoneless)


def moments_of(local: Integers, zoneless: Flags, rules: TimestampRules) -> Timestamps:
    """Return typed moments with the range checked and, where `zoneless`, the zone applied.

    Parameters
    ----------
    local
        Microseconds since 1970-01-01, in UTC or, where `zoneless`, in the rules' zone.
    """
    moments = local.copy()
    if rules.timezone != "UTC" and zoneless.any():
        moments[zoneless] -= _utc_offsets(local[zoneless], rules.timezone)
    outside = (moments < _FIRST_MOMENT) | (moments >= _LAST_MOMENT)
    moments[outside] = 0
    faults = np.where(outside, TimestampFault.OUT_OF_RANGE, TimestampFault.NONE).astype(np.uint8)
    return Timestamps(moments=moments, faults=faults, zoneless=zoneless & ~outside)


class _Column:
    """The result while it is being filled, shape by shape."""

    def __init__(self, length: int) -> None:
        self.moments = np.zeros(length, np.int64)
        self.faults = np.full(length, TimestampFault.UNREADABLE, np.uint8)
        self.zoneless = np.zeros(length, np.bool_)

    def fill(self, texts: Texts, rows: Integers, pattern: str, read: Reader) -> Integers:
        """Read those of `rows` that `pattern` matches; return the rows that are left."""
        if not len(rows):
            return rows
        candidates = texts.take(pa.array(rows))
        matches = pc.match_substring_regex(candidates, pattern)
        matched = _flags(matches)
        if not matched.any():
            return rows
        result = read(candidates.filter(matches), pattern)
        if result is None:
            return rows
        found = rows[matched]
        self.moments[found] = result.moments
        self.faults[found] = result.faults
        self.zoneless[found] = result.zoneless
        rest: Integers = rows[~matched]
        return rest


def _read_plain(texts: Texts, rules: TimestampRules) -> Timestamps | None:
    """Let pyarrow read plain ISO 8601; None unless every text is of the same plain shape."""
    if texts.null_count or not len(texts):
        return None
    # A conversion that fails makes a message for every single text: try a few first.
    sample = texts.take(pa.array(np.linspace(0, len(texts) - 1, _SAMPLE).astype(np.int64)))
    for zone in (None, "UTC"):
        try:
            sample.cast(pa.timestamp("us", zone))
            typed = texts.cast(pa.timestamp("us", zone))
        except pa.ArrowInvalid:
            continue
        local = typed.cast(pa.int64()).to_numpy(zero_copy_only=False)
        return moments_of(local, np.full(len(local), zone is None), rules)
    return None


def _read_epoch(texts: Texts) -> Timestamps:
    digits = pc.replace_substring(texts, ".", "")
    # Whatever the unit, the first sixteen digits of a moment since 2001 are its microseconds.
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 16, "0"), 0, 16)
    moments = padded.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return moments_of(moments, np.zeros(len(moments), np.bool_), TimestampRules())


def _read(texts: Texts, pattern: str, rules: TimestampRules) -> Timestamps:
    parts = _Parts(pc.extract_regex(texts, pattern))
    day, month, ambiguous = _day_and_month(parts, rules)
    date, date_valid = _days(_full_year(parts), month, day)
    clock, clock_valid = _clock(parts)
    offset, zoneless, zone_valid = _zone(parts)
    local = date * 86_400 * _SECOND + clock - offset * _SECOND
    read = moments_of(local, zoneless, rules)
    faults = read.faults.copy()
    faults[~(date_valid & clock_valid & zone_valid)] = TimestampFault.UNREADABLE
    faults[ambiguous & (faults == TimestampFault.NONE)] = TimestampFault.AMBIGUOUS
    good = faults == TimestampFault.NONE
    return Timestamps(
        moments=np.where(good, read.moments, 0), faults=faults, zoneless=zoneless & good
    )


class _Parts:
    """The named groups of one shape, as columns."""

    def __init__(self, groups: Texts) -> None:
        self._groups = groups
        self._names = {field.name for field in groups.type}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def texts(self, name: str) -> Texts:
        """Return the group's texts, empty where it took no part in the match."""
        if name not in self._names:
            return pa.array([""] * len(self._groups), pa.string())
        return pc.struct_field(self._groups, name)

    def numbers(self, name: str) -> Integers:
        """Return the group's numbers, 0 where it took no part in the match."""
        return _integers(self.texts(name))


def _full_year(parts: _Parts) -> Integers:
    year = parts.numbers("year")
    short = _flags(pc.equal(pc.utf8_length(parts.texts("year")), 2))
    return np.where(short, np.where(year < 70, year + 2000, year + 1900), year)


def _day_and_month(parts: _Parts, rules: TimestampRules) -> tuple[Integers, Integers, Flags]:
    if "first" in parts:
        return _open_order(parts.numbers("first"), parts.numbers("second_part"), rules.day_first)
    day = parts.numbers("day")
    if "monthname" in parts:
        names = pc.utf8_lower(pc.utf8_slice_codeunits(parts.texts("monthname"), 0, 3))
        index = pc.index_in(names, value_set=_MONTHS).to_numpy(zero_copy_only=False)
        return day, index.astype(np.int64) + 1, np.zeros(len(day), np.bool_)
    return day, parts.numbers("month"), np.zeros(len(day), np.bool_)


def _open_order(
    first: Integers, second: Integers, day_first: bool | None
) -> tuple[Integers, Integers, Flags]:
    if day_first is None:
        ambiguous: Flags = (first <= 12) & (second <= 12) & (first != second)
        swapped = second > 12
    else:
        ambiguous = np.zeros(len(first), np.bool_)
        swapped = np.full(len(first), not day_first)
    return np.where(swapped, second, first), np.where(swapped, first, second), ambiguous


def _days(year: Integers, month: Integers, day: Integers) -> tuple[Integers, Flags]:
    """Days since 1970-01-01, and which dates exist."""
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= after - first)
    return first + day - 1, valid


def _clock(parts: _Parts) -> tuple[Integers, Flags]:
    """Microseconds since midnight, and which times of day exist (24:00:00 and :60 do)."""
    hour, minute, second = (parts.numbers(name) for name in ("hour", "minute", "second"))
    digits = pc.utf8_rpad(pc.utf8_slice_codeunits(parts.texts("fraction"), 0, 6), 6, "0")
    fraction = _integers(digits)
    half = pc.utf8_lower(parts.texts("half"))
    halved = _flags(pc.not_equal(half, ""))
    valid = (hour <= 23) | ((hour == 24) & (minute + second + fraction == 0))
    valid &= (minute <= 59) & (second <= 60) & (~halved | ((hour >= 1) & (hour <= 12)))
    hour = np.where(halved, hour % 12 + 12 * _flags(pc.equal(half, "p")), hour)
    return ((hour * 60 + minute) * 60 + second) * _SECOND + fraction, valid


def _zone(parts: _Parts) -> tuple[Integers, Flags, Flags]:
    """Seconds east of Greenwich, which texts have no zone, and which offsets exist."""
    zone = pc.utf8_upper(parts.texts("zone"))
    zoneless = _flags(pc.equal(zone, ""))
    known = pc.index_in(zone, value_set=_ZONE_NAMES)
    named = _flags(known.is_valid())
    index = pc.fill_null(known, 0).to_numpy(zero_copy_only=False)
    digits = pc.utf8_rpad(pc.replace_substring_regex(zone, "[^0-9]", ""), 4, "0")
    hours = _integers(pc.utf8_slice_codeunits(digits, 0, 2))
    minutes = _integers(pc.utf8_slice_codeunits(digits, 2, 4))
    sign = np.where(_flags(pc.starts_with(zone, "-")), -1, 1)
    numeric = sign * (hours * 3600 + minutes * 60)
    valid = (hours <= 23) & (minutes <= 59)
    return np.where(named, _ZONE_SECONDS[index], numeric), zoneless, valid


def _utc_offsets(local: Integers, timezone: str) -> Integers:
    """Microseconds east of Greenwich for local times; clocks change at quarters of an hour."""
    quarters, back = np.unique(local // _QUARTER_HOUR, return_inverse=True)
    offsets = [_utc_offset(quarter, timezone) for quarter in quarters.tolist()]
    return np.array(offsets, dtype=np.int64)[back]


@lru_cache(maxsize=100_000)
def _utc_offset(quarter: int, timezone: str) -> int:
    try:
        local = _EPOCH + timedelta(microseconds=quarter * _QUARTER_HOUR)
    except OverflowError:
        return 0
    offset = local.replace(tzinfo=ZoneInfo(timezone)).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)


def _integers(texts: Texts) -> Integers:
    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    numbers: Integers = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _flags(array: Texts) -> Flags:
    flags: Flags = array.to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags
