"""Images without a prediction are counted; where their part has changed, no run is steady."""

import json
from datetime import UTC, datetime

import pytest

from drift.options import RunOptions
from drift.pipeline import run_job
from drift.stages import open_workplace
from reports.findings import Verdict
from reports.json_report import report_json
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty") / "bucket"
    make_world(folder, lights=(1.0,), requests=80, references=120)
    run_job(open_workplace(job(folder, "predictions_log.csv")), RunOptions(until=UNTIL))
    return folder


def job(folder, log):
    return job_of(
        folder,
        predictions={"path": log, "columns": {"prediction": "breed", "confidence": "confidence"}},
        window={"rows": 60, "min_images": 20},
        detection={"effect_to_see": 1.5},
    )


def run(world, is_empty):
    """Return what a run says where the newest rows for which `is_empty` have no prediction."""
    header, *rows = (world / "predictions_log.csv").read_text(encoding="utf-8").splitlines()
    place = header.split(",").index("breed")
    cells = [row.split(",") for row in rows]
    for number, row in enumerate(reversed(cells)):
        row[place] = "" if is_empty(number) else row[place]
    text = "\n".join([header, *(",".join(row) for row in cells)])
    (world / "changed.csv").write_text(f"{text}\n", encoding="utf-8")
    found = run_job(
        open_workplace(job(world, "changed.csv"), writes=False), RunOptions(until=UNTIL)
    )
    report = json.loads(report_json(found))
    said = [one for one in report["remarks"] if one["code"] == "empty_predictions"]
    return found, said


def test_more_empty_predictions_than_in_the_reference_are_said_first_and_no_other_classes(world):
    found, (said,) = run(world, lambda number: number % 5 == 0)
    assert said["text"].startswith(
        "prediction has no value for 12 of the window's 60 images (20 %), and for 0 of the "
        "reference's 120 (0 %)."
    )
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "More images have no prediction than in the reference"
    assert found.summary == said["text"]


def test_a_few_empty_predictions_leave_a_run_steady(world):
    found, said = run(world, lambda number: number % 12 == 0)
    assert said == []
    assert found.verdict is Verdict.STEADY


def test_what_is_said_of_most_rows_already_is_not_said_again(world):
    found, said = run(world, lambda number: number % 2 == 0)
    assert said == []
    assert found.verdict is Verdict.INCONCLUSIVE
    assert [one.code for one in found.remarks if one.code == "values_missing"]


def test_of_full_columns_nothing_is_said(world):
    assert run(world, lambda _: False)[1] == []
