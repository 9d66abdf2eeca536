"""Windows of logs that come by whole days."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from drift.setup.propose.outcome import validated
from tests.support.layouts import put, requests, write_jsonl
from tests.support.proposing import proposed, row

START = datetime(2025, 3, 5)
DAYS = 10


def window_of(folder, name, *, minutes=20.0, now=datetime(2025, 3, 15, 5, 10, tzinfo=UTC)):
    rows = requests(int(DAYS * 1440 / minutes), start=START, minutes=minutes)
    for one in rows:
        put(folder, f"images/{one.id}.jpg", one.number)
    for number in range(30):
        put(folder, f"reference/{number}.jpg", number)
    written: dict[str, list[dict[str, object]]] = {}
    for one in rows:
        written.setdefault(f"logs/{name.format(one.time)}", []).append(row(one))
    for path, kept in written.items():
        write_jsonl(folder / path, kept)
    return tomllib.loads(validated(proposed(folder, now)))["window"]


@pytest.mark.parametrize("name", ["{:%Y-%m-%d}.jsonl", "dt={:%Y-%m-%d}/part-0.jsonl"])
def test_days_that_end_at_midnight_make_windows_that_end_there(name, tmp_path):
    window = window_of(tmp_path, name)
    assert (window["last"], window["align"]) == ("1d", "1d")


def test_a_log_in_one_file_makes_windows_that_end_at_the_hour(tmp_path):
    assert "align" not in window_of(tmp_path, "predictions.jsonl")


def test_a_log_with_rows_of_today_makes_windows_that_end_at_the_hour(tmp_path):
    now = datetime(2025, 3, 14, 23, 50, tzinfo=UTC) + timedelta(minutes=5)
    assert "align" not in window_of(tmp_path, "{:%Y-%m-%d}.jsonl", now=now)
