"""A detector's run from the log to its page: the boxes lie where the log says."""

import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.times.timestamps import parse_timestamp
from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from reports.json_report.report import report_schema
from tests.support.worlds import job_of, make_world

DARK_DAY = parse_timestamp("2025-03-05", "UTC")
pytestmark = pytest.mark.usefixtures("without_evidently")
WIDTH, HEIGHT = 112, 96


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bright and a dark day; each image has as many boxes as its place in the log, modulo 40."""
    folder = tmp_path_factory.mktemp("detector")
    make_world(folder, requests=90, references=150)
    log = pd.read_csv(folder / "predictions_log.csv", dtype="str")
    boxes = [[[8, 16, 64, 88, 0.5 + 0.01 * one] for one in range(n % 40)] for n in range(len(log))]
    log["found"] = [json.dumps(one) for one in boxes]
    log.drop(columns=["breed", "confidence"]).to_csv(folder / "predictions_log.csv", index=False)
    return folder


def run(folder: Path, boxes: dict[str, str] | None, **tables: object) -> RunFindings:
    columns = {} if boxes is None else {"boxes": boxes}
    predictions = {"path": "predictions_log.csv", "columns": columns}
    job = job_of(folder, predictions=predictions, reference={"images": "reference/"}, **tables)
    return run_job(open_workplace(job), RunOptions(until=DARK_DAY))


def page_and_report(folder: Path, found: RunFindings) -> tuple[str, dict[str, object]]:
    files = folder / "data_drift_reports" / found.job / "runs" / found.run_id
    report = json.loads((files / "report.json").read_text(encoding="utf-8"))
    return (files / "report.html").read_text(encoding="utf-8"), report


def test_the_boxes_of_the_log_are_drawn_into_the_pictures(world: Path) -> None:
    found = run(world, {"column": "found", "scores": "4"})
    page, report = page_and_report(world, found)

    assert found.verdict is Verdict.DRIFT
    assert found.boxes is not None
    assert set(found.boxes) == {one.image for one in found.offenders}
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    logged = pd.read_csv(world / "predictions_log.csv", dtype="str")
    counts = {
        f"images/{row.id}_{row.filename}": len(json.loads(row.found)) for row in logged.itertuples()
    }
    for image, boxes in found.boxes.items():
        assert boxes.predicted == counts[image]
        assert len(boxes.drawn) == min(24, counts[image])
        assert [one.score for one in boxes.drawn] == sorted(
            (one.score for one in boxes.drawn), reverse=True
        )
        for one in boxes.drawn:
            shares = [8 / WIDTH, 16 / HEIGHT, 64 / WIDTH, 88 / HEIGHT]
            assert [one.left, one.top, one.right, one.bottom] == pytest.approx(shares, abs=1e-4)
    # The pictures are smaller than thumbnails: their pixels are the log's.
    assert 'd="M8 16H64V88H8Z"' in page
    assert f'viewBox="0 0 {WIDTH} {HEIGHT}"' in page


def test_a_job_that_names_no_boxes_gains_an_empty_field_alone(world: Path) -> None:
    found = run(world, None, name="plain")
    page, report = page_and_report(world, found)

    assert found.verdict is Verdict.DRIFT
    assert report["boxes"] is None
    assert "boxed" not in page
