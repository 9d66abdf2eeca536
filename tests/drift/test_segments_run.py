"""Whole runs with cameras: one that is broken is the headline, one that is darker is not."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.support.cameras import make_cameras, run_cameras

CAMERAS = ("gate-1", "gate-2", "gate-3", "gate-4", "<b>gate-5</b>")
DARK, BROKEN, A_DAY, PAST = "gate-2", "gate-3", 165, 9
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cameras")
    return make_cameras(
        folder,
        CAMERAS,
        days=PAST + 2,
        a_day=A_DAY,
        lights={DARK: 0.75},
        blurred={BROKEN: range(PAST + 1, PAST + 2)},
    )


def test_a_camera_that_is_always_darker_is_quiet(job: Path) -> None:
    code, report, folder = run_cameras(job, PAST)
    assert (code, report["verdict"], report["basis"]) == (0, "steady", "days")
    tests = report["segment_tests"]
    assert {one["value"] for one in tests["tested"]} == {*CAMERAS, "large", "small"}
    assert {one["state"] for one in tests["tested"]} == {"steady"}
    assert {one["days"] for one in tests["tested"]} == {PAST}
    assert not tests["is_headline"]
    assert tests["not_tested"] == []
    page = (folder / "report.html").read_text()
    assert "7 parts of the traffic were compared with normal days of their own" in page
    assert "none of them moved by more than those differ" in page
    assert "<b>gate-5" not in page


def test_a_broken_camera_is_the_headline_and_its_images_are_shown(job: Path) -> None:
    code, report, folder = run_cameras(job, PAST + 1)
    assert (code, report["verdict"]) == (3, "drift")
    assert report["headline"].startswith("Camera gate-3: images are ")
    assert "blurrier" in report["headline"]
    assert f"{A_DAY // 5} of {A_DAY} images" in report["summary"]
    first, *others = report["segment_tests"]["tested"]
    assert (first["column"], first["value"], first["state"]) == ("camera", BROKEN, "drift")
    assert first["adjusted_p_value"] < first["threshold"] == 0.01
    assert first["images"] == A_DAY // 5
    drifted = {one["name"]: one for one in first["drifted"]}
    assert drifted["sharpness"]["direction"] == "down"
    assert drifted["sharpness"]["current"] < drifted["sharpness"]["usual"]
    assert {one["state"] for one in others if one["column"] == "camera"} == {"steady"}
    assert report["segment_tests"]["is_headline"]
    numbers = [
        int(one["image"].partition("-")[2].removesuffix(".jpg")) for one in report["offenders"]
    ]
    assert numbers
    assert {CAMERAS[number % 5] for number in numbers} == {BROKEN}
    assert 0 < report["affected"] <= A_DAY // 5
    assert report["episode"]["since"] == report["window"]["start"]
    with (folder / "affected.csv").open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    assert {one["segment.camera"] for one in listed if one["segment"] == "camera: gate-3"} == {
        BROKEN
    }
    moved = {
        f"{one['column']}: {one['value']}" for one in (first, *others) if one["state"] == "drift"
    }
    assert {"camera: gate-3"} <= {one["segment"] for one in listed} <= moved
    assert (
        len({one["image"] for one in listed}) == len(listed) == report["affected_table"]["images"]
    )
    page = (folder / "report.html").read_text()
    assert "Check camera gate-3 first" in page
    evidently = json.loads((folder / "evidently.json").read_text())
    own = [one for one in evidently["metrics"] if "of camera gate-3" in one["metric_name"]]
    assert any(one["value"] == first["adjusted_p_value"] for one in own)
