"""Further numbers of the log in a job with images: compared beside them, and held against them."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from jobs.times.timestamps import parse_timestamp
from reports.findings.answers import State, Verdict
from reports.findings.run import Observed, RunFindings
from tests.support.worlds import job_of, make_world

DAY = parse_timestamp("2025-03-04", "UTC")

pytestmark = pytest.mark.usefixtures("without_evidently")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day of pictures whose log holds their mean, rounded to one decimal, and a belt's speed."""
    folder = tmp_path_factory.mktemp("beside")
    make_world(folder, lights=(1.0,), requests=120, references=150)
    log = pd.read_csv(folder / "predictions_log.csv", dtype="str")
    log["brightness"] = [_mean_of(folder, row) for row in log.itertuples()]
    log["speed"] = np.random.default_rng(1).normal(5, 1, len(log)).round(3)
    log.to_csv(folder / "predictions_log.csv", index=False)
    return folder


def _mean_of(folder: Path, row: object) -> float:
    data = (folder / "images" / f"{row.id}_{row.filename}").read_bytes()  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(data)) as picture:
        return round(float(np.asarray(picture.convert("L")).mean()), 1)


def job(folder: Path, numbers: object, **tables: object) -> Job:
    predictions = {
        "path": "predictions_log.csv",
        "columns": {"prediction": "breed", "confidence": "confidence", "numbers": numbers},
    }
    return job_of(folder, **{"predictions": predictions, **tables})


def run(folder: Path, numbers: object, **tables: object) -> RunFindings:
    place = open_workplace(job(folder, numbers, **tables), writes=False)
    return run_job(place, RunOptions(until=DAY))


def copied(world: Path, tmp_path: Path, change: object) -> Path:
    """Return a bucket with the same images, and a log that was changed."""
    folder = Path(shutil.copytree(world, tmp_path / "bucket"))
    log = pd.read_csv(world / "predictions_log.csv", dtype={"id": "str"})
    change(log)  # type: ignore[operator]
    log.to_csv(folder / "predictions_log.csv", index=False)
    return folder


WINDOW = {"window": {"start": "2025-03-03T00:00:00", "end": "2025-03-03T12:00:00"}}


def test_numbers_are_compared_beside_the_image_features(world, tmp_path):
    def faster_in_the_afternoon(log: pd.DataFrame) -> None:
        log.loc[log["timestamp"] >= "2025-03-03T12", "speed"] += 2

    folder = copied(world, tmp_path, faster_in_the_afternoon)
    found = run(folder, ["speed"], reference=WINDOW, window={"last": "12h"})

    assert found.observed is Observed.IMAGES
    assert found.verdict is Verdict.DRIFT
    assert found.headline == "speed is higher than in the reference"
    assert [one.name for one in found.numbers] == ["speed"]
    assert {one.state for one in found.features} <= {State.STEADY, State.CONSTANT}
    assert len(found.features) > 30


def test_the_logs_own_mean_is_compared_with_that_of_the_reference_images(world):
    found = run(world, {"mean": "brightness"}, reference={"images": "reference/"})

    (own,) = found.numbers
    assert (own.name, own.state) == ("mean (log)", State.STEADY)
    assert own.reference is not None
    assert own.reference.count == 150
    # Rounded as the log writes it, it is the image's own: nothing is said.
    assert found.quality.cross_check == {"mean": 0}
    assert not [one for one in found.remarks if one.code == "numbers_disagree"]


def test_a_number_that_the_image_does_not_give_is_told(world, tmp_path):
    def of_other_images(log: pd.DataFrame) -> None:
        log.loc[:29, "brightness"] += 3

    folder = copied(world, tmp_path, of_other_images)
    found = run(folder, {"mean": "brightness"}, reference={"images": "reference/"})

    (said,) = [one.text for one in found.remarks if one.code == "numbers_disagree"]
    assert said.startswith("The log's brightness and the images' own mean differ")
    assert "brightness in 30 rows" in said


def test_a_reference_without_the_numbers_says_how_to_supply_them(world):
    found = run(world, ["speed"])

    (speed,) = found.numbers
    assert speed.state is State.MISSING
    assert "Set reference.log to a log or table that has the column" in speed.note


def test_without_images_the_logs_features_are_compared_with_reference_images(world):
    thrown_away = job(world, {"mean": "brightness"}, reference={"images": "reference/"})
    place = open_workplace(thrown_away.model_copy(update={"images": None}), writes=False)
    found = run_job(place, RunOptions(until=DAY))

    assert found.observed is Observed.ROWS
    (mean,) = found.features
    assert mean.reference is not None
    assert mean.current is not None
    assert (mean.name, mean.current.count) == ("mean", 120)
    # Near-copies among the reference's pictures count once, as in every folder.
    assert 140 < mean.reference.count <= 150
    logged = pd.read_csv(world / "predictions_log.csv")["brightness"].mean()
    assert mean.current.mean == pytest.approx(logged)
    assert found.offenders == ()
    assert found.numbers == ()
