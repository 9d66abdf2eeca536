"""Runs whose reference holds the window's own images, copies, or hardly any image."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.run import RunFindings
from tests.support.worlds import job_of, make_world

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
FOLDER = {"images": "reference/"}


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., Path]:
    def make(requests: int = 40, references: int = 60) -> Path:
        make_world(tmp_path, lights=(1.0,), requests=requests, references=references)
        return tmp_path

    return make


def run(job: Job) -> RunFindings:
    return run_job(open_workplace(job, writes=False), RunOptions(until=UNTIL))


def remark(found: RunFindings, code: str) -> Remark:
    return next(one for one in found.remarks if one.code == code)


def put_into_reference(folder: Path, *, share: float = 1.0) -> None:
    images = sorted((folder / "images").iterdir())
    for number, image in enumerate(images[: round(share * len(images))]):
        shutil.copy(image, folder / "reference" / f"own {number}.jpg")


def test_a_window_that_is_the_reference_has_no_verdict_and_says_so_first(world):
    folder = world()
    shutil.rmtree(folder / "reference")
    shutil.copytree(folder / "images", folder / "reference")
    found = run(job_of(folder, reference=FOLDER))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "The window's images are those of the reference"
    assert found.summary.startswith("All 40 of the window's images are in the reference too.")
    assert found.warnings[0] == found.summary


def test_a_window_that_is_partly_in_the_reference_is_never_steady(world):
    folder = world(requests=60, references=80)
    put_into_reference(folder, share=0.3)
    found = run(job_of(folder, reference=FOLDER, detection={"effect_to_see": 2.0}))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert remark(found, "images_in_reference").weight is RemarkWeight.NOT_STEADY
    assert found.headline == "A part of the window's images are in the reference too"


def test_a_picture_or_two_on_both_sides_are_a_note_only(world):
    folder = world(requests=60, references=80)
    put_into_reference(folder, share=2 / 60)
    found = run(job_of(folder, reference=FOLDER, detection={"effect_to_see": 2.0}))
    assert found.verdict is Verdict.STEADY
    said = remark(found, "images_in_reference")
    assert said.weight is RemarkWeight.NOTE
    assert said.text.startswith("2 of 60 of the window's images are in the reference too.")


def test_a_stretch_of_the_log_that_is_the_window_has_no_verdict(world):
    stretch = {"window": {"start": "2025-03-03", "end": "2025-03-04"}}
    found = run(job_of(world(), reference=stretch))
    assert found.verdict is Verdict.INCONCLUSIVE
    said = remark(found, "images_in_reference")
    assert said.weight is RemarkWeight.NO_VERDICT
    assert "Let reference.window end before the window" in said.text


def test_copies_in_the_reference_are_counted_and_said(world):
    folder = world()
    copied = min((folder / "reference").iterdir())
    for number in range(50):
        shutil.copy(copied, folder / "reference" / f"copy {number}.jpg")
    found = run(job_of(folder, reference=FOLDER))
    assert (found.profile.images, found.profile.different) == (110, 60)
    assert remark(found, "copies_in_reference").text == (
        "50 of 110 reference images are copies of one; each picture counts once, so the reference "
        "is 60 different pictures."
    )
    assert found.evidence is not None
    assert found.evidence.reference_units <= 60


def test_a_reference_of_a_dozen_says_what_it_can_show_and_how_many_it_takes(world):
    found = run(job_of(world(references=12), reference=FOLDER))
    assert "the reference is too small for any window to show 0.5 sigma" in found.summary
    said = remark(found, "reference_too_small").text
    assert "12 independent reference pictures show only shifts of 1.4 sigma or more" in said
    assert "0.5 sigma (detection.effect_to_see) takes about" in said
