from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.times.timestamps import (
    TimestampFault,
    TimestampRules,
    parse_timestamp,
    read_timestamps,
    to_datetime,
    to_moment,
)

TEN = datetime(2025, 3, 4, 10, tzinfo=UTC)

SAME_MOMENT = [
    "2025-03-04T10:00:00",
    "2025-03-04 10:00:00",
    "2025-03-04T10:00",
    "2025-03-04T10",
    "2025-03-04T10:00:00Z",
    "2025-03-04t10:00:00z",
    "2025-03-04T10:00:00.0000000000Z",
    "2025-03-04 10:00:00,000",
    "2025-03-04T12:00:00+02:00",
    "2025-03-04T12:00:00+0200",
    "2025-03-04T12:00:00+02",
    "2025-03-04 05:00:00 -05:00",
    "2025-03-04T11:00:00+01:00[Europe/Berlin]",
    "2025-03-04 10:00:00 UTC",
    "20250304T100000Z",
    "20250304100000",
    "1741082400",
    "1741082400.0",
    "1741082400000",
    "1741082400000000",
    "1741082400000000000",
    "2025/03/04 10:00",
    "2025/03/04 10:00:00",
    "04.03.2025 10:00:00",
    "4 Mar 2025 10:00:00",
    "4 March 2025, 10:00",
    "Mar 4, 2025 10:00 AM",
    "March 4, 2025 at 10:00 am",
    "Tue, 04 Mar 2025 10:00:00 GMT",
    "Tue, 4 Mar 2025 11:00:00 +0100",
    "Tue, 4 Mar 2025 05:00:00 EST",
    "Tuesday, 04-Mar-25 10:00:00 GMT",
    "Tue Mar  4 10:00:00 2025",
    "04/Mar/2025:11:00:00 +0100",
    "[04/Mar/2025:11:00:00 +0100]",
    "  2025-03-04T10:00:00  ",
]


def read(texts, **rules):
    return read_timestamps(pa.array(texts, pa.string()), TimestampRules(**rules))


@pytest.mark.parametrize("text", SAME_MOMENT)
def test_every_usual_way_to_write_a_moment_is_read(text):
    assert parse_timestamp(text) == TEN


def test_shapes_may_be_mixed_in_one_column():
    moments = read(SAME_MOMENT).moments
    assert {to_datetime(int(moment)) for moment in moments} == {TEN}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", TimestampFault.ABSENT),
        (None, TimestampFault.ABSENT),
        ("NaN", TimestampFault.ABSENT),
        ("null", TimestampFault.ABSENT),
        ("hello", TimestampFault.UNREADABLE),
        ("2025-02-30T10:00:00", TimestampFault.UNREADABLE),
        ("2025-13-01", TimestampFault.UNREADABLE),
        ("2025-03-04T25:00:00", TimestampFault.UNREADABLE),
        ("2025-03-04T24:00:01", TimestampFault.UNREADABLE),
        ("2025-03-04T10:61:00", TimestampFault.UNREADABLE),
        ("2025-03-04T10:00:00+25:00", TimestampFault.UNREADABLE),
        ("Mar 4, 2025 13:00 PM", TimestampFault.UNREADABLE),
        ("2025-03-04T10:00:00 nonsense", TimestampFault.UNREADABLE),
        ("12345", TimestampFault.UNREADABLE),
        ("-1741082400", TimestampFault.UNREADABLE),
        ("0001-01-01T00:00:00Z", TimestampFault.OUT_OF_RANGE),
        ("9999-12-31T23:59:59", TimestampFault.OUT_OF_RANGE),
        ("2200-01-01", TimestampFault.OUT_OF_RANGE),
        ("03/04/2025", TimestampFault.AMBIGUOUS),
        ("3-4-2025 10:00", TimestampFault.AMBIGUOUS),
    ],
)
def test_what_is_no_moment_has_a_fault_of_its_kind(text, fault):
    column = read([text, "2025-03-04T10:00:00", "4 Mar 2025"])
    assert column.faults[0] == fault
    assert column.moments[0] == 0
    assert column.faults[1] == TimestampFault.NONE


@pytest.mark.parametrize(
    ("text", "day_first", "expected"),
    [
        ("13/04/2025", None, datetime(2025, 4, 13, tzinfo=UTC)),
        ("04/13/2025", None, datetime(2025, 4, 13, tzinfo=UTC)),
        ("04/04/2025", None, datetime(2025, 4, 4, tzinfo=UTC)),
        ("03/04/2025", True, datetime(2025, 4, 3, tzinfo=UTC)),
        ("03/04/2025", False, datetime(2025, 3, 4, tzinfo=UTC)),
        ("03/04/2025 01:30:05 PM", False, datetime(2025, 3, 4, 13, 30, 5, tzinfo=UTC)),
        ("12/31/2025 12:00 AM", None, datetime(2025, 12, 31, tzinfo=UTC)),
    ],
)
def test_the_order_of_day_and_month_is_never_guessed(text, day_first, expected):
    column = read([text], day_first=day_first)
    assert to_datetime(int(column.moments[0])) == expected


def test_a_date_against_the_stated_order_is_unreadable():
    assert read(["04/13/2025"], day_first=True).faults[0] == TimestampFault.UNREADABLE


def test_a_leap_second_and_the_end_of_a_day_are_moments():
    assert parse_timestamp("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)
    assert parse_timestamp("2025-03-04T24:00:00Z") == datetime(2025, 3, 5, tzinfo=UTC)


def test_digits_beyond_microseconds_are_cut_off():
    assert parse_timestamp("2025-03-04T10:00:00.1234569Z").microsecond == 123456
    assert parse_timestamp("1741082400.1234569").microsecond == 123456


def test_a_local_time_that_comes_twice_means_the_first():
    assert parse_timestamp("2025-10-26T02:30:00", "Europe/Berlin") == datetime(
        2025, 10, 26, 0, 30, tzinfo=UTC
    )


def test_a_local_time_that_never_comes_counts_on_from_the_offset_before():
    assert parse_timestamp("2025-03-30T02:30:00", "Europe/Berlin") == datetime(
        2025, 3, 30, 1, 30, tzinfo=UTC
    )


def test_only_texts_without_a_zone_are_marked_as_such():
    texts = ["2025-03-04T10:00:00", "2025-03-04T10:00:00Z", "1741082400", "4 Mar 2025", "nothing"]
    assert read(texts).zoneless.tolist() == [True, False, False, True, False]


@pytest.mark.parametrize("text", ["tomorrow", "", "03/04/2025", "\ud800", "0001-01-01"])
def test_parsing_one_text_says_what_is_expected(text):
    with pytest.raises(ValueError, match="2025-03-04T10:00:00Z"):
        parse_timestamp(text)


MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(MOMENTS, OFFSETS)
def test_iso_with_an_offset_round_trips(local, offset):
    moment = local.replace(tzinfo=offset)
    assert parse_timestamp(moment.isoformat()) == moment
    assert parse_timestamp(moment.isoformat(" ")) == moment
    assert to_datetime(to_moment(moment)) == moment


@given(MOMENTS, st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_local_iso_is_read_as_the_standard_library_reads_it(local, zone):
    expected = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert parse_timestamp(local.isoformat(), zone) == expected


@given(MOMENTS, OFFSETS)
def test_mail_dates_are_read_as_the_standard_library_reads_them(local, offset):
    text = email.utils.format_datetime(local.replace(tzinfo=offset))
    assert parse_timestamp(text) == email.utils.parsedate_to_datetime(text)


@given(st.datetimes(datetime(2001, 9, 10), datetime(2199, 12, 30)))
def test_epoch_counts_round_trip(local):
    moment = local.replace(tzinfo=UTC)
    microseconds = to_moment(moment)
    assert parse_timestamp(str(microseconds)) == moment
    assert parse_timestamp(str(microseconds // 1000)) == moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )
    assert parse_timestamp(f"{microseconds // 10**6}.{moment.microsecond:06}") == moment


@given(
    st.lists(
        st.sampled_from([*SAME_MOMENT, "2025-02-30", "", "x", "2025-02-30T10:00:00Z", "0001-01-01"])
        | MOMENTS.map(datetime.isoformat)
    )
)
def test_no_text_changes_what_its_neighbours_mean(texts):
    together = read(texts, timezone="Europe/Berlin")
    alone = [read([text], timezone="Europe/Berlin") for text in texts]
    for name in ("moments", "faults", "zoneless"):
        expected = [getattr(column, name)[0] for column in alone]
        assert np.array_equal(getattr(together, name), expected)


@given(st.text(max_size=30) | st.from_regex(r"\A[0-9TZ:+ ./-]{0,30}\Z"))
def test_any_text_at_all_gives_a_moment_or_a_fault(text):
    column = read([text])
    assert (column.moments[0] == 0) or column.faults[0] == TimestampFault.NONE
