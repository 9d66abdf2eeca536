"""What a written zone means: offsets, abbreviations that mean one thing, names such as Asia/Tokyo.

An abbreviation is read in two cases:

- the job's own `predictions.timezone` uses it: under ``Asia/Kolkata``, IST is India's;
- in practice it means one offset everywhere (`FIXED_HOURS`).

Any other abbreviation is not guessed; its rows are rejected and counted: IST is India, Israel or
Ireland, CST is China or Chicago, BST is Britain or Bangladesh, AST is Arabia or the Atlantic, GST
is the Gulf or South Georgia, AMT is Armenia or the Amazon, SST is Singapore or Samoa, ADT, BDT,
ECT, NST and WST have two meanings too. Only a date as mails have it (``Tue, 04 Mar 2025 10:00:00
CST``) may say CST, since RFC 2822 section 4.3 gives it a meaning there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc

from jobs.times.timestamp_parts import SECOND, Flags, Integers, Parts, Texts, as_flags

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are counted from it, in any zone
_QUARTER_HOUR = 900 * SECOND

# EST, MST and PST are used elsewhere too, but RFC 2822 defines them as North America's.
FIXED_HOURS = {
    "Z": 0.0, "UTC": 0.0, "GMT": 0.0, "UT": 0.0,
    "WET": 0.0, "WEST": 1.0, "CET": 1.0, "CEST": 2.0, "MEZ": 1.0, "MESZ": 2.0,
    "EET": 2.0, "EEST": 3.0, "MSK": 3.0,
    "WAT": 1.0, "CAT": 2.0, "SAST": 2.0, "EAT": 3.0,
    "PKT": 5.0, "NPT": 5.75, "WIB": 7.0, "HKT": 8.0, "SGT": 8.0, "PHT": 8.0,
    "JST": 9.0, "KST": 9.0,
    "AWST": 8.0, "ACST": 9.5, "ACDT": 10.5, "AEST": 10.0, "AEDT": 11.0,
    "NZST": 12.0, "NZDT": 13.0,
    "EST": -5.0, "EDT": -4.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0, "PDT": -7.0,
    "AKST": -9.0, "AKDT": -8.0, "HST": -10.0, "BRT": -3.0, "ART": -3.0,
}  # fmt: skip
MAIL_HOURS = {"CST": -6.0}
# No zone's abbreviation has changed its offset since 2015; MSK did before.
_YEARS = range(2015, 2038)
_OFFSET = re.compile(r"(?:UTC?|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMeaning:
    """The meaning of one written zone.

    Attributes
    ----------
    offset_s
        Seconds east of Greenwich; 0 if `name` gives the zone instead.
    name
        The IANA zone, if the text names one.
    is_readable
        Whether the offset is possible: +25:00 is not.
    is_known
        Whether the text means exactly one zone.
    """

    offset_s: int = 0
    name: str | None = None
    is_readable: bool = True
    is_known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """The zones of one column of written times.

    Attributes
    ----------
    offsets_s
        Seconds east of Greenwich; 0 for a text without a zone or with an IANA zone.
    zoneless
        Which texts have no zone.
    names
        The IANA zones that the texts name, and the rows that name each.
    unreadable, unknown
        Which texts have an offset that is not possible, and which have an abbreviation that is not
        known or means several zones.
    """

    offsets_s: Integers
    zoneless: Flags
    names: dict[str, Flags]
    unreadable: Flags
    unknown: Flags


def read_zones(parts: Parts, timezone: str) -> Zones:
    """Return the meanings of a column's zones.

    Parameters
    ----------
    timezone
        The zone of texts without a zone. The abbreviations that it uses itself are known.
    """
    texts = parts.texts("zone")
    zoneless = as_flags(pc.equal(texts, ""))
    encoded = texts.dictionary_encode()
    written = [text or "" for text in encoded.dictionary.to_pylist()]
    place = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
    meanings = [zone_meaning(text, timezone, is_mail="mail" in parts) for text in written]
    names = {one.name for one in meanings if one.name is not None}
    unreadable = np.array([not one.is_readable for one in meanings], np.bool_)[place]
    return Zones(
        offsets_s=np.array([one.offset_s for one in meanings], np.int64)[place],
        zoneless=zoneless,
        names={
            name: np.array([one.name == name for one in meanings], np.bool_)[place]
            for name in sorted(names)
        },
        unreadable=unreadable | _contradicted(parts, texts),
        unknown=np.array([not one.is_known for one in meanings], np.bool_)[place],
    )


def _contradicted(parts: Parts, texts: Texts) -> Flags:
    """Tell which texts name two zones; ``+0100 CET`` names one, by its offset and by its name."""
    twice = as_flags(pc.not_equal(parts.texts("zone_again"), ""))
    return twice & as_flags(pc.match_substring_regex(texts, "^[A-Za-z/_]*$"))


@lru_cache(maxsize=65_536)
def zone_meaning(text: str, timezone: str = "UTC", *, is_mail: bool = False) -> ZoneMeaning:
    """Return the meaning of a zone in a log whose own is `timezone`; empty texts mean none."""
    upper = text.upper()
    offset = _OFFSET.fullmatch(upper)
    if offset is not None:
        hours, minutes = int(offset["hours"]), int(offset["minutes"] or 0)
        sign = -1 if offset["sign"] == "-" else 1
        return ZoneMeaning(
            offset_s=sign * (hours * 3600 + minutes * 60),
            is_readable=hours <= 23 and minutes <= 59,
        )
    if "/" in text:
        return ZoneMeaning(name=text) if _is_iana(text) else ZoneMeaning(is_known=False)
    own = abbreviations_of(timezone)
    if upper in own:
        return ZoneMeaning(offset_s=own[upper])
    hours_east = (FIXED_HOURS | MAIL_HOURS if is_mail else FIXED_HOURS).get(upper)
    if hours_east is not None:
        return ZoneMeaning(offset_s=round(hours_east * 3600))
    return ZoneMeaning(is_known=not text)


@lru_cache(maxsize=256)
def abbreviations_of(timezone: str) -> dict[str, int]:
    """Return the abbreviations that an IANA zone itself uses, in seconds east of Greenwich."""
    zone = ZoneInfo(timezone)
    found: dict[str, set[int]] = defaultdict(set)
    for year in _YEARS:
        for month in range(1, 13):
            local = datetime(year, month, 1, 12, tzinfo=zone)
            name, offset = local.tzname(), local.utcoffset()
            if name and name.isalpha() and offset is not None:
                found[name.upper()].add(offset // timedelta(seconds=1))
    return {name: min(offsets) for name, offsets in found.items() if len(offsets) == 1}


def _is_iana(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True


def utc_offsets(local: Integers, timezone: str) -> Integers:
    """Return microseconds east of Greenwich; clocks change at quarters of an hour."""
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
