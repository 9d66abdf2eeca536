from __future__ import annotations

import pyarrow as pa
import pytest

from jobs.times.timestamp_zones import FIXED_HOURS, abbreviations_of
from jobs.times.timestamps import TimestampFault, TimestampRules, read_timestamps, to_datetime

TEN = "2025-03-04 10:00 UTC"


def read(text: str, zone: str = "UTC") -> str:
    """Return what a text is read as: a minute in UTC, or the name of its fault."""
    column = read_timestamps(pa.array([text], pa.string()), TimestampRules(timezone=zone))
    fault = TimestampFault(int(column.faults[0]))
    if fault is not TimestampFault.NONE:
        assert column.moments[0] == 0
        assert not column.zoneless[0]
        return fault.name
    return f"{to_datetime(int(column.moments[0])):%Y-%m-%d %H:%M} UTC"


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04 11:00:00 CET",
        "2025-03-04 12:00:00 CEST",
        "2025-03-04T11:00:00CET",
        "2025-03-04 11:00:00.250 MEZ",
        "2025-03-04 19:00 JST",
        "20250304 190000 KST",
        "2025/03/04 05:00:00 EST",
        "04.03.2025 12:00 EET",
        "13/04/2025 03:00 AM PDT",
        "Tue Mar  4 21:00:00 AEDT 2025",
        "4 Mar 2025 19:30 ACST",
        "Tue, 04 Mar 2025 04:00:00 CST",
        "2025-03-04 11:00:00 +0100 CET",
        "2025-03-04 10:00:00.123456789 +0000 UTC",
        "2025-03-04 11:00:00 Europe/Berlin",
        "2025-03-04 05:00:00.000 America/New_York",
        "2025-03-04 11:00 UTC+1",
        "Tue Mar 04 2025 11:00:00 GMT+0100 (Central European Standard Time)",
    ],
)
def test_a_zone_that_means_one_offset_is_read(text: str) -> None:
    day = "2025-04-13" if text.startswith("13") else "2025-03-04"
    assert read(text) == f"{day} 10:00 UTC"


@pytest.mark.parametrize("zone", ["IST", "CST", "BST", "AST", "GST", "SST", "XYZ", "Mars/Base"])
def test_a_zone_that_means_several_or_none_is_a_fault_of_its_own(zone: str) -> None:
    assert read(f"2025-03-04 10:00:00 {zone}") == "UNKNOWN_ZONE"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("2025-03-04 15:30:00 IST", "Asia/Kolkata"),
        ("2025-03-04 12:00:00 IST", "Asia/Jerusalem"),
        ("2025-03-04 18:00:00 CST", "Asia/Shanghai"),
        ("2025-03-04 04:00:00 CST", "America/Chicago"),
        ("2025-03-04 18:00:00 PST", "Asia/Manila"),
    ],
)
def test_an_abbreviation_of_the_jobs_own_zone_is_that_zones(text: str, zone: str) -> None:
    assert read(text, zone) == TEN


def test_an_abbreviation_settles_an_hour_that_comes_twice() -> None:
    assert read("2025-10-26 02:30:00 CEST", "Europe/Berlin") == "2025-10-26 00:30 UTC"
    assert read("2025-10-26 02:30:00 CET", "Europe/Berlin") == "2025-10-26 01:30 UTC"


def test_a_time_that_names_two_zones_is_unreadable() -> None:
    assert read("2025-03-04 10:00:00 CET PST") == "UNREADABLE"
    assert read("2025-03-04 10:00:00+25:00") == "UNREADABLE"


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berlin", "Europe/Lisbon", "Europe/Athens", "Europe/Moscow", "Asia/Tokyo",
        "Asia/Seoul", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Karachi", "Africa/Johannesburg",
        "Africa/Lagos", "Africa/Maputo", "Africa/Nairobi", "Australia/Sydney", "Australia/Adelaide",
        "Australia/Perth", "Pacific/Auckland", "Pacific/Honolulu", "America/New_York",
        "America/Denver", "America/Los_Angeles", "America/Anchorage",
    ],
)  # fmt: skip
def test_the_fixed_offsets_are_those_of_the_zone_database(zone: str) -> None:
    own = abbreviations_of(zone)
    assert own
    assert own == {name: round(FIXED_HOURS[name] * 3600) for name in own}
