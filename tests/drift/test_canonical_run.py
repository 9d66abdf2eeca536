"""A job with a canonical size: the second columns from the images to the page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from drift.pinned_profile import build_and_pin
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from reference_stats.features.registry import feature_set, feature_set_id
from tests.support.worlds import job_of, make_world

UNTIL = RunOptions(until=datetime(2025, 3, 4, tzinfo=UTC))
SIZED = {"path": "images/{id}_{filename}", "canonical_size": 48}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("canonical")
    make_world(folder, lights=(0.6,), requests=40, references=60)
    return folder


def test_the_columns_are_missing_until_the_profile_is_built_anew(world: Path) -> None:
    run_job(open_workplace(job_of(world)), UNTIL)
    found = run_job(open_workplace(job_of(world, images=SIZED)), UNTIL)
    states = {one.name: one.state for one in found.features}
    assert states["sharpness_at_48px"] == "missing"
    assert states["sharpness"] != "missing"


def test_they_are_compared_cached_and_shown(world: Path) -> None:
    place = open_workplace(job_of(world, name="sized", images=SIZED))
    build_and_pin(place)
    first = run_job(place, UNTIL)
    again = run_job(open_workplace(place.job), UNTIL)
    states = {one.name: one.state for one in again.features}
    assert states["sharpness_at_48px"] in {"steady", "drift", "inconclusive"}
    assert first.profile.feature_set == feature_set_id(feature_set(48))
    reports = world / "data_drift_reports"
    assert any((reports / "features" / feature_set_id(feature_set(48))).iterdir())
    page = (reports / "sized" / "runs" / first.run_id / "report.html").read_text("utf-8")
    assert "sharpness at 48 pixels" in page.lower()
    report = json.loads((reports / "sized" / "latest.json").read_text("utf-8"))
    scaled = next(one for one in report["features"] if one["name"] == "sharpness_at_48px")
    assert np.isfinite(scaled["current"]["mean"])
