"""Each row is in exactly one of the windows that follow each other, whatever the clocks did."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.times.windows import WindowRequest
from tests.support.log_window import ids, read_log

# The nights in which Berlin's clocks are put back and forward.
NIGHTS = {
    "back": datetime(2025, 10, 25, 20, tzinfo=UTC),
    "forward": datetime(2025, 3, 29, 20, tzinfo=UTC),
}
HOURS = 12
ZONES = ("local", "UTC", "+05:30", "-03:00")


def written(moment: datetime, zone: str) -> str:
    """Return a time as some API writes it: on Berlin's clock without a zone, or with an offset."""
    if zone == "local":
        return moment.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None).isoformat(" ")
    if zone == "UTC":
        return moment.isoformat()
    hours, minutes = int(zone[:3]), int(zone[4:])
    offset = timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes)
    return (moment + offset).replace(tzinfo=None).isoformat() + zone


@pytest.mark.parametrize("night", NIGHTS)
@settings(max_examples=20)
@given(
    rows=st.lists(st.tuples(st.integers(0, HOURS * 3600 - 1), st.sampled_from(ZONES)), max_size=30),
    length=st.sampled_from([timedelta(minutes=30), timedelta(hours=1), timedelta(hours=5)]),
)
def test_no_row_is_in_two_windows_or_in_none(
    night: str, rows: list[tuple[int, str]], length: timedelta
) -> None:
    start = NIGHTS[night]
    lines = ["id,timestamp"]
    lines += [
        f"{number},{written(start + timedelta(seconds=seconds), zone)}"
        for number, (seconds, zone) in enumerate(rows)
    ]
    log = "\n".join(lines) + "\n"
    found: Counter[str] = Counter()
    end = start - timedelta(hours=2)
    while end < start + timedelta(hours=HOURS + 2):
        end += length
        window = read_log(
            {"log.csv": log}, request=WindowRequest(end=end, last=length), zone="Europe/Berlin"
        )
        assert not window.tally.rejected
        found.update(ids(window))
    assert found == Counter(str(number) for number in range(len(rows)))


def test_a_row_of_the_future_waits_for_its_window() -> None:
    log = "id,timestamp\nnow,2025-03-04T12:00:00Z\nlater,2031-01-01T00:00:00Z\n"
    by_time = read_log({"log.csv": log})
    by_rows = read_log(
        {"log.csv": log}, request=WindowRequest(end=datetime(2025, 3, 5, tzinfo=UTC), rows=5)
    )
    assert ids(by_time) == ids(by_rows) == ["now"]
    then = WindowRequest(end=datetime(2031, 1, 2, tzinfo=UTC), last=timedelta(days=2))
    assert ids(read_log({"log.csv": log}, request=then)) == ["later"]
