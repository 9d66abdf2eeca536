"""What init says where it cannot write a job, and what it takes care of."""

import json
import os
import tomllib
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from drift.cli.commands.group import program
from jobs.errors import InputError, UsageError
from jobs.job_file.reading import load_job
from tests.support import usual_layouts
from tests.support.layouts import feature_table, put, requests, write_csv, write_text


def init(*arguments: object) -> Result:
    return CliRunner().invoke(
        program,
        ["init", *(str(one) for one in arguments)],
        standalone_mode=False,
        catch_exceptions=False,
    )


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    usual_layouts.reference_system(tmp_path / "Dögs & Co")
    return tmp_path / "Dögs & Co"


def test_the_file_is_named_after_the_bucket_and_never_written_over(bucket, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = init(bucket.name).output
    job_file = tmp_path / "dogs-co.toml"
    assert f"Wrote {job_file.name}" in told
    assert load_job(job_file, os.environ).bucket.url == str(bucket)
    job_file.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        init(bucket.name)
    assert job_file.read_text() == "mine"
    init(bucket.name, "--force")
    assert load_job(job_file, os.environ).name == "dogs-co"


def test_with_a_schema_the_first_line_names_the_file_beside_it(bucket, tmp_path):
    init(bucket, "--output", tmp_path / "x.toml", "--schema")
    first, rest = (tmp_path / "x.toml").read_text().split("\n", 1)
    assert first == "#:schema ./job.schema.json"
    schema = json.loads((tmp_path / "job.schema.json").read_text())
    jsonschema.validate(tomllib.loads(rest), schema)
    assert load_job(tmp_path / "x.toml", os.environ).bucket.url == str(bucket)


def test_a_bucket_that_is_called_as_no_job_may_be_gets_another_name(tmp_path, monkeypatch):
    usual_layouts.reference_system(tmp_path / "Features")
    monkeypatch.chdir(tmp_path)
    init("Features")
    assert load_job(tmp_path / "images.toml", os.environ).name == "images"


def test_a_job_file_elsewhere_still_leads_to_the_bucket(bucket, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jobs").mkdir()
    init(bucket.name, "--output", "jobs/x.toml")
    assert load_job(tmp_path / "jobs/x.toml", os.environ).bucket.url == str(bucket)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "Dogs!"), "lower-case"),
        (("--name", "features"), "another name"),
        (("--output", "nowhere/x.toml"), "no such folder"),
    ],
)
def test_faults_of_the_call_are_usage_errors(bucket, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=said):
        init(bucket, *arguments)


def test_our_own_reports_are_no_part_of_a_bucket(bucket, tmp_path):
    reports = bucket / "data_drift_reports/dogs/profiles/p-1"
    feature_table(reports, "features.csv", rows=500)
    put(bucket, "data_drift_reports/dogs/reference/1.jpg", 1)
    init(bucket, "--output", tmp_path / "x.toml")
    reference = load_job(tmp_path / "x.toml", os.environ).reference
    assert reference.features == "labels_metrics_sampled.csv"


def empty(folder: Path) -> None:
    folder.mkdir()


def only_images(folder: Path) -> None:
    for number in range(30):
        put(folder, f"a/{number}.jpg", number)


def only_a_log(folder: Path) -> None:
    rows = [{"ts": one.time.isoformat(), "id": one.id, "pred": one.breed} for one in requests()]
    write_csv(folder / "log.csv", rows)


def a_log_of_images_elsewhere(folder: Path) -> None:
    rows = [
        {"ts": one.time.isoformat(), "pred": one.breed, "image": f"s3://elsewhere/{one.id}.jpg"}
        for one in requests()
    ]
    write_csv(folder / "log.csv", rows)


def a_json_array(folder: Path) -> None:
    only_images(folder)
    write_text(folder / "predictions.json", json.dumps([{"ts": "2025-03-03", "id": 1}]))


def names_that_follow_from_nothing(folder: Path) -> None:
    only_a_log(folder)
    for one in requests():
        put(folder, f"images/{one.id}_{hash(one.breed + one.id) % 99991}x.jpg", one.number)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (empty, ["no prediction log was found", "Nothing is there", ".parquet"]),
        (only_images, ["no prediction log was found", "30 .jpg", "a/ 30"]),
        (
            a_log_of_images_elsewhere,
            ["log.csv was found, but not its images", "No image lies in the bucket"],
        ),
        (a_json_array, ["the log has only 1 row,"]),
        (names_that_follow_from_nothing, ["holds the value of id", "follows from no column"]),
    ],
)
def test_a_bucket_without_a_job_in_it_is_described(make, said, tmp_path):
    make(tmp_path / "bucket")
    with pytest.raises(InputError) as caught:
        init(tmp_path / "bucket", "--output", tmp_path / "x.toml")
    assert [part for part in said if part not in caught.value.message] == []
    assert not (tmp_path / "x.toml").exists()


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="there is no folder"):
        init(tmp_path / "nowhere", "--output", tmp_path / "x.toml")


def test_what_the_log_holds_cannot_break_the_job_file(tmp_path):
    folder = tmp_path / "bucket"
    feature_table(folder)
    rows = []
    for one in requests():
        put(folder, f"images/{one.id}.jpg", one.number)
        rows.append(
            {"ts": one.time.isoformat(), 'i"d\\': one.id, "pred": f'{one.breed}"""\n[x]\x07'}
        )
    write_csv(folder / "log.csv", rows)
    init(folder, "--output", tmp_path / "x.toml")
    job = load_job(tmp_path / "x.toml", os.environ)
    assert job.images.path == 'images/{i"d\\}.jpg'
    assert job.predictions.columns.prediction == "pred"
