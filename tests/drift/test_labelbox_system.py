"""The Labelbox and Observe system untouched: from its bucket on a real S3 server to a fault."""

import json
import re
import tomllib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import jsonschema
import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from drift.evidently import report as evidently_report
from drift.notebook import open_job
from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from reports.json_report.report import report_schema
from tests.support.command import warm_drift
from tests.support.counting_bucket import CountingBucket
from tests.support.labelbox_bucket import Layout, World, labelbox_bucket
from tests.support.quality_runs import run_until

# From fifty small objects a day on, days that were read are kept packed.
WORLD = World(days=11, images_per_day=54, blurred_days=4)
LAYOUT = Layout(label_days=(1, 2), labelled_share=1.0)
FAULT = WORLD.all_days[-4]
FIRST = 7
RUNS = (8, 10, 11)
REPORTS = "data_drift_reports/shapes"


class System:
    """The bucket on the server, as its days come, and the job that looks at it."""

    def __init__(self, server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.name = server.make_bucket()
        self.there: set[str] = set()
        self.asked: list[CountingBucket] = []
        self.found = []

    def show(self, days: int) -> None:
        """Put what is new by the end of so many days."""
        seen = labelbox_bucket(WORLD, LAYOUT, seen=WORLD.all_days[days - 1])
        for name in sorted(seen.keys() - self.there):
            self.server.put(self.name, name, seen[name])
        self.there |= seen.keys()

    def init(self) -> dict:
        """Let `drift init` write the job file; return its settings."""
        done = warm_drift("init", f"s3://{self.name}", "--name", "shapes", cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return tomllib.loads((self.folder / "shapes.toml").read_text(encoding="utf-8"))

    def run(self, days: int, **tables) -> None:
        """Do the run of the night after so many days."""
        until = datetime.combine(WORLD.first_day + timedelta(days=days), time(), UTC)
        self.found.append(run_until(self.job(**tables), until, self._counted))

    def job(self, **tables) -> Job:
        return Job.model_validate({**self.settings, **tables})

    @property
    def settings(self) -> dict:
        """What `drift init` wrote, with a window of a day and a reference of three."""
        first = WORLD.first_day
        stretch = {
            "start": f"{first}T00:00:00Z",
            "end": f"{first + timedelta(days=3)}T00:00:00Z",
        }
        return self.written | {
            "window": {"last": "1d"},
            "reference": {"window": stretch},
            "metrics": {"textfile": str(self.folder / "shapes.prom")},
        }

    def object(self, name: str) -> bytes:
        return self.server.get(self.name, f"{REPORTS}/{name}")

    def report(self, at: int = -1) -> dict:
        return json.loads(self.object(f"runs/{self.found[at].run_id}/report.json"))

    def page(self, at: int = -1) -> str:
        return self.object(f"runs/{self.found[at].run_id}/report.html").decode()

    def _counted(self, inner: Bucket) -> CountingBucket:
        self.asked.append(CountingBucket(inner))
        return self.asked[-1]


@pytest.fixture(scope="module")
def system(s3_server, tmp_path_factory):
    """The first run with its normal days, and runs of later days while labels arrive."""
    system = System(s3_server, tmp_path_factory.mktemp("system"))
    files = evidently_report.EvidentlyFiles(html=b"<!doctype html>", json=b"{}")
    system.show(FIRST)
    system.written = system.init()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(evidently_report, "render", lambda *_, **__: files)
        system.run(FIRST)
        for days in RUNS:
            system.show(days)
            system.run(days)
        system.run(WORLD.days)
        yield system


def test_init_says_what_joins_what(system):
    written = system.written
    assert written["predictions"]["columns"]["boxes"] == {
        "column": "boxes",
        "format": "yxyx",
        "unit": "shares",
        "classes": "class_names",
        "scores": "scores",
        "width": "image_w",
        "height": "image_h",
    }
    assert written["predictions"]["columns"]["id"] == "{name:stem}"
    assert written["labels"]["columns"]["boxes"]["format"] == "ltwh"
    assert written["quality"] == {"version": "model_version"}


def test_check_says_how_many_labels_join(system):
    done = warm_drift(
        "check", "shapes.toml", "--until", f"{WORLD.all_days[-1]}T00:00:00Z", cwd=system.folder
    )
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"ok labels ", said)


def test_the_first_run_has_scores_of_the_days_that_are_labelled(system):
    quality = system.report(0)["model_quality"]
    assert quality["kind"] == "detector"
    assert quality["detection"]["newest"]["ap50"]["value"] == pytest.approx(0.84, abs=0.1)
    assert len(quality["detection"]["days"]) == FIRST
    assert system.report(0)["verdict"] == "steady"


def test_each_day_has_scores_of_all_boxes_and_ap_of_those_labelled(system):
    report = system.report()
    jsonschema.validate(report, report_schema())
    days = report["model_quality"]["detection"]["days"]
    assert [one["start"][:10] for one in days] == [day.isoformat() for day in WORLD.all_days]
    labelled = [one for one in days if one["scores"]["labelled"]]
    assert len(labelled) == WORLD.days - 1
    for one in labelled:
        assert {"ap50", "ap75", "ar100"} <= one["scores"].keys()
        assert 0 < one["scores"]["ap50"]["value"] <= 1
    for one in days:
        given = one["confidences"]
        assert 0.3 <= given["lowest"] < given["mean"] < given["highest"] < 1
    before = [one["confidences"]["mean"] for one in days if one["start"][:10] < str(FAULT)]
    since = [one["confidences"]["mean"] for one in days if one["start"][:10] >= str(FAULT)]
    assert sum(before) / len(before) == pytest.approx(0.80, abs=0.02)
    assert sum(since) / len(since) == pytest.approx(0.76, abs=0.02)


def test_the_fall_of_ap50_is_found_since_its_day(system):
    states = [found.model_quality.state.value for found in system.found]
    # The labels of its first day come one and two days later.
    assert states[:2] == ["holds", "holds"]
    assert states[-2:] == ["dropped", "dropped"]
    drop = system.found[-1].model_quality.drop
    assert drop.measure == "ap50"
    assert abs(datetime.fromisoformat(drop.since).date() - FAULT) <= timedelta(days=1)
    assert 0.15 < drop.drop.value < 0.45


def test_pages_say_both_and_that_the_images_are_blurrier(system):
    of_fault = system.found[1]
    assert of_fault.window.start[:10] == FAULT.isoformat()
    assert of_fault.verdict.value == "drift"
    assert "blurrier" in of_fault.headline
    page = re.sub(r"\s+", " ", system.page())
    assert "blurrier" in page
    for said in ("AP50", "AP75", "AR"):
        assert said in page
    assert "Model got worse" in re.sub(r"<[^>]+>", "", page)
    assert "AP50" in system.object("index.html").decode()


def test_history_and_metrics_have_the_same_scores(system):
    newest = system.found[-1].model_quality.detection.newest
    done = warm_drift("history", "shapes.toml", "--json", cwd=system.folder)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert any(newest.ap50.value == pytest.approx(_score(row), abs=1e-4) for row in rows)
    text = (system.folder / "shapes.prom").read_text(encoding="utf-8")
    for measure in ("ap50", "ap75", "ar100"):
        value = re.search(
            rf'image_drift_detector_score{{[^}}]*measure="{measure}",stretch="newest"}} (\S+)', text
        )
        assert value is not None, text
        assert float(value[1]) == pytest.approx(getattr(newest, measure).value)
    for statistic in ("lowest", "mean", "highest"):
        assert re.search(rf'image_drift_box_confidence{{[^}}]*statistic="{statistic}"', text)


def test_a_notebook_has_the_weeks(system):
    weeks = open_job(system.folder / "shapes.toml").quality_weeks()
    assert len(weeks) >= 3


def test_what_was_read_once_is_not_asked_for_again(system):
    first, _, _, last, again = (_reads(asked) for asked in system.asked)
    images = WORLD.images_per_day
    # The next day: the new images and results, the labels of two days, and few packs.
    assert _count(first, "results/") >= (FIRST - 1) * images
    assert _count(last, "results/") <= images
    assert _count(last, "annotations/") <= 2 * images
    assert _count(again, "images/") == 0
    assert _count(again, "results/", "annotations/") == 0
    assert sum(system.asked[-1].calls.values()) < 150


def _reads(asked: CountingBucket) -> list[str]:
    return sorted(asked.names("read", "local_copy", "read_part"))


def _count(names: list[str], *prefixes: str) -> int:
    return sum(name.startswith(prefixes) for name in names)


def _score(row: dict) -> float:
    value = row.get("model_score", row.get("score"))
    return -1.0 if value is None else value
