"""What a day's run asks of a bucket with one small object an image, and what its page shows."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import jsonschema
import pytest

from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job, WindowSettings
from reports.findings.images import BoxKind, DrawnBox
from reports.findings.run import RunFindings
from reports.json_report.report import report_schema
from tests.support.command import ROOT
from tests.support.counting_bucket import CountingBucket
from tests.support.labelbox_bucket import Layout, World, fill_folder, labelbox_bucket
from tests.support.quality_runs import run_until

pytestmark = pytest.mark.usefixtures("without_evidently")

# Over the end of a month. From fifty small objects a day on, days that were read are kept packed.
WORLD = World(
    first_day=date(2025, 2, 20), days=12, images_per_day=60, blurred_days=4, stored_side=64
)
LAYOUT = Layout(label_days=(1, 1), labelled_share=1.0)
EVE, LAST = WORLD.all_days[-2:]


def job(folder: Path) -> Job:
    settings = tomllib.loads((ROOT / "examples/labelbox/shapes.toml").read_text(encoding="utf-8"))
    reference = {"start": "2025-02-20T00:00:00Z", "end": "2025-02-22T00:00:00Z"}
    labels = settings["labels"] | {"wait": "8d"}
    changes = {
        "bucket": {"url": str(folder)},
        "labels": labels,
        "reference": {"window": reference},
        "baseline": {"days": 4},
    }
    return Job.model_validate(settings | changes)


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


class DaysRuns:
    """Runs of two days that follow each other, with the requests of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[CountingBucket] = []
        self.found: list[RunFindings] = []
        self.new: set[str] = set()
        self.run(EVE)
        self.run(LAST)

    def run(self, day: date) -> None:
        seen = labelbox_bucket(WORLD, LAYOUT, seen=day)
        self.new = {name for name in seen if not (self.folder / name).exists()}
        fill_folder(self.folder, seen)
        self.found.append(run_until(job(self.folder), end_of(day), self._counted))

    def _counted(self, inner: Bucket) -> CountingBucket:
        self.asked.append(CountingBucket(inner))
        return self.asked[-1]

    def read(self, at: int, prefix: str) -> list[str]:
        """Return what one run read below a prefix, a name as often as it did."""
        calls = self.asked[at].calls.items()
        return [
            name
            for (method, name), number in calls
            if method in {"read", "local_copy", "read_part"} and name.startswith(prefix)
            for _ in range(number)
        ]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> DaysRuns:
    return DaysRuns(tmp_path_factory.mktemp("labelbox"))


@pytest.mark.parametrize("prefix", ["results/", "annotations/"])
def test_a_days_run_reads_that_days_results_and_new_labels_once(
    runs: DaysRuns, prefix: str
) -> None:
    first, new = runs.read(0, prefix), {name for name in runs.new if name.startswith(prefix)}
    assert len(first) == len(set(first)) >= 9 * WORLD.images_per_day
    assert len(new) == WORLD.images_per_day
    assert sorted(runs.read(1, prefix)) == sorted(new)


def test_the_worst_images_of_past_days_have_both_kinds_of_boxes(runs: DaysRuns) -> None:
    found = runs.found[-1]
    quality = found.model_quality
    assert quality is not None
    assert quality.state.value == "dropped"
    assert quality.detection is not None
    worst = [one for one in quality.detection.worst if one.timestamp < found.window.start]
    assert worst, "labels are a day late at least"
    assert found.boxes is not None
    for one in worst:
        boxes = found.boxes[one.image]
        kinds = [box.kind for box in boxes.drawn]
        assert boxes.not_drawn_because == ""
        assert (boxes.predicted, boxes.true) == (
            kinds.count(BoxKind.PREDICTED),
            one.true_boxes,
        )
        assert kinds.count(BoxKind.TRUE) == one.true_boxes
        assert all(box.class_name for box in boxes.drawn)
    folder = runs.folder / "data_drift_reports/shapes/runs" / found.run_id
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, report_schema())
    assert {one.image for one in worst} <= report["boxes"].keys()
    page = (folder / "report.html").read_text(encoding="utf-8")
    shown = found.boxes[worst[0].image].drawn
    assert {f"{box.class_name} {box.score:.2f}" for box in shown if box.score} <= set(
        re.findall(r"[a-z]+ 0\.\d\d", page)
    )


def test_they_are_the_same_as_those_of_a_run_whose_window_holds_the_image(runs: DaysRuns) -> None:
    window = WindowSettings(last="12d", timezone="UTC")
    wide = job(runs.folder).model_copy(update={"window": window})
    own, later = run_until(wide, end_of(LAST), writes=False).boxes, runs.found[-1].boxes
    assert own is not None
    assert later is not None
    past = {
        one.image
        for one in runs.found[-1].model_quality.detection.worst  # type: ignore[union-attr]
        if one.timestamp < runs.found[-1].window.start
    }
    shared = past & own.keys()
    assert shared
    for image in shared:
        one, other = own[image], later[image]
        assert (one.predicted, one.true) == (other.predicted, other.true)
        assert [_told(box) for box in one.drawn] == [_told(box) for box in other.drawn]
        assert [_corners(box) for box in one.drawn] == [
            pytest.approx(_corners(box), abs=1.1e-4) for box in other.drawn
        ]


def _told(box: DrawnBox) -> tuple[object, ...]:
    return box.kind, box.class_name, box.score


def _corners(box: DrawnBox) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]
