"""Durations and window ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jobs.times.windows import floor_time, format_duration, parse_duration


@given(st.integers(1, 999_999), st.sampled_from("mhdw"))
def test_a_formatted_duration_reads_as_the_same_length(number, unit):
    assume(number * {"m": 1, "h": 60, "d": 1440, "w": 10080}[unit] <= 36_525 * 1440)
    length = parse_duration(f"{number}{unit}")
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize("text", ["", "7", "d", "7 days", "-1d", "0d", "1.5h", "7dd", "999999w"])
def test_any_other_text_is_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match='such as "7d"'):
        parse_duration(text)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)]),
)
def test_a_floored_time_is_the_last_multiple_that_is_not_later(moment, step):
    floored = floor_time(moment, step)
    assert floored <= moment < floored + step
    assert (floored - datetime(1970, 1, 1, tzinfo=UTC)) % step == timedelta()
