"""What a run says of the times of its log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from drift.across_runs.late_rows import LateRows, LateRun
from drift.pipeline import run_job
from drift.remarks.facts import RunData
from drift.remarks.times import time_remarks
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reports.findings.remarks import Remark, RemarkWeight
from reports.history.history import HistoryRow, history_row
from tests.support import findings as examples
from tests.support.log_window import WINDOW_END, read_log
from tests.support.worlds import JOB, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

DAY = timedelta(days=1)
START = WINDOW_END - DAY


def job(**log: object) -> Job:
    settings = {**cast("dict[str, Any]", JOB["predictions"]), **log}
    return Job.model_validate({**JOB, "bucket": {"url": "."}, "predictions": settings})


def remarks(rows: PredictionRows, late: LateRows | None = None, **log: object) -> list[Remark]:
    """Return what is said of a log; of images and reference nothing is asked."""
    unused = cast("Any", None)
    data = RunData(
        job=job(**log),
        predictions=rows,
        window=unused,
        counts=unused,
        profile=unused,
        counted=unused,
        late=late or LateRows(),
    )
    return list(time_remarks(data))


def log(naive: int, zoned: int, ahead: timedelta = timedelta(hours=9)) -> str:
    times = [START + timedelta(minutes=5 * number) for number in range(naive + zoned)]
    texts = [f"{time + ahead:%Y-%m-%d %H:%M:%S}" for time in times[:naive]]
    texts += [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in times[naive:]]
    return "timestamp,id\n" + "".join(f"{text},{number}\n" for number, text in enumerate(texts))


def test_mixed_times_keep_a_run_from_being_steady():
    (remark,) = remarks(read_log({"log.csv": log(100, 60)}))
    assert remark.code == "mixed_zones"
    assert remark.weight is RemarkWeight.NOT_STEADY
    assert "100 of the window's 160 times carry no zone and were taken as UTC" in remark.text
    assert "the newest without one is 4 hours after the newest with one" in remark.text


def test_a_window_that_holds_one_kind_only_tells_of_the_other_kind_before_it():
    request = WindowRequest(end=WINDOW_END, rows=40)
    (remark,) = remarks(read_log({"log.csv": log(100, 60)}, request=request))
    assert remark.weight is RemarkWeight.NOT_STEADY
    assert "No time of the window carries a zone" in remark.text


def test_a_zone_that_the_job_states_is_believed():
    (remark,) = remarks(read_log({"log.csv": log(100, 60)}), timezone="UTC")
    assert remark.weight is RemarkWeight.NOTE
    assert "set predictions.timezone" not in remark.text


def test_a_single_odd_time_does_not_decide():
    (remark,) = remarks(read_log({"log.csv": log(1, 200, timedelta(0))}))
    assert remark.weight is RemarkWeight.NOTE


@pytest.mark.parametrize(("naive", "zoned"), [(100, 0), (0, 100)])
def test_nothing_is_said_of_times_of_one_kind(naive, zoned):
    text = log(naive, zoned)
    broken = text.splitlines()[-1].split(",")[0] + ",too,many\n"
    assert not remarks(read_log({"log.csv": text + broken}))


def test_a_repeated_hour_is_said_with_its_rows():
    request = WindowRequest(end=datetime(2025, 10, 27, tzinfo=UTC), last=2 * DAY)
    text = "timestamp,id\n2025-10-26 02:15:00,1\n2025-10-26 02:30:00,2\n2025-10-26 05:00:00,3\n"
    rows = read_log({"log.csv": text}, request=request, zone="Europe/Berlin")
    (remark,) = remarks(rows, timezone="Europe/Berlin")
    assert remark.code == "repeated_hour"
    assert remark.weight is RemarkWeight.NOTE
    assert "2 rows of the window lie in an hour that comes twice in Europe/Berlin" in remark.text
    assert "26 Oct 2025, from 02:15 on" in remark.text


def test_rows_that_came_twice_are_said():
    text = "timestamp,id\n2025-03-04T10:00:00Z,1\n2025-03-04T10:00:00Z,1\n"
    (remark,) = remarks(read_log({"log.csv": text}))
    assert remark.code == "delivered_again"
    assert remark.text.startswith("1 row of the window came more than once")


def late_run(day: int, rows: int) -> LateRun:
    span = {"window_start": f"2025-03-0{day}T00:00:00Z", "window_end": f"2025-03-0{day + 1}T00:00Z"}
    base = vars_of(history_row(examples.steady()))
    run = HistoryRow(**{**base, **span, "run_id": f"run-{day}"})
    return LateRun(run=run, rows=rows, days=(f"2025-03-0{day}",))


def vars_of(row: HistoryRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in HistoryRow.__dataclass_fields__}


def test_late_rows_are_said_with_the_runs_to_repeat():
    late = LateRows(runs=(late_run(2, 30), late_run(3, 7)))
    (remark,) = remarks(read_log({"log.csv": log(0, 10)}), late)
    assert remark.code == "late_rows"
    assert remark.text.startswith("At least 37 rows of 2 Mar 2025 and 3 Mar 2025 came into the log")
    assert "--until 2025-03-03T00:00Z and --until 2025-03-04T00:00Z" in remark.text


def append(folder: Path, times: list[datetime]) -> None:
    path = folder / "predictions_log.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    new = [
        ",".join([time.isoformat(), f"late-{number}", *lines[1].split(",")[2:]])
        for number, time in enumerate(times)
    ]
    path.write_text("".join([*lines, *new]), encoding="utf-8")


def test_the_next_run_tells_rows_that_came_after_a_run(tmp_path):
    make_world(tmp_path, lights=(1.0, 1.0), requests=12, references=12)
    place = job_of(tmp_path)
    start = datetime(2025, 3, 3, tzinfo=UTC)
    first = run_job(open_workplace(place), RunOptions(until=start + DAY))
    assert first.log_times is not None
    assert first.log_times.rows_by_day == {"2025-03-03": 12}
    append(tmp_path, [start.replace(tzinfo=None) + timedelta(hours=hour) for hour in (5, 9)])
    second = run_job(open_workplace(place), RunOptions(until=start + 2 * DAY))
    assert second.log_times is not None
    assert second.log_times.late_rows == {first.run_id: 2}
    assert any(remark.code == "late_rows" for remark in second.remarks)
    # What was told is not told again, and a repeated run says the same.
    unwritten = open_workplace(place, writes=False)
    again = run_job(unwritten, RunOptions(until=start + 2 * DAY))
    assert again.log_times == second.log_times
    third = run_job(unwritten, RunOptions(until=start + timedelta(days=2, hours=1)))
    assert third.log_times is not None
    assert third.log_times.late_rows == {}


def test_a_single_odd_time_before_the_window_does_not_decide():
    old = f"timestamp,id\n{START - timedelta(hours=2):%Y-%m-%d %H:%M:%S},x\n"
    (remark,) = remarks(read_log({"log.csv": old + log(0, 250).partition("\n")[2]}))
    assert "times shortly before it carry none" in remark.text
    assert remark.weight is RemarkWeight.NOTE


def set_back(rows: int, back: timedelta, *, then: int = 0) -> str:
    """Return a log whose clock goes back behind 100 rows, and right again at last."""
    times = [START + timedelta(minutes=5 * number) for number in range(100 + rows + then)]
    times[100 : 100 + rows] = [time - back for time in times[100 : 100 + rows]]
    return "timestamp,id\n" + "".join(
        f"{time.isoformat()},{row}\n" for row, time in enumerate(times)
    )


def test_last_rows_that_are_dated_before_the_window_are_told():
    (remark,) = remarks(read_log({"log.csv": set_back(40, 365 * DAY)}))
    assert remark.code == "last_lines_before_window"
    assert remark.weight is RemarkWeight.NOT_STEADY
    assert "The last 40 rows of log.csv, from line 102 on" in remark.text


@pytest.mark.parametrize(
    "text",
    [
        set_back(40, 365 * DAY, then=5),
        set_back(2, 365 * DAY),
        set_back(40, timedelta(hours=2)),
        "\n".join(["timestamp,id", *reversed(set_back(0, DAY).splitlines()[1:]), ""]),
    ],
    ids=["new rows follow", "two stray rows", "inside the window", "newest first"],
)
def test_rows_that_are_older_elsewhere_in_a_log_are_no_reason_for_a_word(text):
    assert not remarks(read_log({"log.csv": text}))
