"""A bucket whose images come from several cameras, and what happens to one of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from tests.support.command import WITH_EVIDENTLY, warm_drift
from tests.support.worlds import START, view

JOB = """
name = "gates"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
columns = {{ prediction = "said", client = "client" }}
[images]
path = "{{image}}"
[window]
last = "1d"
[baseline]
{kept}
images_per_day = {a_day}
[reference]
{reference}
[segments]
columns = ["camera"]
"""


def camera_view(random: np.random.Generator, light: float, blur: float) -> bytes:
    """Return a small JPEG of a camera with this light and this blur (a radius, 0 for none)."""
    data = view(random, light)
    if not blur:
        return data
    out = io.BytesIO()
    blurred = Image.open(io.BytesIO(data)).filter(ImageFilter.GaussianBlur(blur))
    blurred.save(out, "JPEG", quality=88)
    return out.getvalue()


def make_cameras(
    folder: Path,
    cameras: Sequence[str],
    *,
    days: int,
    a_day: int,
    lights: Mapping[str, float],
    blurred: Mapping[str, range],
    days_of_reference: int = 0,
) -> Path:
    """Write a bucket and its job file; return the job file.

    Parameters
    ----------
    cameras
        They make the images of a day in turn.
    lights
        By camera how bright it is on every day, where that is not 1.
    blurred
        By camera the days on which it is.
    days_of_reference
        So many of the first days are the reference, and no normal days are kept; 0 for a folder of
        images without cameras.
    """
    random = np.random.default_rng(1)
    bucket = folder / "bucket"
    (bucket / "reference").mkdir(parents=True)
    (bucket / "images").mkdir()
    for number in range(200):
        (bucket / "reference" / f"{number}.jpg").write_bytes(view(random))
    with (bucket / "log.csv").open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(["timestamp", "image", "camera", "client", "said"])
        for day in range(days):
            for number in range(a_day):
                camera = cameras[number % len(cameras)]
                blur = 1.5 if day in blurred.get(camera, ()) else 0.0
                image = f"images/{day}-{number}.jpg"
                made = camera_view(random, lights.get(camera, 1.0), blur)
                (bucket / image).write_bytes(made)
                moment = START + timedelta(days=day, seconds=86_400 * number / a_day)
                client = "large" if number % 3 else "small"
                said = ("cat", "dog")[int(random.integers(2))]
                log.writerow([moment.isoformat(), image, camera, client, said])
    job = folder / "gates.toml"
    reference, kept = 'images = "reference/"', ""
    if days_of_reference:
        until = START + timedelta(days=days_of_reference)
        span = f'{{ start = "{START.isoformat()}Z", end = "{until.isoformat()}Z" }}'
        reference, kept = f"window = {span}", "days = 0"
    job.write_text(JOB.format(a_day=a_day, reference=reference, kept=kept), encoding="utf-8")
    return job


def run_cameras(job: Path, day: int) -> tuple[int, dict[str, Any], Path]:
    """Run the window of a day; return the exit code, the report and its folder."""
    until = START + timedelta(days=day + 1)
    moment = f"{until.isoformat()}Z"
    where = {"cwd": job.parent, **WITH_EVIDENTLY}
    done = warm_drift("run", str(job), "--until", moment, "--exit-code", **where)
    folder = job.parent / "bucket" / "data_drift_reports" / "gates" / "runs"
    newest = next(folder.glob(f"{until:%Y%m%dT%H%M%SZ}*"))
    return done.returncode, json.loads((newest / "report.json").read_text()), newest
