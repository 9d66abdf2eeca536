"""Whole runs that compare a part of their window: it is said, and nothing else is lost."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from drift import judgement
from drift.observations.large_windows.compared_part import compared_part
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from tests.support.row_worlds import make_numbers_world, numbers_job, place_at
from tests.support.worlds import make_world

IMAGE = re.compile(r"\bimages?\b", re.IGNORECASE)
UNTIL = datetime(2025, 3, 5, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("without_evidently")


def _compare(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement, "compared_part", partial(compared_part, most=most))


def _said(findings: RunFindings) -> list[str]:
    return [one.text for one in findings.remarks if one.code == "window_sampled"]


def test_a_run_over_images_says_what_it_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_world(tmp_path / "bucket", requests=120, references=150)
    whole = run_job(open_workplace(job, writes=False), RunOptions(until=UNTIL))
    _compare(60, monkeypatch)
    part = run_job(open_workplace(job), RunOptions(until=UNTIL))

    assert (whole.verdict, part.verdict) == (Verdict.DRIFT, Verdict.DRIFT)
    assert (_said(whole), len(_said(part))) == ([], 1)
    assert _said(part)[0].startswith(f"Of the window's {whole.log.rows:,} rows ")
    assert (part.images, part.log) == (whole.images, whole.log)
    assert part.quality == whole.quality
    assert part.evidence is not None
    assert part.evidence.current_units <= 60
    assert (whole.compared_images, part.compared_images) == (None, part.evidence.current_units)
    # The bound is for all images, from those that were compared.
    assert part.affected is not None
    assert whole.affected is not None
    assert 0.6 * whole.affected < part.affected <= part.images.analysed
    (page,) = (tmp_path / "bucket").glob("**/runs/*/report.html")
    text = html.unescape(re.sub("<[^>]+>", "", page.read_text(encoding="utf-8")))
    assert _said(part)[0].split(":")[0] in text
    assert f"{part.compared_images} compared of 120 logged" in text
    assert f"images of the {part.compared_images} compared that are more likely" in text
    assert f"{part.compared_images} images are {part.compared_images} independent" in text
    report = json.loads((page.parent / "report.json").read_bytes())
    assert _said(part)[0] in [one["text"] for one in report["remarks"]]
    assert report["compared_images"] == part.compared_images


def test_a_job_without_images_says_it_without_a_word_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bucket"
    make_numbers_world(folder, days=2, last={"shift": 2.5, "moved": "speed"})
    _compare(80, monkeypatch)
    found = run_job(place_at(numbers_job(folder), 1, writes=False), RunOptions())

    assert found.verdict is Verdict.DRIFT
    assert _said(found)[0].startswith("Of the window's 120 rows 80 were compared, drawn by their ")
    assert not IMAGE.search(_said(found)[0])
