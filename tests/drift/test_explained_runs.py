"""Runs whose page shows what the model looked at; the report holds the images' names alone."""

import json
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from reports.findings.model_view import MOST_TYPICAL
from tests.support.seen_world import MODEL, SIDE, START, make_seen_world, seen_job
from tests.support.tiny_models import save_exported, tiny_net

REPORTS = "data_drift_reports/shapes/runs"
NEW = START.replace(tzinfo=UTC) + timedelta(days=2)


@pytest.fixture(scope="module")
def explained(tmp_path_factory) -> tuple[Path, str]:
    """A bucket with a run of a small torch model, and the run's id."""
    folder = make_seen_world(tmp_path_factory.mktemp("explained") / "bucket")
    (folder / MODEL).unlink()
    save_exported(tiny_net(), folder / MODEL)
    job = seen_job(
        folder, {"grey": False, "input_size": 16, "resize": SIDE}, reports={"explanations": 3}
    )
    found = run_job(open_workplace(job), RunOptions(until=NEW))
    return folder, found.run_id


@pytest.mark.slow
def test_the_page_shows_what_the_model_looked_at(explained):
    folder, run_id = explained
    report = json.loads((folder / REPORTS / run_id / "report.json").read_text())
    page = (folder / REPORTS / run_id / "report.html").read_text()

    seen = report["model_view"]
    assert (seen["problem"], seen["kind"], seen["unexplained_because"]) == ("", "exported", "")
    standing_out = [one for one in seen["explained"] if not one["typical"]]
    assert len(standing_out) == 3
    assert len(seen["explained"]) == 3 + MOST_TYPICAL
    assert all(0 < one["confidence"] <= 1 for one in seen["explained"])
    assert all(one["predicted"].startswith("class ") for one in seen["explained"])
    assert "what the model looked at" in page.lower()
    assert all(one["image"].rpartition("/")[2] in page for one in seen["explained"])
