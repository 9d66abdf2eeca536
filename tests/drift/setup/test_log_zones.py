"""What init and check say of how a log's times are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drift.setup.check.result import CheckState
from drift.setup.check.times import check_times
from drift.setup.initiate import propose
from drift.setup.propose.nothing_found import NothingFoundError
from drift.setup.propose.proposal import Proposal
from jobs.buckets.registry import open_bucket
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.times.windows import WindowRequest
from tests.support.layouts import put, requests, write_csv
from tests.support.log_window import WINDOW_END, read_log

ROWS = 60
TOKYO = timedelta(hours=9)


def proposed(folder: Path, times: list[str]) -> Proposal:
    """Return what init makes of a log with these times, one for each of the first rows."""
    rows = requests(len(times))
    for one in rows:
        put(folder, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    columns = [
        {"timestamp": time, "id": one.id, "pred": one.breed}
        for time, one in zip(times, rows, strict=True)
    ]
    write_csv(folder / "log.csv", columns)
    url = folder.as_uri()
    now = datetime(2025, 3, 15, tzinfo=UTC)
    return propose(open_bucket(url), open_bucket=open_bucket, name="x", url=url, now=now)


def said(proposal: Proposal) -> str:
    return " ".join(f"{doubt.key}: {doubt.text}" for doubt in proposal.doubts)


def times(
    form: str, ahead: timedelta = timedelta(0), start: int = 0, stop: int = ROWS
) -> list[str]:
    first = datetime(2025, 3, 3, 8)
    return [f"{first + ahead + timedelta(minutes=7 * n):{form}}" for n in range(start, stop)]


def test_a_log_half_in_a_zone_that_cannot_be_known_is_a_log(tmp_path):
    half = [times("%Y-%m-%d %H:%M:%S IST"), times("%Y-%m-%dT%H:%M:%SZ")]
    found = proposed(tmp_path, [half[n % 2][n] for n in range(ROWS)])
    assert found.log.path == "log.csv"
    text = said(found)
    assert "30 of 60 times name the zone IST, which is not unambiguous" in text
    assert "such as 2025-03-03 08:00:00 IST" in text


def test_zones_that_mean_one_offset_are_no_doubt(tmp_path):
    found = proposed(tmp_path, times("%Y-%m-%d %H:%M:%S CET"))
    assert "predictions.timezone" not in said(found)


def test_a_log_whose_zone_cannot_be_known_at_all_is_named(tmp_path):
    with pytest.raises(NothingFoundError, match="name the zone BST, which is unknown or ambiguous"):
        proposed(tmp_path, times("%Y-%m-%d %H:%M:%S BST"))


def test_zoned_and_unzoned_times_and_their_jump_are_said(tmp_path):
    naive = times("%Y-%m-%d %H:%M:%S", TOKYO, stop=40)
    text = said(proposed(tmp_path, naive + times("%Y-%m-%dT%H:%M:%SZ", start=40)))
    assert "40 of 60 times have no zone and are read as UTC, while 20 have one" in text
    assert "(first with one: line 42 of log.csv)" in text
    assert "The time jumps back about 9 hours at line 42 of log.csv" in text
    assert "name no zone" not in text


def test_times_of_one_kind_in_order_raise_no_doubt_but_for_their_zone(tmp_path):
    text = said(proposed(tmp_path, times("%Y-%m-%d %H:%M:%S")))
    assert "The times name no zone and are read as UTC." in text
    assert "jumps back" not in text


def log(texts: list[str]) -> dict[str, bytes | str]:
    return {"log.csv": "timestamp,id\n" + "".join(f"{t},{n}\n" for n, t in enumerate(texts))}


def checked(texts: list[str], now: datetime, *, zone: str | None = None) -> list[tuple[str, str]]:
    """Return the state and the words of what check says of the times of a log."""
    request = WindowRequest(end=WINDOW_END, last=timedelta(days=7))
    rows = read_log(log(texts), request=request, zone=zone or "UTC")
    stated = {} if zone is None else {"timezone": zone}
    settings = PredictionSettings(path="log.csv", **stated)  # type: ignore[arg-type]
    return [(one.state, f"{one.found} {one.mend}") for one in check_times(rows, settings, now)]


SWITCHED = [
    *times("%Y-%m-%d %H:%M:%S", TOKYO, stop=40),
    *times("%Y-%m-%dT%H:%M:%SZ", start=40),
]


def test_check_says_mixed_times_and_where_they_jump():
    ((state, text),) = checked(SWITCHED, WINDOW_END)
    assert state is CheckState.LOOK
    assert "40 of 60 times have no zone" in text
    assert "jumps back about 9 hours at line 42 of log.csv" in text
    assert "set predictions.timezone" in text


def test_check_believes_a_zone_that_is_stated():
    ((state, text),) = checked(SWITCHED, WINDOW_END, zone="Asia/Tokyo")
    assert state is CheckState.OK
    assert "read as Asia/Tokyo" in text


def test_check_says_times_in_the_future():
    now = datetime(2025, 3, 3, 8, tzinfo=UTC)
    ((state, text),) = checked(times("%Y-%m-%d %H:%M:%S", TOKYO), now)
    assert state is CheckState.LOOK
    assert "lies about 16 hours in the future" in text


def test_check_says_zoned_times_in_the_future_without_a_word_on_zones():
    now = datetime(2025, 3, 3, 8, tzinfo=UTC)
    ((state, text),) = checked(times("%Y-%m-%dT%H:%M:%SZ"), now)
    assert state is CheckState.LOOK
    assert "check the clocks" in text
    assert "predictions.timezone" not in text


def test_a_jump_of_zoned_times_is_told_and_no_fault():
    texts = times("%Y-%m-%dT%H:%M:%SZ")
    ((state, text),) = checked(texts[30:] + texts[:30], WINDOW_END)
    assert state is CheckState.OK
    assert "jumps back about 7 hours at line 32 of log.csv" in text


def test_check_asks_to_look_at_last_rows_that_are_older_than_the_window():
    texts = times("%Y-%m-%dT%H:%M:%SZ")
    old = times("%Y-%m-%dT%H:%M:%SZ", timedelta(days=-90))
    ((state, text),) = checked(texts[:40] + old[40:], WINDOW_END)
    assert state is CheckState.LOOK
    assert "check the clock of what writes the log" in text


def test_check_has_nothing_to_say_of_ordinary_times():
    assert not checked(times("%Y-%m-%dT%H:%M:%SZ"), WINDOW_END)
