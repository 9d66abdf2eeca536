"""What is known of a log's times: zones, order, repeated hours, how many rows lie where."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_moment
from jobs.times.windows import WindowRequest
from tests.support.log_window import WINDOW_END, read_log

DAY = timedelta(days=1)
START = WINDOW_END - DAY


def csv(times: Sequence[str]) -> str:
    rows = [f"{time},{number}" for number, time in enumerate(times)]
    return "\n".join(["timestamp,id", *rows]) + "\n"


def every(minutes: int, count: int, start: datetime = START) -> list[datetime]:
    return [start + timedelta(minutes=minutes * number) for number in range(count)]


def switched(ahead: timedelta = timedelta(hours=9)) -> list[str]:
    """Return 100 times without a zone, on clocks that are ahead, and then 60 with one."""
    times = every(5, 160)
    naive = [f"{time + ahead:%Y-%m-%d %H:%M:%S}" for time in times[:100]]
    return naive + [f"{time:%Y-%m-%dT%H:%M:%S+00:00}" for time in times[100:]]


def jsonl(times: Sequence[str]) -> str:
    return "".join(f'{{"timestamp": "{time}", "id": {i}}}\n' for i, time in enumerate(times))


@pytest.mark.parametrize(("name", "write"), [("log.csv", csv), ("log.jsonl", jsonl)])
def test_zoned_and_unzoned_times_are_counted_and_their_first_lines_known(name, write):
    rows = read_log({name: write(switched())}, name)
    header = 1 if name == "log.csv" else 0
    (course,) = rows.times.courses
    assert (rows.times.zoneless, rows.times.zoned) == (100, 60)
    assert (course.first_zoneless, course.first_zoned) == (1 + header, 101 + header)
    assert rows.times.is_mixed


@pytest.mark.parametrize(("name", "write"), [("log.csv", csv), ("log.jsonl", jsonl)])
def test_a_jump_back_is_known_by_its_line(name, write):
    (course,) = read_log({name: write(switched())}, name).times.courses
    assert course.jumps_stand_out
    assert course.first_jump is not None
    assert course.first_jump.line == (102 if name == "log.csv" else 101)
    assert course.first_jump.back_us == 535 * 60_000_000


def test_a_jump_outside_the_window_is_known_too():
    times = [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in every(5, 60, START - 20 * DAY)]
    (course,) = read_log({"log.csv": csv(times[30:] + times[:30])}).times.courses
    assert course.first_jump is not None
    assert course.first_jump.line == 32


@pytest.mark.parametrize("kind", ["sorted", "shuffled", "newest first", "jitter"])
def test_no_jump_stands_out_of_a_log_in_another_order(kind):
    times = every(90, 200, START - 10 * DAY)
    if kind == "shuffled":
        random.Random(3).shuffle(times)
    elif kind == "newest first":
        times.reverse()
    elif kind == "jitter":
        times = [time + timedelta(minutes=(7 * i) % 50) for i, time in enumerate(times)]
    (course,) = read_log({"log.csv": csv([time.isoformat() for time in times])}).times.courses
    assert not course.jumps_stand_out


def test_the_kind_of_rows_just_before_a_window_of_rows_is_known():
    request = WindowRequest(end=WINDOW_END, rows=40)
    rows = read_log({"log.csv": csv(switched())}, request=request)
    assert (rows.times.zoneless, rows.times.zoned) == (40, 0)
    assert rows.times.is_mixed


def test_the_kind_of_rows_long_before_a_window_does_not_matter():
    old = [f"{time:%Y-%m-%dT%H:%M:%S}" for time in every(5, 50, START - DAY)]
    new = [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in every(5, 50)]
    rows = read_log({"log.csv": csv(old + new)})
    assert (rows.times.zoneless, rows.times.zoned) == (0, 50)
    assert not rows.times.is_mixed


def test_only_unzoned_rows_can_lie_in_a_repeated_hour():
    end = datetime(2025, 10, 27, tzinfo=UTC)
    request = WindowRequest(end=end, last=2 * DAY)
    text = csv(["2025-10-26 02:30", "2025-10-26 03:30", "2025-10-26T00:30Z", "2025-10-26 02:45"])
    berlin = read_log({"log.csv": text}, request=request, zone="Europe/Berlin").times
    assert berlin.repeated == 2
    assert berlin.repeated_first == to_moment(datetime(2025, 10, 26, 0, 30, tzinfo=UTC))
    assert read_log({"log.csv": text}, request=request).times.repeated == 0


def counted(rows: PredictionRows, start: datetime, end: datetime) -> int | None:
    assert rows.times.seen is not None
    return rows.times.seen.count(to_moment(start), to_moment(end))


def parquet_bytes(times: Sequence[str], rows_per_group: int) -> bytes:
    table = pa.table(
        {
            "timestamp": pa.array([datetime.fromisoformat(time) for time in times]),
            "id": [str(number) for number in range(len(times))],
        }
    )
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=rows_per_group)
    return buffer.getvalue()


NEARBY = [time.isoformat() for time in every(30, 4 * 48, START - 3 * DAY)]


def test_rows_of_the_day_before_the_window_are_counted_whatever_is_wrong_with_them():
    text = csv(NEARBY) + f"{(START - timedelta(hours=1)).isoformat()},too,many\n"
    rows = read_log({"log.csv": text})
    assert counted(rows, START, WINDOW_END) == 48
    assert counted(rows, START - DAY, START) == 49
    assert counted(rows, START - timedelta(hours=2), START) == 5


def test_what_was_not_read_is_not_counted():
    rows = read_log({"log.csv": csv(NEARBY)})
    assert counted(rows, START - 2 * DAY, START) is None
    assert counted(rows, START + timedelta(seconds=30), WINDOW_END) is None
    days = {f"log-{time[:10]}.csv": csv([]) for time in NEARBY}
    for name in days:
        days[name] = csv([time for time in NEARBY if time.startswith(name[4:14])])
    parts = read_log(days, "log-*.csv")
    assert counted(parts, START - DAY, START) == 48


def test_rows_of_row_groups_before_the_window_are_counted():
    groups = read_log({"log.parquet": parquet_bytes(NEARBY, 12)}, "log.parquet")
    whole = read_log({"log.parquet": parquet_bytes(NEARBY, 1_000)}, "log.parquet")
    assert counted(groups, START, WINDOW_END) == 48
    assert counted(groups, START - DAY, START) == counted(whole, START - DAY, START) == 48


def test_the_counts_do_not_depend_on_order_or_partition():
    shuffled = random.Random(1).sample(NEARBY, len(NEARBY))
    parts = {"a.csv": csv(shuffled[:70]), "b.jsonl": jsonl(shuffled[70:])}
    one, two = read_log({"log.csv": csv(NEARBY)}), read_log(parts, "*")
    for hours in (1, 5, 24):
        span = (START - timedelta(hours=hours), START + timedelta(hours=hours))
        assert counted(one, *span) == counted(two, *span) == 4 * hours


def test_rows_in_a_zone_that_is_not_known_are_rejected_with_an_example():
    times = ["2025-03-04 10:00:00 CET", "2025-03-04 10:00:00 IST"]
    rows = read_log({"log.csv": csv(times)})
    (row,) = rows.tally.examples
    assert (row.line, row.detail) == (3, "2025-03-04 10:00:00 IST")
    assert "time zone" in row.reason
    assert len(rows) == 1
