"""The command with workers beside it: the same report, and deaths of the run itself."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("distributed")

from tests.support.command import ROOT, WITHOUT_EVIDENTLY, drift
from tests.support.dask_cluster import dask_cluster

pytestmark = pytest.mark.slow

START = datetime(2026, 1, 1)
UNTIL = "2026-01-02T00:00:00Z"
JOB = """
name = "dogs"
log_format = "plain"
[bucket]
url = "."
[predictions]
path = "log.csv"
columns = { prediction = "breed" }
[images]
path = "images/{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""
EXECUTION = """
[execution]
engine = "dask"
shard_images = 20
"""


def make_world(folder, execution):
    generator = np.random.default_rng(5)
    pixels = generator.integers(0, 256, (300, 300, 3), dtype=np.uint8)
    for kind, number in (("reference", 60), ("images", 120)):
        (folder / kind).mkdir(parents=True)
        for one in range(number):
            moved = np.roll(pixels, one + (kind == "images") * 100, axis=1)
            Image.fromarray(moved).save(folder / f"{kind}/{one}.png", compress_level=0)
    with (folder / "log.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["timestamp", "filename", "breed"])
        for one in range(120):
            moment = (START + timedelta(minutes=10 * one)).isoformat()
            rows.writerow([f"{moment}Z", f"{one}.png", "beagle"])
    (folder / "job.toml").write_text(JOB + execution)


def report_of(folder):
    (file,) = (folder / "data_drift_reports/dogs/runs").glob("*/report.json")
    report = json.loads(file.read_text())
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


@pytest.fixture(scope="module")
def on_one_machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("local")
    make_world(folder, "")
    done = drift("run", "job.toml", "--until", UNTIL, cwd=folder)
    assert done.returncode == 0, done.stderr
    return report_of(folder)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


def started(folder, cluster):
    variables = {**os.environ, **WITHOUT_EVIDENTLY, "PYTHONPATH": str(ROOT)}
    variables["DASK_SCHEDULER_ADDRESS"] = cluster.address
    return subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "job.toml", "--until", UNTIL],
        cwd=folder,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_parts(folder):
    """Wait until workers have measured something for the window, too."""
    gives_up_at = time.monotonic() + 100
    while len(list(folder.rglob("part-*.parquet"))) < 4:
        assert time.monotonic() < gives_up_at
        time.sleep(0.01)


def test_the_report_is_that_of_one_machine_and_stderr_is_the_products(
    tmp_path, cluster, on_one_machine
):
    make_world(tmp_path, EXECUTION)
    done = drift(
        "run", "job.toml", "--until", UNTIL, cwd=tmp_path, DASK_SCHEDULER_ADDRESS=cluster.address
    )
    assert done.returncode == 0, done.stderr
    assert report_of(tmp_path) == on_one_machine
    assert "120 images in 6 shards go to 2 workers of tcp://127.0.0.1:" in done.stderr
    assert all(line.startswith(("INFO ", "WARNING ")) for line in done.stderr.splitlines())
    assert "distributed" not in done.stderr
    assert list(tmp_path.rglob("workers-*")) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_run_that_is_ended_publishes_nothing_and_the_next_one_goes_on(
    tmp_path, cluster, on_one_machine, number, code
):
    make_world(tmp_path, EXECUTION)
    run = started(tmp_path, cluster)
    wait_for_parts(tmp_path)
    run.send_signal(number)
    began = time.monotonic()
    _, said = run.communicate(timeout=30)
    assert run.returncode == code, said
    assert time.monotonic() - began < 8
    assert "Traceback" not in said
    assert not list((tmp_path / "data_drift_reports/dogs/runs").glob("*/report.json"))

    lock = tmp_path / "data_drift_reports/dogs/lock"
    if number == signal.SIGKILL:
        # Otherwise the next run waits for the lease to end.
        lock.unlink()
    else:
        assert "released" in lock.read_text()
    again = started(tmp_path, cluster)
    _, said = again.communicate(timeout=100)
    assert again.returncode == 0, said
    assert report_of(tmp_path) == on_one_machine


def test_an_address_that_does_not_answer_is_one_line_and_exit_code_5(tmp_path):
    make_world(tmp_path, EXECUTION)
    done = drift(
        *("run", "job.toml", "--until", UNTIL),
        cwd=tmp_path,
        DASK_SCHEDULER_ADDRESS="tcp://127.0.0.1:1",
    )
    assert done.returncode == 5
    assert "Traceback" not in done.stderr
    assert "tcp://127.0.0.1:1: no Dask scheduler answers there" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.rglob("part-*.parquet"))
