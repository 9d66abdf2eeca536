"""Counts of requests without a row, in objects beside the log."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from jobs.buckets.registry import open_bucket
from jobs.predictions.recording import RecordingCounts, read_recording
from jobs.times.windows import TimeWindow

DAY = datetime(2025, 3, 3, tzinfo=UTC)
WINDOW = TimeWindow(start=DAY + timedelta(hours=6), end=DAY + timedelta(hours=30))
PATH = "served/log/dt=*/part-*.jsonl"


@pytest.fixture
def put(tmp_path):
    def write(day, counts, writer="a", share=1.0):
        folder = tmp_path / f"served/log/_counts/dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        text = counts if isinstance(counts, str) else json.dumps({"share": share, "counts": counts})
        (folder / f"_{writer}.json").write_text(text)

    return write


def read(folder, path=PATH):
    return read_recording(open_bucket(str(folder)), path, WINDOW)


def test_the_window_has_the_ten_minutes_that_begin_in_it(put, tmp_path):
    put("2025-03-03", {"05:50": {"queue full": 1}, "06:00": {"queue full": 2, "recorded": 9}})
    put("2025-03-04", {"05:50": {"queue full": 4}, "06:00": {"queue full": 8}})

    assert read(tmp_path) == RecordingCounts(reasons={"queue full": 6}, shares=(1.0,))
    assert read(tmp_path).unrecorded == 6


def test_all_processes_are_added_up_and_what_was_not_drawn_is_not_lost(put, tmp_path):
    put("2025-03-03", {"12:00": {"recorded": 3, "not sampled": 27, "spool full": 2}}, share=0.1)
    put("2025-03-03", {"12:10": {"queue full": 1, "spool full": 1}}, "b", share=0.2)

    expected = {"queue full": 1, "spool full": 3}
    assert read(tmp_path) == RecordingCounts(reasons=expected, shares=(0.1, 0.2))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"share": 2, "counts": {}}', '{"share": 1, "counts": {"noon": {}}}',
     '{"share": 1, "counts": {"12:00": 3}}', '{"share": "x", "counts": {}}', "[" * 100_000],
)  # fmt: skip
def test_what_cannot_be_read_is_named_and_stops_nothing(put, tmp_path, text):
    put("2025-03-03", text)
    put("2025-03-03", {"12:10": {"queue full": 1}}, "b")

    counts = read(tmp_path)
    assert counts.unrecorded == 1
    assert [url.rpartition("/")[2] for url in counts.unread] == ["_a.json"]


def test_other_objects_and_other_days_are_not_read(put, tmp_path):
    put("2025-03-01", "not read")
    put("2025-13-01", "not read")
    (tmp_path / "served/log/_counts/_notes.json").write_text("not read")

    assert read(tmp_path) == RecordingCounts()


@pytest.mark.parametrize("path", ["predictions.csv", "other/*.csv", "*.csv"])
def test_a_log_without_counts_has_none(tmp_path, path):
    assert read(tmp_path, path) == RecordingCounts()
