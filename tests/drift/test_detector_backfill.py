"""A detector's log that is one growing file, and a run of a day before those that ran already."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.late_boxes import LateBoxWorld, late_box_job, show_boxes
from tests.support.quality_runs import day_records, quality_folder, run_until

pytestmark = pytest.mark.usefixtures("without_evidently")

DAYS = 4
WORLD = LateBoxWorld(days=DAYS, per_day=8, days_late=0.5)


def test_a_backfill_looks_at_days_before_the_first_row_and_ends_with_the_same_records(
    tmp_path: Path,
) -> None:
    show_boxes(WORLD, tmp_path, WORLD.day(DAYS + 3))
    rows = []
    for path in sorted((tmp_path / "predictions").iterdir()):
        for line in path.read_text().splitlines():
            row = json.loads(line)
            rows.append(json.dumps(row | {"file": row.pop("name")}))
    shutil.rmtree(tmp_path / "predictions")
    (tmp_path / "log.jsonl").write_text("\n".join(rows) + "\n")
    log = dict(late_box_job(tmp_path).model_dump(exclude_unset=True)["predictions"])
    job = late_box_job(
        tmp_path, predictions={**log, "path": "log.jsonl"}, images={"path": "images/{file}.jpg"}
    )
    run_until(job, WORLD.day(DAYS))
    records = day_records(tmp_path)

    backfilled = run_until(job, WORLD.day(DAYS - 1)).model_quality

    assert backfilled is not None
    assert backfilled.labels.used > 0, backfilled.summary
    assert day_records(tmp_path) == records
    shutil.rmtree(quality_folder(tmp_path))
    run_until(job, WORLD.day(DAYS - 1))
    run_until(job, WORLD.day(DAYS))
    assert day_records(tmp_path) == records
