"""The parts of written moments: from the groups of a pattern to days and times of day."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.times.timestamp_shapes import MONTHS

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# pyarrow ships no types.
Texts = Any

SECOND = 1_000_000
_MONTHS = pa.array(MONTHS)


class Parts:
    """The named groups of one shape, as columns."""

    def __init__(self, groups: Texts) -> None:
        self._groups = groups
        self._names = {field.name for field in groups.type}

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def texts(self, name: str) -> Texts:
        """Return the texts of a group, empty where the group did not match."""
        if name not in self._names:
            return pa.array([""] * len(self._groups), pa.string())
        return pc.struct_field(self._groups, name)

    def numbers(self, name: str) -> Integers:
        """Return the numbers of a group, 0 where the group did not match."""
        return as_integers(self.texts(name))


def full_year(parts: Parts) -> Integers:
    """Return years; two digits mean 1970 to 2069."""
    year = parts.numbers("year")
    short = as_flags(pc.equal(pc.utf8_length(parts.texts("year")), 2))
    return np.where(short, np.where(year < 70, year + 2000, year + 1900), year)


def day_and_month(parts: Parts, day_first: bool | None) -> tuple[Integers, Integers, Flags]:
    """Return the days, the months, and whether each date can be read in two ways."""
    if "first" in parts:
        return _open_order(parts.numbers("first"), parts.numbers("second_part"), day_first)
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


def days_since_epoch(year: Integers, month: Integers, day: Integers) -> tuple[Integers, Flags]:
    """Return the days since 1970-01-01, and whether each date exists."""
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    valid = (month >= 1) & (month <= 12) & (day >= 1) & (day <= after - first)
    return first + day - 1, valid


def microseconds_of_day(parts: Parts) -> tuple[Integers, Flags]:
    """Return microseconds since midnight, and whether each time exists (24:00:00 and :60 do)."""
    hour, minute, second = (parts.numbers(name) for name in ("hour", "minute", "second"))
    digits = pc.utf8_rpad(pc.utf8_slice_codeunits(parts.texts("fraction"), 0, 6), 6, "0")
    fraction = as_integers(digits)
    half = pc.utf8_lower(parts.texts("half"))
    halved = as_flags(pc.not_equal(half, ""))
    valid = (hour <= 23) | ((hour == 24) & (minute + second + fraction == 0))
    valid &= (minute <= 59) & (second <= 60) & (~halved | ((hour >= 1) & (hour <= 12)))
    hour = np.where(halved, hour % 12 + 12 * as_flags(pc.equal(half, "p")), hour)
    return ((hour * 60 + minute) * 60 + second) * SECOND + fraction, valid


def as_integers(texts: Texts) -> Integers:
    """Return texts of digits as numbers; empty ones are 0."""
    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    numbers: Integers = filled.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def as_flags(array: Texts) -> Flags:
    """Return a pyarrow array of booleans as numpy's."""
    flags: Flags = array.to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags
