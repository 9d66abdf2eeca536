"""Runs whose log holds the images itself: the same findings as where they lie beside it."""

from __future__ import annotations

import base64
import csv
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from drift.notebook import open_job
from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window
from drift.setup.check.images import check_images
from drift.setup.check.log import check_log
from drift.setup.check.result import Check, CheckState
from drift.setup.propose.write_job_file import job_file_text
from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job
from reports.findings.run import RunFindings
from tests.support.proposing import proposed, said
from tests.support.worlds import START, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

UNTIL = (START + timedelta(days=3)).replace(tzinfo=UTC)
KINDS = ("csv", "jsonl", "parquet")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket whose third day is dark, with its images as objects of their own."""
    folder = tmp_path_factory.mktemp("beside")
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=40, references=60)
    return folder


def inside(beside: Path, folder: Path, kind: str) -> Path:
    """Return the same bucket with the images in the log."""
    shutil.copytree(beside, folder, ignore=shutil.ignore_patterns("data_drift_reports"))
    log = pd.read_csv(folder / "predictions_log.csv", dtype="str")
    files = [folder / "images" / f"{row.id}_{row.filename}" for row in log.itertuples()]
    images = [file.read_bytes() for file in files]
    shutil.rmtree(folder / "images")
    (folder / "predictions_log.csv").unlink()
    log = log.drop(columns="filename")
    texts = [base64.b64encode(image).decode() for image in images]
    if kind == "csv":
        log.assign(photo=texts).to_csv(folder / "log.csv", index=False)
    elif kind == "jsonl":
        rows = log.to_dict("records")
        lines = [
            json.dumps({**row, "request": json.dumps({"instances": [{"b64": text}]})})
            for row, text in zip(rows, texts, strict=True)
        ]
        (folder / "log.jsonl").write_text("\n".join(lines) + "\n")
    else:
        cells = [{"bytes": image, "path": None} for image in images]
        log.assign(image=cells).to_parquet(folder / "log.parquet")
    return folder


COLUMNS = {"csv": "photo", "jsonl": "request", "parquet": "image"}


def job_inside(folder: Path, kind: str, **tables: object) -> Job:
    columns = {"prediction": "breed", "confidence": "confidence"}
    return job_of(
        folder,
        predictions={"path": f"log.{kind}", "columns": columns},
        images={"column": COLUMNS[kind]},
        **tables,
    )


def run(job: Job) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=UNTIL))


def checked(place: Workplace) -> dict[str, Check]:
    request = requested_window(place.job, RunOptions(until=UNTIL), place.clock())
    rows = check_log(place, request).rows
    assert rows is not None
    return {one.thing: one for one in check_images(place, rows).checks}


def numbers(findings: RunFindings) -> dict[str, object]:
    return {
        one.name: (one.state, one.statistic, one.p_value)
        for one in (*findings.features, *findings.predictions)
    } | {"verdict": findings.verdict, "images": findings.images}


def table_of(folder: Path, findings: RunFindings) -> list[dict[str, str]]:
    (file,) = folder.glob(f"data_drift_reports/dogs/runs/{findings.run_id}/affected.csv")
    with file.open(newline="", encoding="utf-8-sig") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def outside_run(beside: Path) -> RunFindings:
    return run(job_of(beside))


@pytest.mark.parametrize("kind", KINDS)
def test_equal_images_inside_the_log_and_beside_it_give_equal_findings(
    beside, outside_run, tmp_path, kind
):
    folder = inside(beside, tmp_path / "bucket", kind)
    job = job_inside(folder, kind)
    found = run(job)
    assert numbers(found) == numbers(outside_run)
    page = next(folder.glob("data_drift_reports/dogs/runs/*/report.html")).read_text()
    named = set(re.findall(rf"log\.{kind}, line \d+ \([0-9a-f]{{24}}\)", page))
    assert named
    assert f'href="../../../../log.{kind}' not in page
    assert "data:image/" in page
    affected = table_of(folder, found)
    # The reference images that an image is held beside are drawn by its name.
    both = {one["id"]: one["because"] for one in table_of(beside, outside_run)}
    same = [one["because"] == both[one["id"]] for one in affected if one["id"] in both]
    assert sum(same) > 0.8 * len(both)


def with_answer(row: dict[str, str]) -> dict[str, object]:
    """Return a row whose class and confidence stand in one cell, as a model gives them."""
    rest = {name: value for name, value in row.items() if name not in {"breed", "confidence"}}
    return {**rest, "answer": [{"label": row["breed"], "score": float(row["confidence"])}]}


def as_other_json(beside: Path, folder: Path, path: str) -> Path:
    """Return the same bucket with images and whole answers in JSON that is not lines."""
    inside(beside, folder, "jsonl")
    lines = (folder / "log.jsonl").read_text().splitlines()
    (folder / "log.jsonl").unlink()
    rows = [with_answer(json.loads(line)) for line in lines]
    on_reference = pd.read_csv(folder / "validation_log.csv", dtype="str").to_dict("records")
    table = pd.DataFrame([with_answer(row) for row in on_reference])
    table.assign(answer=table["answer"].map(json.dumps)).to_csv(
        folder / "validation_log.csv", index=False
    )
    if "*" not in path:
        (folder / path).write_text(json.dumps(rows, indent=1))
        return folder
    (folder / "requests").mkdir()
    for number, row in enumerate(rows):
        (folder / path.replace("*", str(number))).write_text(json.dumps(row, indent=1))
    return folder


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("log.json", r"log\.json, object \d+ \([0-9a-f]{24}\)"),
        ("requests/*.json", r"requests/\d+\.json, object 1 \([0-9a-f]{24}\)"),
    ],
)
def test_other_json_gives_equal_findings_too(beside, outside_run, tmp_path, path, named):
    folder = as_other_json(beside, tmp_path / "bucket", path)
    job = job_of(
        folder,
        predictions={"path": path, "columns": {"answer": "answer"}},
        images={"column": "request"},
    )
    place = open_workplace(job, writes=False)
    assert checked(place)["images"].found == (
        "40 of the 40 rows tried have an image that can be read"
    )
    assert numbers(run(job)) == numbers(outside_run)
    page = next(folder.glob("data_drift_reports/dogs/runs/*/report.html")).read_text()
    assert re.search(named, page)


@pytest.mark.parametrize("path", ["log.json", "requests/*.json"])
def test_init_finds_images_and_answers_in_other_json(beside, tmp_path, path):
    folder = as_other_json(beside, tmp_path / "bucket", path)
    found = proposed(folder, now=datetime(2025, 3, 6, 3, tzinfo=UTC))
    assert found.template.column == "request"
    assert found.columns.answer is not None
    assert found.columns.answer.column == "answer"
    assert found.log.path == path


def test_a_second_run_measures_nothing_and_writes_the_same(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "jsonl")
    job = job_inside(folder, "jsonl")
    first = run(job)
    again = run(job)
    assert numbers(again) == numbers(first)
    parts = list((folder / "data_drift_reports" / "features").rglob("part-*.parquet"))
    known = {one.name for one in parts}
    run(job)
    assert {one.name for one in folder.rglob("part-*.parquet")} == known


def test_normal_days_are_read_from_the_log_too(beside, tmp_path):
    days = {"days": 2, "images_per_day": 20, "most_minutes": 5}
    folder = inside(beside, tmp_path / "bucket", "parquet")
    run(job_inside(folder, "parquet", baseline=days))
    records = sorted(folder.glob("data_drift_reports/dogs/days/*/2025*.json"))
    counted = [json.loads(one.read_text())["images"] for one in records]
    assert len(records) == 3
    assert all(counted)


def test_a_stretch_of_such_a_log_may_be_the_reference(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "csv")
    stretch = {"start": "2025-03-03", "end": "2025-03-05"}
    found = run(job_inside(folder, "csv", reference={"window": stretch}))
    assert found.profile.images == 80


def test_check_tries_images_of_the_log(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "jsonl")
    place = open_workplace(job_inside(folder, "jsonl"), writes=False)
    checks = checked(place)
    assert checks["images"].state is CheckState.OK
    assert checks["images"].found == "40 of the 40 rows tried have an image that can be read"


def test_a_column_without_images_is_told_by_check(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "csv")
    job = job_of(folder, predictions={"path": "log.csv", "columns": {}}, images={"column": "breed"})
    checks = checked(open_workplace(job, writes=False))
    assert checks["images"].state is CheckState.FAILS
    assert "no image in the cell" in checks["images"].found
    assert "images.column is 'breed'" in checks["images"].mend


@pytest.mark.parametrize(("kind", "column"), [*[*COLUMNS.items()][:2], ("parquet", "image.bytes")])
def test_init_proposes_the_column_with_the_images(beside, tmp_path, kind, column):
    folder = inside(beside, tmp_path / "bucket", kind)
    found = proposed(folder, now=datetime(2025, 3, 6, 3, tzinfo=UTC))
    assert found.template.column == column
    assert "[images]\n# The log holds the images itself: 100%" in job_file_text(found)
    assert "images.path" not in said(found)


def test_the_notebook_shows_an_image_of_the_log(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "csv")
    job = job_inside(folder, "csv")
    run(job)
    opened = open_job(job)
    name = opened.offenders()["image"].iloc[0]
    assert opened.image(name).size == (112, 96)


def test_check_says_that_a_class_column_holds_whole_answers(beside, tmp_path):
    folder = inside(beside, tmp_path / "bucket", "csv")
    log = pd.read_csv(folder / "log.csv", dtype="str")
    log["said"] = [str({"a": row % 7 / 7, "b": 1 - row % 7 / 7}) for row in range(len(log))]
    log.to_csv(folder / "log.csv", index=False)
    job = job_of(
        folder,
        predictions={"path": "log.csv", "columns": {"prediction": "said"}},
        images={"column": "photo"},
    )
    place = open_workplace(job, writes=False)
    request = requested_window(job, RunOptions(until=UNTIL), place.clock())
    (told,) = [one for one in check_log(place, request).checks if one.thing == "columns"]
    assert 'write predictions.columns.answer = "said" in place of prediction' in told.mend
