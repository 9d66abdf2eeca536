"""Whole runs of jobs without images: numbers, classes and confidences, row by row."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from drift.cli.profile_table import profile_table
from drift.days.records.stored.store import RecordStore
from drift.notebook import open_job
from drift.pinned_profile import pinned_profile
from drift.pipeline import run_job
from drift.run_request import RunOptions
from jobs.errors import InputError
from jobs.job_file.job import Job
from reports.findings.answers import State, Verdict
from reports.findings.days import Basis
from reports.findings.run import Observed, RunFindings
from reports.history.store import read_history
from reports.json_report.report import report_schema
from reports.metrics.samples import samples_of
from tests.support.row_worlds import (
    NUMBERS,
    classes_job,
    make_classes_world,
    make_numbers_world,
    numbers_job,
    numbers_table,
    place_at,
)

LAST = 11
SEGMENTS = {"columns": ["camera"]}
REFERENCE_ONLY = {"detection": {"basis": "reference"}, "baseline": {"days": 0}}
# The remark about keeping pictures is the only place of a page that may speak of them.
IMAGE = re.compile(r"\bimages?\b", re.IGNORECASE)

pytestmark = pytest.mark.usefixtures("without_evidently")


@pytest.fixture(scope="module")
def numbers_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers") / "bucket"
    make_numbers_world(folder, last={"shift": 2.5, "moved": "speed"})
    return folder


@pytest.fixture
def bucket(numbers_world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(numbers_world, tmp_path / "bucket"))


def run(job: Job, day: int) -> RunFindings:
    return run_job(place_at(job, day), RunOptions())


def file_of(folder: Path, found: RunFindings, name: str) -> str:
    run_folder = folder / "data_drift_reports" / "tables" / "runs" / found.run_id
    return (run_folder / name).read_text(encoding="utf-8")


def text_of(page: str) -> str:
    """Return what a reader sees of a page, without styles."""
    return re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL))


def test_a_number_that_moved_is_the_headline_beside_normal_days(bucket):
    job = numbers_job(bucket, segments=SEGMENTS)
    quiet, loud = run(job, LAST - 1), run(job, LAST)

    assert (quiet.verdict, loud.verdict) == (Verdict.STEADY, Verdict.DRIFT)
    assert loud.basis is Basis.DAYS
    assert loud.headline == "speed is higher than on normal days"
    assert [one.name for one in loud.numbers if one.state is State.DRIFT] == ["speed"]
    assert {one.name for one in loud.numbers} == set(NUMBERS)
    assert loud.features == ()
    assert [one.name for one in loud.predictions] == ["prediction"]
    assert loud.numbers[0].beside_days is not None
    assert loud.segment_tests is not None
    assert {one.value for one in loud.segment_tests.drifted} == {"north", "south"}


def test_a_changed_column_is_a_segment_beside_normal_days(bucket):
    loud = run(numbers_job(bucket, segments={"columns": ["{camera:upper}"]}), LAST)

    assert loud.segment_tests is not None
    assert {one.value for one in loud.segment_tests.drifted} == {"NORTH", "SOUTH"}


def test_a_pile_among_the_numbers_is_the_headline(tmp_path):
    folder = tmp_path / "bucket"
    make_numbers_world(folder, days=2)
    day = next((folder / "log").glob("*03-04*"))
    table = pd.read_csv(day)
    table.loc[table.index % 5 == 0, "speed"] = table["speed"].median()
    table.to_csv(day, index=False)

    loud = run(numbers_job(folder, **REFERENCE_ONLY), 1)

    assert loud.headline == "Unusually many rows are alike in speed"


def test_a_number_that_moved_is_the_headline_beside_the_reference(bucket):
    loud = run(numbers_job(bucket, **REFERENCE_ONLY), LAST)

    assert loud.basis is Basis.REFERENCE
    assert loud.headline == "speed is higher than in the reference"
    assert loud.evidence is not None
    assert loud.evidence.current_units == 120
    assert loud.evidence.reference_units == 800
    assert loud.profile.source == "the rows of training_predictions.csv"


def test_rows_are_units_however_equal_they_are(bucket):
    folder = bucket / "log"
    for file in folder.iterdir():
        table = pd.read_csv(file)
        table[list(NUMBERS)] = table[list(NUMBERS)].round(-1)
        table.to_csv(file, index=False)

    found = run(numbers_job(bucket, **REFERENCE_ONLY), LAST - 1)

    assert found.images.analysed == 120
    assert found.evidence is not None
    assert found.evidence.current_units == 120
    assert found.quality.near_duplicates == 0


def test_report_page_index_and_history_speak_of_rows(bucket):
    job = numbers_job(bucket, segments=SEGMENTS)
    run(job, LAST - 1)
    loud = run(job, LAST)

    document: dict[str, Any] = json.loads(file_of(bucket, loud, "report.json"))
    jsonschema.validate(document, report_schema())
    assert document["observed"] == "rows"
    assert [one["name"] for one in document["numbers"]] == [one.name for one in loud.numbers]
    page = file_of(bucket, loud, "report.html")
    assert not IMAGE.search(text_of(page).replace("scikit-image", "").replace("image-drift", ""))
    assert "120 rows" in text_of(page)
    assert "Numbers in the log" in page
    assert "docs/prediction-log.md" in page
    assert 'id="images"' not in page
    assert "<h3>Pictures</h3>" not in page
    assert 'href="#images"' not in page
    index = (bucket / "data_drift_reports" / "tables" / "index.html").read_text(encoding="utf-8")
    assert not IMAGE.search(text_of(index))
    (_, newest) = read_history(place_at(job, LAST).bucket, place_at(job, LAST).prefix)
    assert newest.observed is Observed.ROWS
    assert newest.states["speed"] is State.DRIFT
    assert not [text for text in (loud.summary, *loud.warnings) if IMAGE.search(text)]


def test_numbers_are_in_metrics_notebook_and_records_of_days(bucket):
    job = numbers_job(bucket)
    loud = run(job, LAST)

    labels = [sample.labels for sample in samples_of(loud)]
    assert [one for one in labels if "number" in one and "speed" in one]
    (bucket / "job.toml").write_text(_toml(bucket), encoding="utf-8")
    table = open_job(bucket / "job.toml").columns(loud.run_id).set_index("column")
    assert table.loc["speed", "about"] == "numbers"
    place = place_at(job, LAST)
    store = RecordStore(place, pinned_profile(place).id, None)
    records = [one.record for one in store.read(sorted(store.list())).values()]
    measured = [one for one in records if one.predictions.images]
    assert len(measured) == LAST + 1
    assert {"speed", "temperature"} <= set(measured[0].predictions.columns)
    assert measured[0].images == 120


def test_the_profiles_table_and_notebooks_show_numbers(bucket):
    job = numbers_job(bucket)
    loud = run(job, LAST)
    place = place_at(job, LAST)
    shown = profile_table(pinned_profile(place))
    table = open_job(job).features(loud.run_id)

    assert "800 rows from the rows of training_predictions.csv" in shown
    assert re.search(r"speed .* 800 ", shown)
    assert "not in the profile" not in shown
    assert len(table) == 120
    assert {"speed", "camera"} <= set(table)


def test_a_stretch_of_the_log_is_a_reference_of_rows(bucket):
    window = {"start": "2025-03-03", "end": "2025-03-06"}
    found = run(numbers_job(bucket, reference={"window": window}, **REFERENCE_ONLY), LAST)

    assert found.profile.images == 360
    assert found.headline.startswith("speed is higher")


def test_a_stretch_without_rows_says_so(bucket):
    window = {"start": "2020-03-03", "end": "2020-03-06"}
    with pytest.raises(InputError, match="no row that can be read"):
        run(numbers_job(bucket, reference={"window": window}), LAST)


def test_a_class_and_a_confidence_are_compared_alone(tmp_path):
    make_classes_world(tmp_path / "bucket", worse=0.1)
    job = classes_job(tmp_path / "bucket")
    quiet, loud = run(job, LAST - 1), run(job, LAST)

    assert (quiet.verdict, loud.verdict) == (Verdict.STEADY, Verdict.DRIFT)
    assert quiet.headline == "The rows look like those of normal days"
    assert [one.name for one in loud.predictions if one.state is State.DRIFT] == ["confidence"]
    assert loud.features == loud.numbers == ()
    # Shown by normal days, and so compared: nothing says that its classes are too rare.
    assert not [one for one in loud.remarks if one.code == "classes_too_rare"]


def test_features_of_the_log_are_compared_with_a_table_of_features(bucket):
    names = {"mean_brightness": "mean", "contrast": "std_dev", "noise_sigma": "entropy"}
    table = numbers_table(500, 77).rename(columns=names)[list(names.values())]
    table.to_csv(bucket / "features.csv", index=False)
    columns = {"numbers": {name: column for column, name in names.items()}}
    job = numbers_job(bucket, reference={"features": "features.csv"}, **REFERENCE_ONLY)
    log = job.predictions.model_copy(
        update={"columns": job.predictions.columns.model_validate(columns)}
    )
    found = run(job.model_copy(update={"predictions": log}), LAST - 1)

    assert [one.name for one in found.features] == ["mean", "std_dev", "entropy"]
    assert {one.state for one in found.features} == {State.STEADY}
    assert found.numbers == ()
    assert found.multivariate is not None


def test_a_run_says_the_same_again(bucket):
    job = numbers_job(bucket)
    first = run(job, LAST)
    before = file_of(bucket, first, "report.json")
    shutil.rmtree(bucket / "data_drift_reports")
    again = run(job, LAST)

    assert (
        json.loads(file_of(bucket, again, "report.json"))["numbers"]
        == (json.loads(before)["numbers"])
    )


def _toml(folder: Path) -> str:
    return (
        f'name = "tables"\n[bucket]\nurl = "{folder}"\n[predictions]\npath = "log/*.csv"\n'
        f"[predictions.columns]\nnumbers = {json.dumps(list(NUMBERS))}\n"
        '[window]\nlast = "1d"\n[reference]\nlog = "training_predictions.csv"\n'
    )
