"""The contract with the job: what the logger writes, `drift init`, `check` and `run` read."""

import json
import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.cli.commands.group import program
from jobs.buckets.registry import open_bucket
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.job_file.reading import load_job
from jobs.predictions.reading import read_predictions
from jobs.predictions.recording import read_recording
from jobs.predictions.selection.choose import find_objects
from jobs.times.windows import TimeWindow, WindowRequest
from prediction_log import Limits, PredictionLog
from prediction_log.spooling.counts import QUEUE_FULL, Counts
from tests.support.images import encode, photograph
from tests.support.recorded import counts_in, rows_in

click_testing = pytest.importorskip("click.testing")
CLASSES = ("beagle", "boxer", "pug")
NOW = datetime(2025, 3, 15, 6, tzinfo=UTC)
DAYS, A_DAY = 10, 24
# Of the pictures, half are larger.
A_MIDDLE_SIZE = 1_410


def pictures(count, seed):
    """Return distinct small JPEG files: crops of a large picture, so that no two are alike."""
    whole = photograph(size=(512, 512))
    places = np.random.default_rng(seed).integers(0, 450, (count, 2)).tolist()
    crops = [whole.crop((left, top, left + 60, top + 48)) for left, top in places]
    return [encode(crop, "JPEG", quality=90) for crop in crops]


def write_log(folder, monkeypatch, *, prefix="", classes=CLASSES, **settings):
    """Let a server answer for ten days; return how many rows there are."""
    draws = np.random.default_rng(0)
    log = PredictionLog(
        folder / prefix,
        spool=folder.parent / "spool",
        columns={"model": "dogs", "model_version": "3"},
        **settings,
    )
    for number, picture in enumerate(pictures(DAYS * A_DAY, seed=0)):
        at = NOW - timedelta(days=DAYS) + timedelta(hours=24 / A_DAY * number)
        monkeypatch.setattr("prediction_log.log.time.time", at.timestamp)
        shares = draws.dirichlet(np.ones(len(classes)))
        log.log(
            picture,
            prediction=classes[int(shares.argmax())],
            confidence=float(shares.max()),
            probabilities=dict(zip(classes, shares.tolist(), strict=True)),
            camera=("yard", "gate")[number % 2],
            latency_ms=float(draws.uniform(5, 20)),
        )
    monkeypatch.undo()
    assert log.close()
    return len(rows_in(folder / prefix))


def add_reference(folder):
    (folder / "reference").mkdir(parents=True)
    for number, picture in enumerate(pictures(150, seed=1)):
        (folder / f"reference/{number:04d}.jpg").write_bytes(picture)


def call(*arguments):
    runner = click_testing.CliRunner()
    return runner.invoke(
        program, [str(one) for one in arguments], standalone_mode=False, catch_exceptions=False
    )


@pytest.mark.parametrize(
    ("prefix", "settings"),
    [
        ("", {}),
        ("served/", {"packed": True, "share": 0.7}),
        ("", {"classes": tuple(range(10))}),
        ("", {"pack_images": True}),
        ("served/", {"pack_images": True, "packed": True}),
        ("", {"pack_images": True, "limits": Limits(packed_image_bytes=A_MIDDLE_SIZE)}),
    ],
    ids=[
        "plain",
        "a share packed below a prefix",
        "digits",
        "packed images",
        "packed images below a prefix",
        "packed images and single ones",
    ],
)
def test_init_has_no_doubt_and_check_finds_every_row(tmp_path, monkeypatch, prefix, settings):
    bucket, job_file = tmp_path / "bucket", tmp_path / "dogs.toml"
    rows = write_log(bucket, monkeypatch, prefix=prefix, **settings)
    add_reference(bucket)

    said = call("init", bucket, "--output", job_file, "--name", "dogs")
    job = load_job(job_file, os.environ)
    checked = call("check", job_file)

    assert "# UNSURE" not in job_file.read_text(), said.output
    assert "Unsure" not in said.output, said.output
    assert job.predictions.path.startswith(f"{prefix}log/dt=*/part-*.jsonl")
    columns = job.predictions.columns
    assert columns.timestamp == "timestamp"
    assert columns.id == "id"
    assert columns.prediction == "prediction"
    assert columns.confidence == "confidence"
    assert columns.latency == "latency_ms"
    assert tuple(columns.probabilities) == ("probability_*",)
    assert job.images.path == (f"{prefix}{{image}}" if prefix else "image")
    assert "A run would work" in checked.output, checked.output
    assert f"{rows} rows" in said.output


@pytest.mark.parametrize("packs", [False, True], ids=["single images", "packed images"])
def test_a_run_says_the_rows_and_the_images(tmp_path, monkeypatch, packs):
    bucket, job_file = tmp_path / "bucket", tmp_path / "dogs.toml"
    rows = write_log(bucket, monkeypatch, pack_images=packs)
    add_reference(bucket)
    call("init", bucket, "--output", job_file, "--name", "dogs")
    # What the logger itself would count where its queue is full.
    counts = Counts(1.0)
    counts.add(NOW.timestamp() - 3_600, QUEUE_FULL, 20)
    for day, document in counts.changed().items():
        folder = bucket / f"log/_counts/dt={day}"
        folder.mkdir(parents=True)
        (folder / "_0123456789abcdef01234567.json").write_bytes(document)
    call("run", job_file, "--until", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "--last", "10d")

    report = json.loads((bucket / "data_drift_reports/dogs/latest.json").read_bytes())
    assert report["images"]["logged"] == report["images"]["analysed"] == rows
    assert report["log"]["rejected"] == 0
    assert report["log"]["recording"] == {
        "unrecorded": 20, "reasons": {QUEUE_FULL: 20}, "shares": [1.0], "unread": []
    }  # fmt: skip
    (said,) = [one for one in report["remarks"] if one["code"] == "requests_not_recorded"]
    assert said["text"].startswith("7.7 % of the requests were not recorded, 20 of 260")
    page = next((bucket / "data_drift_reports/dogs/runs").glob("*/report.html")).read_text()
    assert "7.7 % of the requests were not recorded" in page


def test_the_job_reads_every_kind_of_value_back(tmp_path):
    log = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool")
    said = ["Größe; 'x', \"y\"\n", "3", "\N{DOG}\t", "true"]
    for one in said:
        log.log(prediction=one, confidence=0.125, note={"inner": one})
    log.close()
    settings = PredictionSettings.model_validate(
        {
            "path": "log/dt=*/part-*.jsonl",
            "columns": {
                "timestamp": "timestamp",
                "id": "id",
                "prediction": "prediction",
                "confidence": "confidence",
            },
        }
    )
    read = read_predictions(
        open_bucket(str(tmp_path / "bucket")),
        settings,
        WindowRequest(end=datetime.now(UTC) + timedelta(minutes=1), rows=10),
    )

    assert list(read.fields["prediction"]) == [one.strip() for one in said]
    assert list(read.fields["confidence"]) == [0.125] * 4
    assert list(read.fields["id"]) == [row["id"] for row in rows_in(tmp_path / "bucket")]


def test_the_job_reads_the_counts_and_takes_none_for_rows(tmp_path, monkeypatch):
    rows = write_log(tmp_path / "bucket", monkeypatch, share=0.5)
    bucket = open_bucket(str(tmp_path / "bucket"))
    half = TimeWindow(start=NOW - timedelta(days=5), end=NOW)
    documents = list((tmp_path / "bucket").glob("log/_counts/*/_*.json"))

    read = read_recording(bucket, "log/dt=*/part-*.jsonl", half)
    assert counts_in(tmp_path / "bucket")["recorded"] == rows
    assert (read.shares, read.unrecorded, read.unread) == ((0.5,), 0, ())
    assert len(documents) >= DAYS
    for pattern in ("log/**", "log/*/*.jsonl"):
        assert len(find_objects(bucket, pattern)) == len(
            list((tmp_path / "bucket").glob("log/dt=*/*"))
        )
