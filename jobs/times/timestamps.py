"""Texts to moments, in every usual notation, by whole columns; no IO and no clock.

The meaning of a text depends on the text and the rules alone, never on the texts beside it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.times.time_formats import TimeFormat
from jobs.times.timestamp_parts import (
    SECOND,
    Flags,
    Integers,
    Parts,
    Texts,
    as_flags,
    day_and_month,
    days_since_epoch,
    full_year,
    microseconds_of_day,
)
from jobs.times.timestamp_shapes import EPOCH, PLAIN_LOCAL, PLAIN_ZONED, SHAPES
from jobs.times.timestamp_zones import read_zones, utc_offsets

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are counted from it, in any zone
_FIRST_MOMENT = 0
_LAST_MOMENT = 7_258_118_400 * SECOND  # 2200-01-01
_SAMPLE = 16
_NO_VALUE = pa.array(["", "-", "n/a", "na", "nan", "nat", "none", "null"])


class TimestampFault(enum.IntEnum):
    """The reason why a text is not a usable moment."""

    NONE = 0
    ABSENT = 1
    UNREADABLE = 2
    AMBIGUOUS = 3
    OUT_OF_RANGE = 4
    UNKNOWN_ZONE = 5

    @property
    def reason(self) -> str:
        """The fault in words, the same for every row."""
        return _REASONS[self]


_REASONS = {
    TimestampFault.NONE: "",
    TimestampFault.ABSENT: "no timestamp",
    TimestampFault.UNREADABLE: "unreadable timestamp",
    TimestampFault.AMBIGUOUS: "ambiguous date; set predictions.day_first",
    TimestampFault.OUT_OF_RANGE: "year outside 1970 to 2199",
    TimestampFault.UNKNOWN_ZONE: "unknown or ambiguous time zone; set predictions.timezone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampRules:
    """The rules for what a text does not say itself.

    Attributes
    ----------
    timezone
        The IANA zone of texts without a zone. Where a local time comes twice (clocks go back), the
        first is meant; where it never comes (clocks go forward), the offset before the change
        counts, so that 02:30 is read as 03:30. Both are what ``fold=0`` means in `datetime`.
    day_first
        Whether ``03/04/2025`` is 3 April. None accepts such a date only where one part is above
        12 or both are equal.
    search
        A format of times that are searched in the texts; None where a text is a time itself.
    every
        A text that stands for all texts, whatever is in them; None where each counts.
    """

    timezone: str = "UTC"
    day_first: bool | None = None
    search: TimeFormat | None = None
    every: str | None = None

    @property
    def takes_texts_as_they_are(self) -> bool:
        """Whether a text is the time, all of it."""
        return self.search is None and self.every is None

    def searching(self, search: TimeFormat) -> TimestampRules:
        """Return these rules for texts that hold a time somewhere."""
        return replace(self, search=search)

    def of_all(self, text: str) -> TimestampRules:
        """Return these rules for rows that all have the time of one text."""
        return replace(self, every=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamps:
    """One column of moments.

    Attributes
    ----------
    moments
        Microseconds since 1970-01-01 UTC; further digits are cut off. 0 for a text with a fault.
    faults
        A `TimestampFault` per text.
    zoneless
        Which texts have no zone, so that the zone of the rules was assumed.
    """

    moments: Integers
    faults: npt.NDArray[np.uint8]
    zoneless: Flags

    def repeated(self, count: int) -> Timestamps:
        """Return so many times the only one."""
        return Timestamps(
            moments=np.repeat(self.moments, count),
            faults=np.repeat(self.faults, count),
            zoneless=np.repeat(self.zoneless, count),
        )


# Reads the texts that matched a pattern; None if it cannot.
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
    if rules.every is not None:
        one = read_timestamps(pa.array([rules.every]), replace(rules, every=None, search=None))
        return one.repeated(len(texts))
    if rules.search is not None:
        return read_timestamps(rules.search.texts_in(texts), replace(rules, search=None))
    plain = read_plain_timestamps(texts, rules)
    if plain is not None:
        return plain
    texts = pc.utf8_trim_whitespace(pc.fill_null(texts, ""))
    column = _Column(len(texts))
    absent = as_flags(pc.is_in(pc.utf8_lower(texts), value_set=_NO_VALUE))
    column.faults[absent] = TimestampFault.ABSENT
    rest = np.flatnonzero(~absent)
    rest = column.fill(texts, rest, PLAIN_LOCAL, lambda part, _: read_plain_timestamps(part, rules))
    rest = column.fill(texts, rest, PLAIN_ZONED, lambda part, _: read_plain_timestamps(part, rules))
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
        moments[zoneless] -= utc_offsets(local[zoneless], rules.timezone)
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
        """Read the rows whose text matches `pattern`; return the rows that are left."""
        if not len(rows):
            return rows
        candidates = texts.take(pa.array(rows))
        matches = pc.match_substring_regex(candidates, pattern)
        matched = as_flags(matches)
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


def read_plain_timestamps(texts: Texts, rules: TimestampRules) -> Timestamps | None:
    """Read plain ISO 8601 by pyarrow; None unless all texts have the same plain shape.

    A plain text has only digits, ``-``, ``:``, ``.``, ``T``, ``Z``, ``+`` and one space.
    """
    if texts.null_count or not len(texts):
        return None
    # A conversion that fails makes a message for every text, so a few texts are tried first.
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
    # In any unit, the first sixteen digits of a moment since 2001 are its microseconds.
    padded = pc.utf8_slice_codeunits(pc.utf8_rpad(digits, 16, "0"), 0, 16)
    moments = padded.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return moments_of(moments, np.zeros(len(moments), np.bool_), TimestampRules())


def _read(texts: Texts, pattern: str, rules: TimestampRules) -> Timestamps:
    parts = Parts(pc.extract_regex(texts, pattern))
    day, month, ambiguous = day_and_month(parts, rules.day_first)
    date, date_valid = days_since_epoch(full_year(parts), month, day)
    clock, clock_valid = microseconds_of_day(parts)
    zones = read_zones(parts, rules.timezone)
    zoneless = zones.zoneless
    local = date * 86_400 * SECOND + clock - zones.offsets_s * SECOND
    for name, rows in zones.names.items():
        local[rows] -= utc_offsets(local[rows], name)
    read = moments_of(local, zoneless, rules)
    faults = read.faults.copy()
    faults[zones.unknown] = TimestampFault.UNKNOWN_ZONE
    faults[~(date_valid & clock_valid & ~zones.unreadable)] = TimestampFault.UNREADABLE
    faults[ambiguous & (faults == TimestampFault.NONE)] = TimestampFault.AMBIGUOUS
    good = faults == TimestampFault.NONE
    return Timestamps(
        moments=np.where(good, read.moments, 0), faults=faults, zoneless=zoneless & good
    )
