"""Whole runs of a detector's log: boxes that shrink are told, in images that stay as they were."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.findings.answers import State, Verdict
from reports.findings.run import RunFindings
from tests.support.worlds import START, view

A_DAY, REFERENCE, PAST = 100, 200, 6
BOXES = {
    "column": "boxes",
    "format": "yxyx",
    "unit": "shares",
    "classes": "names",
    "scores": "sure",
}
JOB = {
    "name": "finder",
    "predictions": {"path": "log.jsonl", "columns": {"boxes": BOXES}},
    "images": {"path": "{image}"},
    "window": {"last": "1d"},
    "baseline": {"images_per_day": A_DAY},
    "reference": {"images": "reference/", "log": "reference.jsonl"},
}
UNTIL = (START + timedelta(days=PAST + 1)).replace(tzinfo=UTC)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_evidently")]


def found_in(random: np.random.Generator, scale: float) -> dict[str, Any]:
    """Return what the detector says of one image: up to some boxes, or none."""
    count = int(random.poisson(2))
    sides = random.uniform(0.2, 0.4, (count, 2)) * scale
    corners = random.uniform(0, 1, (count, 2)) * (1 - sides)
    return {
        "boxes": np.hstack([corners, corners + sides]).round(4).tolist(),
        "names": [("cat", "dog")[one] for one in random.integers(2, size=count)],
        "sure": random.uniform(0.5, 1, count).round(3).tolist(),
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def a_row_a_box(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the same log with a row for each box, and for each image without boxes."""
    first = [name for name in ("timestamp", "image") if name in rows[0]]
    with path.open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow([*first, "top", "left", "bottom", "right", "name", "sure"])
        for row in rows:
            said = zip(row["boxes"], row["names"], row["sure"], strict=True)
            for box, name, sure in [*said] or [([""] * 4, "", "")]:
                log.writerow([*(row[one] for one in first), *box, name, sure])


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six days as in the reference, and a day with boxes of two thirds of their sides."""
    random, folder = np.random.default_rng(8), tmp_path_factory.mktemp("finder")
    for name in ("reference", "images"):
        (folder / name).mkdir()
    reference = []
    for number in range(REFERENCE):
        image = f"reference/{number}.jpg"
        (folder / image).write_bytes(view(random))
        reference.append({"image": image, **found_in(random, 1)})
    write_rows(folder / "reference.jsonl", reference)
    rows = []
    for number in range((PAST + 1) * A_DAY):
        image, day = f"images/{number}.jpg", number // A_DAY
        (folder / image).write_bytes(view(random))
        at = START + timedelta(days=number / A_DAY)
        said = found_in(random, 0.67 if day == PAST else 1)
        rows.append({"timestamp": f"{at:%Y-%m-%dT%H:%M:%S}Z", "image": image, **said})
    write_rows(folder / "log.jsonl", rows)
    a_row_a_box(rows, folder / "log.csv")
    a_row_a_box(reference, folder / "reference.csv")
    return folder


@pytest.fixture(scope="module")
def run(bucket: Path) -> Callable[..., RunFindings]:
    def once(until: Any = UNTIL, **changed: Any) -> RunFindings:
        job = Job.model_validate({**JOB, "bucket": {"url": str(bucket)}, **changed})
        return run_job(open_workplace(job), RunOptions(until=until))

    return once


def moved(found: RunFindings) -> set[str]:
    columns = (*found.features, *found.predictions, *found.numbers)
    return {one.name for one in columns if one.state is State.DRIFT}


def test_smaller_boxes_are_a_drift_of_their_area_and_not_of_the_images(
    run: Callable[..., RunFindings],
) -> None:
    found = run()
    assert found.verdict is Verdict.DRIFT
    assert "box area" in found.summary
    assert moved(found) == {"box area", "smallest box area"}
    assert found.remarks == ()


def test_rows_of_the_log_and_images_are_counted_and_not_boxes(
    run: Callable[..., RunFindings],
) -> None:
    found = run()
    assert (found.log.rows, found.images.rows, found.images.logged) == (A_DAY, A_DAY, A_DAY)
    assert found.quality.duplicated_rows == 0
    number = next(one for one in found.numbers if one.name == "number of boxes")
    assert number.reference is not None
    assert number.current is not None
    # Few of the pictures are alike and count once.
    assert 0.95 * REFERENCE <= number.reference.count <= REFERENCE
    assert number.current.count == A_DAY


def test_a_day_with_boxes_as_ever_is_steady(run: Callable[..., RunFindings]) -> None:
    found = run(UNTIL - timedelta(days=1))
    assert found.verdict is Verdict.STEADY
    assert moved(found) == set()


def test_a_log_with_a_row_a_box_says_the_same_of_the_boxes(
    run: Callable[..., RunFindings], bucket: Path
) -> None:
    four = {"columns": ["top", "left", "bottom", "right"], "classes": "name"}
    boxes = {**{key: BOXES[key] for key in ("format", "unit", "scores")}, **four}
    of_rows = run(
        name="rows",
        predictions={"path": "log.csv", "columns": {"boxes": boxes}},
        reference={"images": "reference/", "log": "reference.csv"},
    )
    assert moved(of_rows) == {"box area", "smallest box area"}
    of_cells = {one.name: one.current for one in run().numbers}
    assert {one.name: one.current for one in of_rows.numbers} == of_cells


def test_a_stretch_of_the_log_as_the_reference_finds_the_same(
    run: Callable[..., RunFindings],
) -> None:
    stretch = {"start": f"{START:%Y-%m-%d}T00:00:00Z", "end": "2025-03-06T00:00:00Z"}
    found = run(name="stretch", reference={"window": stretch}, baseline={"days": 0})
    assert {"box area", "smallest box area"} <= moved(found)
    assert found.log.rows == A_DAY


def test_a_window_of_rows_holds_so_many_rows_of_the_log(run: Callable[..., RunFindings]) -> None:
    found = run(name="newest", window={"rows": A_DAY})
    assert (found.log.rows, found.images.logged) == (A_DAY, A_DAY)
    assert moved(found) == {"box area", "smallest box area"}
