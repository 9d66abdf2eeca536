"""Folders of a day, and of each image's time, tell a run the same."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jobs.job_file.job import Job
from tests.support.command import ROOT
from tests.support.labelbox_bucket import Layout, World, fill_folder, labelbox_bucket
from tests.support.quality_runs import run_until

pytestmark = pytest.mark.usefixtures("without_evidently")

WORLD = World(days=8, images_per_day=20, blurred_days=2)
OF_DAYS = Layout(label_days=(0, 1), labelled_share=1.0)
OF_TIMES = replace(OF_DAYS, folder_of_each_time=True)
CHANGED = 6


def day_of(name: str) -> int:
    return int(name.split("/")[1][:2])


def run_on(folder, bucket):
    fill_folder(folder, bucket)
    settings = tomllib.loads((ROOT / "examples/labelbox/shapes.toml").read_text(encoding="utf-8"))
    settings["bucket"]["url"] = str(folder)
    settings["baseline"] = {"days": 0}
    settings["reference"]["window"] = {
        "start": "2025-03-01T00:00:00Z",
        "end": "2025-03-05T00:00:00Z",
    }
    until = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(days=WORLD.days)
    return run_until(Job.model_validate(settings), until)


def test_a_bucket_that_changed_its_folders_says_what_one_of_days_says(tmp_path):
    of_days, of_times = (labelbox_bucket(WORLD, one) for one in (OF_DAYS, OF_TIMES))
    mixed = {name: data for name, data in of_days.items() if day_of(name) < CHANGED}
    mixed |= {name: data for name, data in of_times.items() if day_of(name) >= CHANGED}

    first, other = (
        run_on(tmp_path / name, bucket) for name, bucket in (("days", of_days), ("mixed", mixed))
    )

    assert other.verdict is first.verdict
    assert other.headline == first.headline
    assert other.model_quality.labels.used == first.model_quality.labels.used > 0
    # Intervals differ a little: images are drawn in the order of their names.
    newest = [one.model_quality.detection.newest for one in (first, other)]
    for measure in ("ap", "ap50", "ap75", "ar100", "mean_iou"):
        values = [getattr(one, measure).value for one in newest]
        assert values[0] == pytest.approx(values[1])
