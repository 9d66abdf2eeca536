"""A whole run of a log with several rows an image: what is shown of one camera is that camera's."""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drift.pipeline
from drift.publication import Compared
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from tests.support.worlds import START, view

CAMERAS, UNSURE = ("gate-1", "gate-2", "gate-3"), "gate-2"
A_DAY, PAST, BOXES = 105, 8, 3
COLUMNS = ("timestamp", "image", "camera", "said", "confidence")
JOB = {
    "name": "gates",
    "predictions": {
        "path": "log.csv",
        "columns": {"prediction": "said", "confidence": "confidence"},
    },
    "images": {"path": "{image}"},
    "window": {"last": "1d"},
    "baseline": {"images_per_day": A_DAY},
    "reference": {"images": "reference/", "log": "reference.csv"},
    "segments": {"columns": ["camera"]},
}
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_evidently")]


def boxes(random: np.random.Generator, sure: float) -> list[list[str]]:
    """Return what the model says of the boxes of one image."""
    each = random.normal(sure, 0.05, BOXES).clip(0.0, 1.0)
    return [[("cat", "dog")[int(random.integers(2))], f"{one:.4f}"] for one in each]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One camera of three whose boxes are less sure on the last day."""
    random, folder = np.random.default_rng(5), tmp_path_factory.mktemp("boxes")
    for name in ("reference", "images"):
        (folder / name).mkdir()
    # What the model says is what is tested here: images are used again under other names.
    pictures = [view(random) for _ in range(A_DAY)]
    with (folder / "reference.csv").open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(COLUMNS)
        for number in range(150):
            image = f"reference/{number}.jpg"
            (folder / image).write_bytes(view(random))
            log.writerows([START, image, "", *said] for said in boxes(random, 0.8))
    with (folder / "log.csv").open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(COLUMNS)
        for day in range(PAST + 1):
            for number, picture in enumerate(pictures):
                camera, image = CAMERAS[number % len(CAMERAS)], f"images/{day}-{number}.jpg"
                (folder / image).write_bytes(picture)
                at = START + timedelta(days=day, seconds=86_400 * number / A_DAY)
                sure = 0.5 if day == PAST and camera == UNSURE else 0.8
                log.writerows([at, image, camera, *said] for said in boxes(random, sure))
    return folder


def test_what_is_shown_of_a_camera_is_what_the_model_said_of_that_camera(
    bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: list[Compared] = []
    publish = drift.pipeline.publish_run

    def kept(*args: Any) -> Any:
        published.append(args[2])
        return publish(*args)

    monkeypatch.setattr(drift.pipeline, "publish_run", kept)
    job = Job.model_validate({**JOB, "bucket": {"url": str(bucket)}})
    until = (START + timedelta(days=PAST + 1)).replace(tzinfo=UTC)
    found = drift.pipeline.run_job(open_workplace(job), RunOptions(until=until))
    assert (found.verdict, found.basis.value) == (Verdict.DRIFT, "days")
    assert found.segment_tests is not None
    first = found.segment_tests.tested[0]
    assert (first.value, first.strongest.name) == (UNSURE, "confidence")
    ((compared,), *_) = [published]
    own = {column.name: column for column, _ in compared.segments}
    values = own[f"confidence of camera {UNSURE}"].current
    # One value per image of this camera, and none of the other cameras': those are near 0.8.
    assert len(values) == A_DAY // len(CAMERAS)
    assert values.max() < 0.7
