"""Small buckets in folders: a log, its images, a reference, and the job that watches them."""

import csv
import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

from jobs.job_file.job import Job

START = datetime(2025, 3, 3)
JOB = {
    "name": "dogs",
    "predictions": {
        "path": "predictions_log.csv",
        "columns": {"prediction": "breed", "confidence": "confidence"},
    },
    "images": {"path": "images/{id}_{filename}"},
    "window": {"last": "1d"},
    # These worlds hold a day or two: what normal days are is tested in worlds of their own.
    "baseline": {"days": 0},
    "reference": {"images": "reference/", "log": "validation_log.csv"},
}
# The same as a job file, but for the URL.
JOB_FILE = """
name = "dogs"
[bucket]
url = "{url}"
[predictions]
path = "predictions_log.csv"
columns = {{ prediction = "breed", confidence = "confidence" }}
[images]
path = "images/{{id}}_{{filename}}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation_log.csv"
"""
BREEDS = ("beagle", "boxer", "collie")


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One logged request."""

    time: datetime
    filename: str
    data: bytes
    breed: str
    confidence: float

    @property
    def id(self) -> str:
        return self.time.strftime("%Y%m%d%H%M%S")


@functools.cache
def photographs() -> tuple[np.ndarray, np.ndarray]:
    """Return the two photographs; reading one takes ten times as long as a view of it."""
    return skimage.data.astronaut(), skimage.data.coffee()  # type: ignore[no-untyped-call]


def view(generator: np.random.Generator, light: float = 1.0) -> bytes:
    """Return a random view of a photograph as a small JPEG."""
    portrait, coffee = photographs()
    photograph = portrait if generator.random() < 0.5 else coffee
    top, left = (int(generator.integers(0, size - 120)) for size in photograph.shape[:2])
    pixels = photograph[top : top + 96, left : left + 112] * light * generator.normal(1, 0.1)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def shots(generator: np.random.Generator, day: datetime, number: int, light: float) -> list[Shot]:
    seconds = np.sort(generator.choice(86_400, number, replace=False))
    return [
        Shot(
            time=day + timedelta(seconds=int(second)),
            filename=f"Foto {index} ü.JPG",
            data=view(generator, light),
            breed=str(generator.choice(BREEDS)),
            confidence=float(np.round(generator.beta(8, 2), 4)),
        )
        for index, second in enumerate(seconds)
    ]


def write_log(path: Path, rows: Sequence[Shot], *, cameras: int = 0) -> None:
    """Write a log; with cameras one of so many made each image, in turn."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        header = ["timestamp", "id", "filename", "breed", "confidence"]
        writer.writerow([*header, "camera"] if cameras else header)
        for number, shot in enumerate(rows):
            said = [shot.time.isoformat(), shot.id, shot.filename, shot.breed, shot.confidence]
            writer.writerow([*said, f"gate-{number % cameras}"] if cameras else said)


def write_images(folder: Path, rows: Sequence[Shot]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for shot in rows:
        (folder / f"{shot.id}_{shot.filename}").write_bytes(shot.data)


def make_world(
    folder: Path,
    *,
    lights: Sequence[float] = (1.0, 0.55),
    requests: int = 150,
    references: int = 250,
    cameras: int = 0,
) -> Job:
    """Write a bucket whose n-th day has light ``lights[n]``, and return its job."""
    generator = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    reference = shots(generator, START - timedelta(days=9), references, 1.0)
    write_images(folder / "reference", reference)
    write_log(folder / "validation_log.csv", reference)
    days = [
        shot
        for number, light in enumerate(lights)
        for shot in shots(generator, START + timedelta(days=number), requests, light)
    ]
    write_images(folder / "images", days)
    write_log(folder / "predictions_log.csv", days, cameras=cameras)
    return job_of(folder)


def job_of(folder: Path, **tables: object) -> Job:
    """Return the job that watches a folder; each table is laid over the default one."""
    settings = {**JOB, "bucket": {"url": str(folder)}, **tables}
    return Job.model_validate(settings)
