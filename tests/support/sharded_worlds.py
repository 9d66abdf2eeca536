"""Buckets of every kind that a run can hand to other machines; each function returns the job."""

from __future__ import annotations

import base64
import csv
import os
import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import pandas as pd

from jobs.job_file.job import Job
from tests.support.packed_images import PACKERS
from tests.support.seen_world import make_seen_world, seen_job
from tests.support.worlds import START, job_of, make_world

UNTIL = (START + timedelta(days=3)).replace(tzinfo=UTC)


def of_objects(folder: Path, **tables: object) -> Job:
    """Write a log whose images are objects, some of them missing, empty or no image."""
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=30, references=40)
    images = sorted((folder / "images").iterdir())
    for image in images[65:90:8]:
        image.unlink()
    images[61].write_bytes(b"")
    images[62].write_bytes(b"this is no image")
    images[63].write_bytes(images[63].read_bytes()[:900])
    return job_of(folder, baseline={"days": 2, "images_per_day": 20}, **tables)


def that_change(folder: Path) -> Job:
    """As `of_objects`, where images may change."""
    settings = {"path": "images/{id}_{filename}", "immutable": False}
    return of_objects(folder, images=settings)


def packed(folder: Path) -> Job:
    """Write a bucket whose images are packed by day, and those of the reference by their end."""
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=30, references=40)
    contents: dict[str, dict[str, bytes]] = defaultdict(dict)
    for path in sorted((folder / "images").iterdir())[1:]:
        contents[f"images/{path.name[:8]}"][path.name] = path.read_bytes()
    for path in sorted((folder / "reference").iterdir()):
        contents[f"reference/{path.name[-5]}"][path.name] = path.read_bytes()
    shutil.rmtree(folder / "images")
    shutil.rmtree(folder / "reference")
    for name, images in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.tar").write_bytes(PACKERS["shard.tar"](images))
    return job_of(folder, images={"path": "images/{id:.8}.tar#{id}_{filename}"})


def in_the_log(folder: Path) -> Job:
    """Write a bucket whose images stand in the log, a day an object."""
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=30, references=40)
    log = pd.read_csv(folder / "predictions_log.csv", dtype="str")
    files = [folder / "images" / f"{row.id}_{row.filename}" for row in log.itertuples()]
    log["photo"] = [base64.b64encode(file.read_bytes()).decode() for file in files]
    shutil.rmtree(folder / "images")
    (folder / "predictions_log.csv").unlink()
    (folder / "log").mkdir()
    for day, rows in log.groupby(log["timestamp"].str[:10]):
        rows.drop(columns="filename").to_csv(folder / f"log/{day}.csv", index=False)
    columns = {"prediction": "breed", "confidence": "confidence"}
    return job_of(
        folder, predictions={"path": "log/*.csv", "columns": columns}, images={"column": "photo"}
    )


def used_again(folder: Path) -> Job:
    """Write a log of which a third uses five names again and again, also within the window."""
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=30, references=40)
    with (folder / "predictions_log.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        name = f"{row['id']}_{row['filename']}"
        row["image"] = f"slot-{number % 15 // 3}.jpg" if number % 3 == 0 else name
        if row["image"] != name:
            target = folder / "images" / row["image"]
            (folder / "images" / name).replace(target)
            written = pd.Timestamp(row["timestamp"], tz="UTC").timestamp()
            os.utime(target, (written, written))
    with (folder / "predictions_log.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return job_of(
        folder, images={"path": "images/{image}"}, baseline={"days": 2, "images_per_day": 20}
    )


def images_only(folder: Path) -> Job:
    """Write a bucket of images without any log, which are known by when they were written."""
    make_world(folder, lights=(1.0, 0.95, 0.4), requests=30, references=40)
    for path in (folder / "images").iterdir():
        time = pd.to_datetime(path.name.split("_")[0], format="%Y%m%d%H%M%S", utc=True)
        path.rename(path.with_name(f"{path.name.split('_')[0]}.jpg"))
        os.utime(path.with_name(f"{path.name.split('_')[0]}.jpg"), (time.timestamp(),) * 2)
    (folder / "predictions_log.csv").unlink()
    (folder / "validation_log.csv").unlink()
    predictions = {"images_only": True, "from_path": "images/{timestamp:%Y%m%d%H%M%S}.jpg"}
    return Job.model_validate(
        {
            "name": "yards",
            "bucket": {"url": str(folder)},
            "predictions": predictions,
            "window": {"last": "1d"},
            "baseline": {"days": 2, "images_per_day": 20},
            "reference": {"images": "reference/"},
        }
    )


def seen_by_a_model(folder: Path) -> Job:
    """Write a bucket with a model, a part of whose images it has not met before."""
    make_seen_world(folder, news=(0, 0, 30))
    return seen_job(folder, baseline={"days": 2, "images_per_day": 40})


WORLDS: dict[str, Callable[[Path], Job]] = {
    one.__name__: one
    for one in (
        of_objects,
        that_change,
        packed,
        in_the_log,
        used_again,
        images_only,
        seen_by_a_model,
    )
}
