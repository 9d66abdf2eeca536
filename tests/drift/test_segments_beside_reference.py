"""Whole runs with cameras beside a reference that knows them, before there are normal days."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cameras import make_cameras, run_cameras

CAMERAS = ("gate-1", "gate-2", "gate-3", "gate-4", "gate-5")
DARK, BROKEN, A_DAY, REFERENCE_DAYS = "gate-2", "gate-3", 165, 3
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cameras(
        tmp_path_factory.mktemp("cameras"),
        CAMERAS,
        days=REFERENCE_DAYS + 2,
        a_day=A_DAY,
        lights={DARK: 0.75},
        blurred={BROKEN: range(REFERENCE_DAYS + 1, REFERENCE_DAYS + 2)},
        days_of_reference=REFERENCE_DAYS,
    )


def test_a_camera_that_is_darker_in_the_reference_too_is_quiet(job: Path) -> None:
    code, report, folder = run_cameras(job, REFERENCE_DAYS)
    assert (code, report["verdict"], report["basis"]) == (0, "steady", "reference")
    tests = report["segment_tests"]
    assert {one["value"] for one in tests["tested"]} == {*CAMERAS, "large", "small"}
    assert {one["state"] for one in tests["tested"]} == {"steady"}
    of_cameras = [one for one in tests["tested"] if one["column"] == "camera"]
    assert {one["reference_images"] for one in of_cameras} == {REFERENCE_DAYS * A_DAY // 5}
    assert {one["days"] for one in tests["tested"]} == {0}
    page = (folder / "report.html").read_text()
    said = "7 parts of the traffic were compared with their own images in the reference"
    assert f"{said}: none of them moved by more than chance." in page


def test_a_broken_camera_is_the_headline_beside_its_own_reference(job: Path) -> None:
    code, report, folder = run_cameras(job, REFERENCE_DAYS + 1)
    assert (code, report["verdict"], report["basis"]) == (3, "drift", "reference")
    assert report["headline"].startswith("Camera gate-3: images are ")
    assert "blurrier" in report["headline"]
    first, *others = report["segment_tests"]["tested"]
    assert (first["value"], first["state"], first["since"]) == (BROKEN, "drift", "")
    assert first["adjusted_p_value"] < first["threshold"] == 0.01
    drifted = {one["name"]: one for one in first["drifted"]}
    assert drifted["sharpness"]["direction"] == "down"
    assert drifted["sharpness"]["current"] < drifted["sharpness"]["usual"]
    assert {one["state"] for one in others if one["column"] == "camera"} == {"steady"}
    numbers = [
        int(one["image"].partition("-")[2].removesuffix(".jpg")) for one in report["offenders"]
    ]
    assert {CAMERAS[number % 5] for number in numbers} == {BROKEN}
    page = (folder / "report.html").read_text()
    assert f"Check camera {BROKEN} first" in page
    assert "Own images then" in page
    evidently = json.loads((folder / "evidently.json").read_text())
    own = [one for one in evidently["metrics"] if "of camera gate-3" in one["metric_name"]]
    assert any(one["value"] == first["adjusted_p_value"] for one in own)
