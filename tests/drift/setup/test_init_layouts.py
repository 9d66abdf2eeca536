"""Buckets laid out in many ways: what init writes loads, passes the check, and runs."""

import dataclasses
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drift.cli.commands.group import program
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.job_file.reading import load_job
from jobs.predictions.reading import read_predictions
from jobs.times.windows import WindowRequest
from tests.support import odd_layouts, packed_layouts, usual_layouts
from tests.support.layouts import LAYOUTS, ODD_LAYOUTS, Layout

assert odd_layouts
assert packed_layouts
assert usual_layouts
# The other ones are run without being published: what differs among them is read, not written.
PUBLISHED = {
    "daily_parquet",
    "every_column_there_is",
    "nothing_but_a_log_and_its_images",
    "reference_system",
}
assert LAYOUTS.keys() >= PUBLISHED


def call(*arguments: object) -> Result:
    return CliRunner().invoke(
        program, [str(one) for one in arguments], standalone_mode=False, catch_exceptions=False
    )


def objects_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def initiate(start: Path, job_file: Path, layout: Layout) -> None:
    call("init", start, "--output", job_file, "--name", "dogs")
    text = job_file.read_text(encoding="utf-8")
    assert [line for line in layout.expects if line not in text] == []


def published_images(job_file: Path, start: Path) -> dict[str, int]:
    """Return what the report that the command publishes says of the images."""
    call("run", job_file)
    report = json.loads((start / "data_drift_reports/dogs/latest.json").read_bytes())
    assert report["job"] == load_job(job_file, os.environ).name
    return report["images"]


def dry_images(job_file: Path, start: Path) -> dict[str, int]:
    """Return what a run that writes nothing finds out about the images."""
    before = objects_of(start)
    place = open_workplace(load_job(job_file, os.environ), writes=False)
    found = run_job(place, RunOptions(dry_run=True))
    assert objects_of(start) == before
    return dataclasses.asdict(found.images)


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_bucket_laid_out_so_gets_a_job_that_runs(name, tmp_path):
    layout = LAYOUTS[name]
    start = layout.make(tmp_path / "bucket") or tmp_path / "bucket"
    before = objects_of(start)
    job_file = tmp_path / "job.toml"

    initiate(start, job_file, layout)

    checked = call("check", job_file)
    assert checked.return_value == 0, checked.output
    assert objects_of(start) == before, "init and check write nothing into the bucket"

    images = (published_images if name in PUBLISHED else dry_images)(job_file, start)
    assert images["logged"] >= 20
    assert images["analysed"] >= layout.share * images["logged"]
    assert images["unreadable"] == 0


@pytest.mark.parametrize("name", sorted(ODD_LAYOUTS))
def test_a_bucket_laid_out_oddly_gets_a_job_that_finds_its_images(name, tmp_path):
    layout = ODD_LAYOUTS[name]
    layout.make(tmp_path / "bucket")
    job_file = tmp_path / "job.toml"
    initiate(tmp_path / "bucket", job_file, layout)
    job = load_job(job_file, os.environ)
    bucket = open_bucket(job.bucket.url)
    rows = read_predictions(bucket, job.predictions, WindowRequest(end=datetime.now(UTC), rows=50))
    locator = ImageLocator(
        bucket_url=bucket.url, settings=job.images, day_first=job.predictions.day_first
    )
    located = [
        place
        for place in locator.locate(rows.raw, "log")
        if isinstance(place, ImageLocation) and (tmp_path / "bucket" / place.name).exists()
    ]
    assert len(located) >= layout.share * len(rows) > 0
