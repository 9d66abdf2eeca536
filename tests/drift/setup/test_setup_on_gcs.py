"""Init, check and run against a real GCS server process."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drift.cli.commands.group import program
from drift.setup.log.samples.row_sample import LogSample
from drift.setup.log.samples.sample import PIECE_BYTES, read_sample
from drift.setup.survey import survey
from jobs.buckets.registry import open_bucket
from jobs.errors import InputError
from jobs.job_file.reading import load_job
from tests.support import usual_layouts
from tests.support.gcs_server import GcsServer
from tests.support.layouts import LAYOUTS

assert usual_layouts


def call(*arguments: object) -> Result:
    return CliRunner().invoke(
        program, [str(one) for one in arguments], standalone_mode=False, catch_exceptions=False
    )


def upload(server: GcsServer, bucket: str, folder: Path, below: str = "") -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            server.put(bucket, below + path.relative_to(folder).as_posix(), path.read_bytes())


@pytest.mark.parametrize("name", ["reference_system", "daily_parquet"])
def test_a_folder_of_a_cloud_bucket_gets_a_job_that_runs(name, gcs_server, tmp_path):
    layout = LAYOUTS[name]
    layout.make(tmp_path / "world")
    bucket = gcs_server.make_bucket()
    upload(gcs_server, bucket, tmp_path / "world", below="team a/dögs/")
    gcs_server.put(bucket, "other/predictions.csv", b"timestamp,id\n2025-03-03,1\n")
    before = gcs_server.names(bucket)
    url, job_file = f"gs://{bucket}/team a/dögs", tmp_path / "job.toml"

    told = call("init", url, "--output", job_file, "--name", "dogs").output
    assert f"Next: drift check {job_file}" in told
    text = job_file.read_text(encoding="utf-8")
    assert [line for line in layout.expects if line not in text] == []
    assert load_job(job_file, os.environ).bucket.url == url
    checked = call("check", job_file)
    assert checked.return_value == 0, checked.output
    assert gcs_server.names(bucket) == before

    call("run", job_file)
    latest = gcs_server.get(bucket, "team a/dögs/data_drift_reports/dogs/latest.json")
    images = json.loads(latest)["images"]
    assert images["analysed"] == images["logged"] > 50


def test_a_large_log_is_read_in_parts(gcs_server):
    name = gcs_server.make_bucket()
    rows = [f"2025-03-{1 + number // 10_000:02d}T00:00:00Z,{number}" for number in range(200_000)]
    gcs_server.put(name, "log.csv", ("time,id\n" + "\n".join(rows) + "\n").encode())
    bucket = open_bucket(f"gs://{name}")
    info = bucket.info("log.csv")
    assert info.size_bytes > 5 * PIECE_BYTES
    sample = read_sample(bucket, info)
    assert isinstance(sample, LogSample)
    assert not sample.is_complete
    assert sample.table["id"].iloc[0] == "0"
    assert sample.table["id"].iloc[-1] == "199999"
    assert sample.rows_in_all == pytest.approx(200_000, rel=0.02)


def test_a_large_bucket_is_sampled_folder_by_folder(gcs_server):
    name = gcs_server.make_bucket()
    for day in range(1, 4):
        for number in range(12):
            gcs_server.put(name, f"images/2025-03-{day:02d}/{number}.jpg", b"x")
    gcs_server.put(name, "zlog.csv", b"time\n")
    bucket = open_bucket(f"gs://{name}")
    assert survey(bucket).is_complete
    sampled = survey(bucket, whole=10)
    assert not sampled.is_complete
    assert "zlog.csv" in sampled.names
    assert "images/2025-03-03/11.jpg" in sampled.names


def test_a_bucket_that_is_not_there_is_one_clear_line(gcs_server, tmp_path):
    with pytest.raises(InputError, match="there is no bucket 'no-such-bucket'"):
        call("init", "gs://no-such-bucket", "--output", tmp_path / "job.toml")
    assert not (tmp_path / "job.toml").exists()
