"""Whole runs beside what the server itself measured: shown, and no part of the verdict."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from drift.setup.check.serving import check_serving
from jobs.times.windows import TimeWindow
from reports.findings.run import RunFindings
from reports.json_report.report import report_json, report_schema
from tests.support.row_worlds import classes_job, make_classes_world, place_at
from tests.support.server_metrics import at, request_lines, worker_line

SERVING = {"path": "metrics/ts_metrics.log*"}
# Compared with the log's first days, and measured on the day of `DAY` in `server_metrics`.
TABLES = {"detection": {"basis": "reference"}, "baseline": {"days": 0}}
WINDOW = TimeWindow(start=at(0), end=at(24))

pytestmark = pytest.mark.usefixtures("without_evidently")


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    folder = tmp_path / "bucket"
    make_classes_world(folder, days=2)
    (folder / "metrics").mkdir()
    return folder


def write_log(bucket: Path, requests: int = 150) -> None:
    lines = [worker_line(at(-1), "W-9000-dogs_1.0"), worker_line(at(5), "W-9000-dogs_1.0")]
    lines += [
        request_lines(at(6) + timedelta(seconds=number), 90_000 + 100 * number, 9_000)
        for number in range(requests)
    ]
    (bucket / "metrics/ts_metrics.log").write_text("".join(lines))


def run(bucket: Path, *, writes: bool = False, **tables: object) -> RunFindings:
    return run_job(
        place_at(classes_job(bucket, **TABLES, **tables), 1, writes=writes), RunOptions()
    )


def without_the_moment(found: RunFindings) -> dict[str, object]:
    report = json.loads(report_json(found))
    return {key: value for key, value in report.items() if key not in {"generated_at", "timings"}}


def page_of(bucket: Path, found: RunFindings) -> str:
    page = bucket / "data_drift_reports/tables/runs" / found.run_id / "report.html"
    return " ".join(re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8")).split())


def test_a_run_shows_what_the_server_measured(bucket):
    write_log(bucket)
    found = run(bucket, writes=True, serving=SERVING)
    report = json.loads(report_json(found))
    figures = report["serving"]

    jsonschema.Draft202012Validator(report_schema()).validate(report)
    assert (figures["requests"], figures["rows"], figures["restarts"]) == (150, 120, 1)
    assert figures["mean_ms"] == pytest.approx(97.45)
    assert figures["queue_share"] == pytest.approx(9 / 97.45)
    assert (figures["first"], figures["last"]) == ("2025-03-04T06:00:00Z", "2025-03-04T06:02:29Z")
    assert [one["model"] for one in figures["models"]] == ["dogs"]
    page = page_of(bucket, found)
    assert "150 requests came, and the log has 120 rows (80 % of them)." in page
    assert "1 restart of the server or of a worker." in page
    assert "dogs 1.0 150 97.5 ms 97.5 ms 105 ms 9.2 %" in page


def test_earlier_runs_stand_beside_it(bucket):
    write_log(bucket)
    day_before = at(-24) + timedelta(hours=12)
    lines = [request_lines(day_before, 50_000, 25_000) for _ in range(40)]
    (bucket / "metrics/ts_metrics.log.1").write_text("".join(lines))
    job = classes_job(bucket, **TABLES, serving=SERVING)
    first = run_job(place_at(job, 0), RunOptions())
    second = run_job(place_at(job, 1), RunOptions())

    assert first.serving is not None
    assert second.serving is not None
    assert first.serving.earlier == ()
    (earlier,) = second.serving.earlier
    assert (earlier.run_id, earlier.requests, earlier.mean_ms) == (first.run_id, 40, 50.0)
    report = json.loads(report_json(second))
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    assert "4 Mar 2025, 00:00 UTC 40 50 ms 50 ms 50 ms 50 % 0 120" in page_of(bucket, second)
    # A report that is damaged or gone is passed over.
    path = bucket / "data_drift_reports/tables/runs" / first.run_id / "report.json"
    whole = path.read_text()
    for damaged in ("{}", "[", whole.replace('"requests": 40', '"requests": "40"')):
        path.write_text(damaged)
        again = run_job(place_at(job, 1, writes=False), RunOptions())
        assert again.serving is not None
        assert again.serving.earlier == ()


def test_it_is_no_part_of_the_verdict_and_other_jobs_stay_as_they_are(bucket):
    write_log(bucket)
    with_it, without = run(bucket, serving=SERVING), run(bucket)
    told = without_the_moment(with_it)

    assert without.serving is None
    assert "serving" not in without.timings
    assert without_the_moment(without) == {**told, "serving": None}


@pytest.mark.parametrize("content", [None, b"", b"\x1f\x8b\x08damaged", b"<html>\n"])
def test_nothing_that_is_missing_or_damaged_stops_a_run(bucket, content, caplog):
    if content is not None:
        (bucket / "metrics/ts_metrics.log").write_bytes(content)
    with caplog.at_level(logging.WARNING):
        found = run(bucket, writes=True, serving=SERVING)

    assert found.serving is not None
    assert len(found.serving.unread) == 1
    assert found.serving.unread[0].reason in caplog.text
    page = page_of(bucket, found)
    assert "Nothing in metrics/ts_metrics.log* was measured in this window." in page
    assert "1 object could not be read, or not wholly" in page


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        ("good", CheckState.OK, "1 object, ts_metrics.log; 450 samples and 150 requests"),
        ("old", CheckState.LOOK, "0 samples"),
        ("other", CheckState.LOOK, "could not be read"),
    ],
)
def test_check_says_what_was_found(bucket, text, state, said):
    path = bucket / "metrics/ts_metrics.log"
    write_log(bucket)
    if text != "good":
        path.write_text(worker_line(at(-1), "W-9000") if text == "old" else "other\n")
    place = place_at(classes_job(bucket, serving=SERVING), 1, writes=False)
    (check,) = check_serving(place, WINDOW)

    assert (check.state, said in check.found) == (state, True), check.found
    assert list(check_serving(place_at(classes_job(bucket), 1, writes=False), WINDOW)) == []


def test_check_looks_at_it_where_the_job_file_names_it(bucket, tmp_path):
    write_log(bucket)
    text = f"""
name = "tables"
[bucket]
url = "{bucket}"
[predictions]
path = "predictions.csv"
columns = {{ timestamp = "time", prediction = "class", confidence = "confidence" }}
[window]
last = "1d"
[reference]
window = {{ start = "2025-03-03", end = "2025-03-04" }}
"""
    job_file = tmp_path / "tables.toml"

    def things(more: str) -> list[str]:
        job_file.write_text(text + more)
        return [one.thing for one in check_job_file(job_file, {}, RunOptions(until=at(24)))]

    with_it = things('[serving]\npath = "metrics/*"\n')
    assert with_it.count("serving") == 1
    assert things("") == [one for one in with_it if one != "serving"]
