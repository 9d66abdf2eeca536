"""The short way through lines that all start with a plain timestamp says what the long way says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.predictions.formats.csv.equal_fields import times_of_first_fields
from jobs.times.timestamps import TimestampRules, Timestamps, to_moment
from tests.support.log_window import ids, read_log, rejected

NOON = datetime(2025, 3, 4, 12, tzinfo=UTC)


def times_of(content: bytes, delimiter: bytes = b",", zone: str = "UTC") -> Timestamps | None:
    raw = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(raw == ord("\n"))
    return times_of_first_fields(raw, ends, delimiter, TimestampRules(timezone=zone))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2025-03-04T12:00:00", "UTC", NOON),
        ("2025-03-04 12:00:00.000000", "UTC", NOON),
        ("2025-03-04T12:00:00Z", "Europe/Berlin", NOON),
        ("2025-03-04T12:00:00.000000+00:00", "Europe/Berlin", NOON),
        ("2025-03-04T13:00", "Europe/Berlin", NOON),
        ("2025-03-04", "UTC", NOON - timedelta(hours=12)),
    ],
)
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
def test_plain_times_of_one_length_are_read(
    text: str, zone: str, expected: datetime, delimiter: bytes
) -> None:
    line = text.encode() + delimiter + b"1" + delimiter + b"cat"
    found = times_of(line + b"\n" + line + b"\r\n" + line + b" and more\n", delimiter, zone)
    assert found is not None
    assert found.moments.tolist() == [to_moment(expected)] * 3
    assert found.zoneless.tolist() == [not text.endswith(("Z", "+00:00"))] * 3


GOOD = b"2025-03-04T12:00:00,1,cat\n"


@pytest.mark.parametrize(
    "odd",
    [
        b"2025-03-04T12:00:00.5,1,cat\n",
        b"\n",
        b"2025-03-04T12:00:0\n",
        b"2025-03-04T12:00:00\n",
        b"2025-03-04,12:00:00,cat\n",
        b"2025-03-04, 2:00:00,cat\n",
        b" 2025-03-04T12:00:0,1,cat\n",
        b"2025-02-30T12:00:00,1,cat\n",
        b"2225-02-03T12:00:00,1,cat\n",
        b",1,cat,2025-03-04T12:00:00\n",
        b"4 March 2025, 12:00,1,cat\n",
        "2025-03-04T12:00:0\u00e4,cat\n".encode(),
    ],
)
def test_one_line_of_another_kind_sends_all_the_long_way(odd: bytes) -> None:
    assert times_of(GOOD * 3) is not None
    assert times_of(GOOD + odd + GOOD) is None
    assert times_of(odd + GOOD) is None


@pytest.mark.parametrize("start", [b"x", b"1741089600", b"2025-3-4", b"", b"x" * 40])
def test_lines_without_a_plain_time_go_the_long_way(start: bytes) -> None:
    assert times_of((start + b",1,cat\n") * 3) is None


def row(hour: int, identity: int, more: str = "") -> str:
    """Return a row; hours count from the window's start, and those below 0 lie before it."""
    time = datetime(2025, 3, 4) + timedelta(hours=hour)
    return f"{time.isoformat()},{identity},cat{more}\n"


def test_rows_outside_the_window_may_have_any_fields_and_those_inside_are_counted() -> None:
    lines = [row(-30, 1), row(-29, 2, ",more"), row(1, 3), row(2, 4, ",more"), row(30, 5, ",more")]
    rows = read_log({"log.csv": "timestamp,id,name\n" + "".join(lines)})
    assert ids(rows) == ["3"]
    assert rejected(rows) == [(5, "wrong number of fields")]
    assert rows.tally.rows == 2


FIELDS = st.sampled_from(["1", "", "cat", " ", "2025-03-04T10:00:00", "ü"])
TIMES = st.one_of(
    st.integers(-60, 60).map(lambda hour: datetime(2025, 3, 4) + timedelta(hours=hour)),
).map(datetime.isoformat)
ODD_TIMES = st.sampled_from(["", "hm", "2025-03-04", "2025-03-04 10:00:00.5", "04/05/2025"])


@settings(max_examples=80)
@given(
    rows=st.lists(
        st.tuples(
            st.one_of(TIMES, TIMES, TIMES, ODD_TIMES), st.lists(FIELDS, min_size=1, max_size=3)
        ),
        max_size=12,
    )
)
def test_where_the_time_stands_changes_nothing(rows: list[tuple[str, list[str]]]) -> None:
    first = "timestamp,id,name\n"
    second = "id,timestamp,name\n"
    for time, fields in rows:
        first += ",".join([time, *fields]) + "\n"
        second += ",".join([fields[0], time, *fields[1:]]) + "\n"
    one, other = read_log({"log.csv": first}), read_log({"log.csv": second})
    assert one.fields.equals(other.fields)
    assert one.raw.equals(other.raw[list(one.raw.columns)])
    assert one.tally == other.tally
