"""Whatever a log's cells hold, reading it and running over it ends in order, and counts add up."""

import json
from datetime import UTC, datetime, timedelta

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.errors import DriftError, ExitCode
from jobs.times.windows import WindowRequest
from reports.json_report.report import report_json, report_schema
from tests.support.fuzzed_logs import as_log, log_lines
from tests.support.log_window import read_log
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
NAMED = {"prediction": "breed", "confidence": "confidence", "probabilities": ["p_*"]}
REQUESTS = st.sampled_from(
    [
        WindowRequest(end=UNTIL, rows=20),
        WindowRequest(end=UNTIL, rows=1_000),
        WindowRequest(end=UNTIL, last=timedelta(days=1)),
    ]
)


@settings(max_examples=60)
@given(lines=log_lines(), request=REQUESTS)
def test_every_row_is_accepted_or_rejected_with_a_reason_and_every_value_counted(lines, request):
    rows = read_log({"log.csv": as_log(lines)}, columns=NAMED, request=request)
    tally = rows.tally
    assert tally.rows == len(rows) + tally.rejected
    assert tally.rejected == sum(tally.reasons.values())
    assert all(tally.reasons)
    assert tally.newest.asked_rejected <= tally.newest.asked <= tally.rows
    assert tally.newest.newer <= tally.rejected
    for column in tally.numbers:
        field = "confidence" if column.role == "confidence" else column.column
        there = int(np.isfinite(rows.fields[field]).sum())
        assert column.filled == there + column.lost
        assert sum(form.count for form in column.forms) == there + column.reasons.get(
            "outside 0 to 1", 0
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("any") / "bucket"
    make_world(folder, lights=(1.0,), requests=40, references=30)
    for place, image in enumerate(sorted((folder / "images").iterdir())):
        image.rename(folder / "images" / f"{place}.jpg")
    (folder / "log.csv").write_bytes(as_log([]))
    return folder


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(lines=log_lines(), by_rows=st.booleans())
def test_a_run_ends_with_a_documented_code_and_its_counts_add_up(world, lines, by_rows):
    (world / "log.csv").write_bytes(as_log(lines))
    job = job_of(
        world,
        predictions={"path": "log.csv", "columns": NAMED},
        images={"path": "images/{id}.jpg"},
        window={"min_images": 2, **({"rows": 20} if by_rows else {"last": "1d"})},
    )
    try:
        found = run_job(open_workplace(job), RunOptions(until=UNTIL))
    except DriftError as error:
        code = error.exit_code
    else:
        code = ExitCode.FINISHED
        check_counts(json.loads(report_json(found)))
    assert code in set(ExitCode)


def check_counts(report):
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    log, images = report["log"], report["images"]
    lost = images["missing"] + images["unreadable"] + images["unfetched"]
    assert log["rows"] == images["analysed"] + lost + log["rejected"]
    assert log["rejected"] == sum(log["reasons"].values())
    assert lost == sum(report["quality"]["reasons"].values())
