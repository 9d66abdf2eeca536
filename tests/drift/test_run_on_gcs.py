"""Whole runs as a user starts them, against a real GCS server process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from reports.json_report.report import report_schema
from tests.support.command import ROOT, WITH_EVIDENTLY, warm_drift
from tests.support.gcs_server import GcsServer, server_binary, skip_or_fail
from tests.support.worlds import JOB_FILE, make_world

UNTIL = "2025-03-04"
# Comparing few columns keeps Evidently's page small where the page is not what is looked at.
ONE_COLUMN = "mean\n" + "\n".join(str(60 + step) for step in range(40)) + "\n"


def cold_run(job_file: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the job in a process of its own, as cron or a container does."""
    return subprocess.run(
        [sys.executable, "-m", "drift.run", job_file.name, "--until", UNTIL],
        cwd=job_file.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def run(job_file: Path) -> subprocess.CompletedProcess[str]:
    where = {"cwd": job_file.parent, **WITH_EVIDENTLY}
    return warm_drift("run", job_file.name, "--until", UNTIL, timeout_s=240, **where)


def write_job(folder: Path, url: str, *changes: tuple[str, str]) -> Path:
    text = JOB_FILE.format(url=url)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "job.toml"
    path.write_text(text, encoding="utf-8")
    return path


def upload(server: GcsServer, bucket: str, folder: Path, below: str = "") -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            server.put(bucket, below + path.relative_to(folder).as_posix(), path.read_bytes())


def bucket_names(server: GcsServer) -> set[str]:
    listed = json.loads(server.request("GET", "/storage/v1/b?project=test"))
    return {bucket["name"] for bucket in listed["items"]}


def without_clock(data: bytes) -> dict[str, object]:
    report = json.loads(data)
    report.pop("generated_at")
    report.pop("timings")
    report["profile"].pop("created_at")
    return report


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    make_world(folder, lights=(1.0,), requests=40, references=60)
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory, gcs_server, world):
    """One run on a bucket, below a folder of it, and what its process said."""
    bucket = gcs_server.make_bucket()
    upload(gcs_server, bucket, world, below="team a/dögs/")
    job_file = write_job(tmp_path_factory.mktemp("job"), f"gs://{bucket}/team a/dögs")
    result = cold_run(job_file)
    assert result.returncode == 0, result.stderr
    prefix = "team a/dögs/data_drift_reports/dogs/"
    written = [name for name in gcs_server.names(bucket) if "data_drift_reports/" in name]
    return bucket, prefix, written, result


def test_a_run_says_where_its_report_is_and_it_is_there(published, gcs_server):
    bucket, prefix, _written, result = published
    last = result.stdout.splitlines()[-1]
    assert last.startswith(f"report: gs://{bucket}/{prefix}runs/20250304T000000Z-")
    page = gcs_server.get(bucket, last.partition(bucket + "/")[2])
    assert page.startswith(b"<!doctype html>")
    assert "Traceback" not in result.stderr


def test_the_published_objects_read_back_whole(published, gcs_server):
    bucket, prefix, written, _result = published
    reports = [name for name in written if name.endswith("/report.json")]
    report = gcs_server.get(bucket, reports[0])
    jsonschema.validate(json.loads(report), report_schema())
    assert gcs_server.get(bucket, f"{prefix}latest.json") == report
    assert json.loads(report)["images"] == {
        "logged": 40,
        "analysed": 40,
        "missing": 0,
        "unreadable": 0,
        "unfetched": 0,
        "overwritten": 0,
        "rows": 40,
    }
    index = gcs_server.get(bucket, f"{prefix}index.html").decode()
    assert json.loads(report)["run_id"] in index
    assert json.loads(gcs_server.get(bucket, f"{prefix}lock"))["state"] == "released"


def test_browsers_are_told_what_each_object_is_and_not_to_keep_the_newest(published, gcs_server):
    bucket, _prefix, written, _result = published
    kinds = {".html": "text/html; charset=utf-8", ".json": "application/json"}
    for name in written:
        described = gcs_server.describe(bucket, name)
        if Path(name).suffix in kinds:
            assert described["contentType"] == kinds[Path(name).suffix], name
        newest = Path(name).name in {"latest.json", "index.html", "state.json"}
        assert (described.get("cacheControl") == "no-cache") == newest, name


def test_a_folder_with_the_same_content_gives_the_same_report(
    published, gcs_server, world, tmp_path
):
    bucket, _prefix, written, _result = published
    shutil.copytree(world, tmp_path / "bucket")
    result = run(write_job(tmp_path, "bucket"))
    assert result.returncode == 0, result.stderr
    (report,) = (tmp_path / "bucket").glob("data_drift_reports/dogs/runs/*/report.json")
    (name,) = (name for name in written if name.endswith("/report.json"))
    assert without_clock(report.read_bytes()) == without_clock(gcs_server.get(bucket, name))
    for other in ("evidently.json", "evidently.html"):
        twin = gcs_server.get(bucket, name.replace("report.json", other))
        assert report.with_name(other).read_bytes() == twin


def test_images_by_full_uri_are_read_where_allowed_and_refused_by_name_elsewhere(
    gcs_server, world, tmp_path
):
    bucket, uploads, foreign = (gcs_server.make_bucket() for _ in range(3))
    lines = ["timestamp,image"]
    for number, path in enumerate(sorted((world / "images").iterdir())[:16]):
        place = foreign if number >= 12 else uploads
        gcs_server.put(place, f"in/{path.name}", path.read_bytes())
        lines.append(f"2025-03-03T10:00:{number:02d}Z,gs://{place}/in/{path.name}")
    lines.append(f"2025-03-03T10:00:30Z,gs://{uploads}/in/gone.jpg")
    lines.append(f"2025-03-03T10:00:31Z,gs://{uploads}/outside.jpg")
    gcs_server.put(bucket, "predictions_log.csv", "\n".join(lines).encode())
    gcs_server.put(bucket, "metrics.csv", ONE_COLUMN.encode())
    job_file = write_job(
        tmp_path,
        f"gs://{bucket}",
        ('columns = { prediction = "breed", confidence = "confidence" }', ""),
        (
            'path = "images/{id}_{filename}"',
            f'path = "image"\nallowed_prefixes = ["gs://{uploads}/in/"]',
        ),
        ('images = "reference/"\nlog = "validation_log.csv"', 'features = "metrics.csv"'),
    )
    result = run(job_file)
    assert result.returncode == 0, result.stderr
    report = json.loads(gcs_server.get(bucket, "data_drift_reports/dogs/latest.json"))
    assert report["images"] == {
        "logged": 13,
        "analysed": 12,
        "missing": 1,
        "unreadable": 0,
        "unfetched": 0,
        "overwritten": 0,
        "rows": 13,
    }
    assert report["log"]["reasons"] == {"image outside images.allowed_prefixes": 5}
    named = {example["name"] for example in report["log"]["examples"]}
    assert f"gs://{uploads}/outside.jpg" in named
    assert len([name for name in named if name.startswith(f"gs://{foreign}/in/")]) == 4
    assert report["quality"]["troubles"] == [
        {"name": f"gs://{uploads}/in/gone.jpg", "reason": "not in the bucket"}
    ]
    assert all(name.startswith("in/") for name in gcs_server.names(uploads))


def test_a_wrong_bucket_name_is_one_clear_line_and_exit_5(gcs_server, tmp_path):
    before = bucket_names(gcs_server)
    result = run(write_job(tmp_path, "gs://no-such-bucket-here"))
    assert (result.returncode, result.stdout) == (5, "")
    (line,) = result.stderr.splitlines()
    assert "gs://no-such-bucket-here/predictions_log.csv" in line
    assert "there is no bucket 'no-such-bucket-here'" in line
    assert bucket_names(gcs_server) == before


def test_a_log_that_is_not_there_is_one_clear_line_and_nothing_is_written(gcs_server, tmp_path):
    bucket = gcs_server.make_bucket()
    result = run(write_job(tmp_path, f"gs://{bucket}"))
    assert (result.returncode, result.stdout) == (5, "")
    (line,) = result.stderr.splitlines()
    assert f"gs://{bucket}/predictions_log.csv" in line
    assert gcs_server.names(bucket) == []


# Runs inside a namespace whose only network is loopback: server, bucket, job.
ISOLATED = """
import json, sys
from pathlib import Path
from tests.drift.test_run_on_gcs import cold_run, upload, write_job
from tests.support.gcs_server import running_server

folder, world = Path(sys.argv[1]), Path(sys.argv[2])
with running_server(folder) as server:
    bucket = server.make_bucket()
    upload(server, bucket, world)
    job_file = write_job(
        folder,
        f"gs://{bucket}",
        ('images = "reference/"\\nlog = "validation_log.csv"', 'features = "metrics.csv"'),
    )
    result = cold_run(job_file, STORAGE_EMULATOR_HOST=server.host, NO_GCE_CHECK="true")
    names = [name for name in server.names(bucket) if name.endswith("latest.json")]
print(json.dumps([result.returncode, result.stderr, names]))
"""


def isolated(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command where loopback is all the network there is."""
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        skip_or_fail("no network namespace: unshare or ip is not installed")
    enter = [str(unshare), "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    return subprocess.run(
        [*enter, *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def require_namespaces() -> None:
    probe = isolated("true")
    if probe.returncode != 0:
        skip_or_fail(f"no network namespace: {probe.stderr.strip()}")


def test_a_run_needs_nothing_beyond_loopback(world, tmp_path):
    require_namespaces()
    server_binary(tmp_path)
    small = tmp_path / "world"
    (small / "images").mkdir(parents=True)
    log = (world / "predictions_log.csv").read_text().splitlines(keepends=True)[:13]
    (small / "predictions_log.csv").write_text("".join(log))
    for path in sorted((world / "images").iterdir()):
        shutil.copy(path, small / "images")
    (small / "metrics.csv").write_text(ONE_COLUMN)
    reached = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    assert "unreachable" in isolated(sys.executable, "-c", reached).stderr
    finished = isolated(
        sys.executable, "-c", ISOLATED, str(tmp_path), str(small), PYTHONPATH=str(ROOT)
    )
    assert finished.returncode == 0, finished.stderr
    code, said, names = json.loads(finished.stdout)
    assert code == 0, said
    assert names == ["data_drift_reports/dogs/latest.json"]
