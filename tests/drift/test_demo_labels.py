"""The demo's labels: of a part of the images, days late, and true."""

import csv
from datetime import datetime, timedelta

from drift.demo.labels import write_labels
from drift.demo.requests import LoggedRequest
from drift.demo.world import JOB_FILE
from jobs.job_file.reading import load_job

FIRST = datetime(2025, 2, 3, 9)
REQUESTS = [
    LoggedRequest(
        time=FIRST + timedelta(hours=number),
        camera="entrance",
        filename=f"entrance {number:03d}.jpg",
        image=b"",
        shown=("cat", "rocket")[number % 2],
    )
    for number in range(400)
]


def labels_in(folder):
    return {
        path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        for path in sorted((folder / "labels").iterdir())
    }


def test_labels_are_true_late_and_of_a_part_of_the_images(tmp_path):
    until = FIRST + timedelta(days=10)
    write_labels(tmp_path, REQUESTS, until=until)
    of = {request.image_name: request for request in REQUESTS}
    labels = labels_in(tmp_path)
    assert max(labels) == until.date().isoformat()
    rows = [(day, row) for day, table in labels.items() for row in table]
    assert 0.4 * 240 < len(rows) < 0.8 * 240
    assert len({row["image"] for _day, row in rows}) == len(rows)
    for day, row in rows:
        request = of[row["image"]]
        assert row["label"] == request.shown
        assert datetime.fromisoformat(day).date() - request.time.date() >= timedelta(days=2)


def test_the_same_labels_come_every_time(tmp_path):
    for name in ("a", "b"):
        write_labels(tmp_path / name, REQUESTS, until=FIRST + timedelta(days=30))
    assert labels_in(tmp_path / "a") == labels_in(tmp_path / "b")


def test_the_job_file_names_the_labels(tmp_path):
    path = tmp_path / "job.toml"
    path.write_text(JOB_FILE, encoding="utf-8")
    job = load_job(path, {})
    assert (job.labels.path, job.labels.columns.image) == ("labels/*.csv", "image")
    assert job.has_labels
