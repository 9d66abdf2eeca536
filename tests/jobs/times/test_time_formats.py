"""Times are found in names by their format, and by nothing but a time."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from jobs.times.time_formats import TimeFormat, day_part
from jobs.times.timestamps import TimestampRules, parse_timestamp, read_timestamps, to_datetime


@pytest.mark.parametrize(
    ("written", "name", "time"),
    [
        ("%d-%m-%Y", "photos/31-12-2025/a.jpg", "2025-12-31T00:00:00"),
        ("%d-%m-%Y %H:%M:%S", "31-12-2025 10:11:12/a.json", "2025-12-31T10:11:12"),
        ("%Y%m%d_%H%M%S", "cam1/20251231_101112.jpg", "2025-12-31T10:11:12"),
        ("%Y%m%d%H%M%S%3f", "a_20251231101112345_7.jpg", "2025-12-31T10:11:12.345"),
        ("%Y-%m-%dT%H:%M:%S.%3fZ", "job-2025-12-31T10:11:12.345Z/p", "2025-12-31T10:11:12.345Z"),
        ("%Y-%m-%dT%H%M%S%z", "2025-12-31T101112+0100.jpg", "2025-12-31T10:11:12+0100"),
        ("Asia/Tokyo %Y-%m-%d", "2025-12-31/x.csv", "2025-12-31T00:00:00 Asia/Tokyo"),
        ("utc %Y-%m-%d", "2025-12-31/x.csv", "2025-12-31T00:00:00Z"),
        ("+05:30 %Y-%m-%d", "2025-12-31/x.csv", "2025-12-31T00:00:00+05:30"),
        ("%d %b %Y %I%p", "31 Dec 2025 07PM.csv", "2025-12-31T19:00:00"),
        ("%Y/%j", "2025/365/x.csv", "2025-12-31T00:00:00"),
        ("%-d.%-m.%Y", "1.2.2025.csv", "2025-02-01T00:00:00"),
        ("%Q", "cam_1741000000123.jpg", "1741000000123"),
        ("%Y/%m/%d/%Y%m%d", "2025/12/31/20251231.jpg", "2025-12-31T00:00:00"),
        # The last one: names become finer from left to right.
        ("%Y-%m-%d", "backup-2024-01-01/2025-12-31.csv", "2025-12-31T00:00:00"),
    ],
)
def test_a_time_is_found_by_its_format(written, name, time):
    assert TimeFormat(written).text_in(name) == time
    parse_timestamp(time)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("%Y%m%d", "120251231.jpg"),
        ("%Y%m%d", "202512314.jpg"),
        ("%d-%m-%Y", "31-02-2025/a.jpg"),
        ("%d-%m-%Y", "12-31-2025/a.jpg"),
        ("%Y/%j", "2025/366/x"),
        ("%d %b %Y", "31 Foo 2025"),
        ("%Y/%m/%d/%Y%m%d", "2025/12/30/20251231.jpg"),
        ("%Y%m%d_%H%M%S", "cam1/20251231.jpg"),
    ],
)
def test_what_is_no_such_time_is_none(written, name):
    assert TimeFormat(written).text_in(name) is None


@pytest.mark.parametrize("written", ["%H%M%S", "%Y-%m", "%m-%d", "%Y-%q-%d", "Asia/Tokio %Y%m%d"])
def test_a_format_that_tells_no_day_is_refused(written):
    with pytest.raises(ValueError, match=r"year, month and day|directives|a zone"):
        TimeFormat(written)


def test_the_day_of_a_format_keeps_its_clock():
    day = day_part("Asia/Tokyo %d-%m-%Y %H:%M:%S")
    assert day is not None
    assert (day.written, day.is_of_days) == ("Asia/Tokyo %d-%m-%Y", True)
    assert day_part("%Q") is None


def test_rules_search_texts_and_may_stand_for_all_of_them():
    rules = TimestampRules(timezone="Europe/Berlin")
    searched = read_timestamps(
        pa.array(["a_20250601_120000.jpg", None, "b.jpg"]),
        rules.searching(TimeFormat("%Y%m%d_%H%M%S")),
    )
    assert to_datetime(int(searched.moments[0])) == datetime(2025, 6, 1, 10, tzinfo=UTC)
    assert searched.faults.astype(bool).tolist() == [False, True, True]
    same = read_timestamps(pa.array(["x", "y"]), rules.of_all("2025-06-01T12:00:00"))
    assert set(same.moments.tolist()) == {int(searched.moments[0])}
    assert same.zoneless.tolist() == [True, True]
