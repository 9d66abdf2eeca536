"""The demo's bucket: a reference set, a validation log, a month of requests, and late labels."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import skimage.filters
import skimage.measure
from PIL import Image

from drift.demo.classifier import Classifier, Prediction
from drift.demo.labels import write_labels
from drift.demo.pictures import Pixels, break_camera, encode, load_photographs, random_view
from drift.demo.requests import LoggedRequest
from drift.demo.tables import write_csv

TRAINING_VIEWS = 350
REFERENCE_VIEWS = 700
REQUESTS_A_DAY = 320
PAST_DAYS = 28
REQUESTS_A_PAST_DAY = 60
ORDINARY_DAY = datetime(2025, 3, 3)  # noqa: DTZ001 - the API logs local times without a zone
FAULTY_DAY = ORDINARY_DAY + timedelta(days=1)
_FAULT_FROM = timedelta(hours=9, minutes=30)
_CAMERAS = ("entrance", "warehouse")
_BROKEN_CAMERA = "warehouse"
# The cameras hang in darker rooms than those where the reference was taken, and no day's light is
# quite that of another; at the weekend the lamps of the warehouse are off.
_ROOMS, _LIGHT_BETWEEN_DAYS, _AT_WEEKENDS = 0.96, 0.02, 0.97
_FIRST_DAY_OF_WEEKEND = 5
_SEED = 7
_SEED_OF_DAYS = 8
_STATISTICS = ("mean", "std_dev", "median", "min_pixel", "max_pixel", "entropy", "edge_density")

JOB_FILE = """\
# The demo's job: every key is explained in docs/job-file.md.
name = "demo"

[bucket]
url = "."                                    # this folder; gs://your-bucket works the same

[predictions]
path = "predictions_log.csv"
columns = { prediction = "prediction", confidence = "confidence" }

[images]
path = "images/{id}_{filename}"

[window]
last = "1d"

[reference]
images = "reference/"
log = "validation_log.csv"

[segments]
columns = ["camera"]

[labels]                                     # what was true: people say it some days later
path = "labels/*.csv"
columns = { image = "image" }

[schedule]
cron = "15 3 * * *"
"""


def make_world(folder: Path) -> Path:
    """Write the demo's bucket into a folder and return its job file; equal every time."""
    generator = np.random.default_rng(_SEED)
    photographs = load_photographs()
    names = sorted(photographs)
    drawn = [str(generator.choice(names)) for _ in range(TRAINING_VIEWS)]
    views = [encode(random_view(photographs[name], generator), generator) for name in drawn]
    classifier = Classifier(views, drawn)
    _write_reference(folder, classifier, photographs, generator)
    requests = [
        request
        for day in _past_days()
        for request in _requests_of(day, photographs, generator, REQUESTS_A_PAST_DAY)
    ]
    for day in (ORDINARY_DAY, FAULTY_DAY):
        requests += _requests_of(day, photographs, generator, REQUESTS_A_DAY)
    _write_requests(folder, classifier, requests)
    write_labels(folder, requests, until=ORDINARY_DAY)
    job_file = folder / "job.toml"
    job_file.write_text(JOB_FILE, encoding="utf-8")
    return job_file


def _write_reference(
    folder: Path,
    classifier: Classifier,
    photographs: Mapping[str, Pixels],
    generator: np.random.Generator,
) -> None:
    names = sorted(photographs)
    images = [
        encode(random_view(photographs[str(generator.choice(names))], generator), generator)
        for _ in range(REFERENCE_VIEWS)
    ]
    for number, image in enumerate(images):
        _write(folder / "reference" / f"{number:04d}.jpg", image)
    start = ORDINARY_DAY - timedelta(days=30)
    rows = [
        {
            "timestamp": (start + timedelta(minutes=number)).isoformat(),
            "id": f"{number:04d}",
            "prediction": said.name,
            "confidence": round(said.confidence, 4),
        }
        for number, said in enumerate(classifier.predict(images))
    ]
    write_csv(folder / "validation_log.csv", rows)


def _past_days() -> list[datetime]:
    return [ORDINARY_DAY - timedelta(days=ago) for ago in range(PAST_DAYS, 0, -1)]


def _daylight(day: datetime) -> float:
    """Return what the light of a day's views is multiplied by; the same for a day every time."""
    weather = np.random.default_rng([_SEED_OF_DAYS, day.toordinal()]).normal(0, _LIGHT_BETWEEN_DAYS)
    weekend = _AT_WEEKENDS if day.weekday() >= _FIRST_DAY_OF_WEEKEND else 1.0
    return float(_ROOMS * weekend * (1 + weather))


def _requests_of(
    day: datetime, photographs: Mapping[str, Pixels], generator: np.random.Generator, number: int
) -> Iterator[LoggedRequest]:
    """Yield one day's requests; on the faulty day one camera breaks in the morning."""
    names, daylight = sorted(photographs), _daylight(day)
    seconds = np.sort(generator.integers(0, 24 * 3600, number))
    for position, second in enumerate(seconds):
        time = day + timedelta(seconds=int(second))
        camera = str(generator.choice(_CAMERAS))
        shown = str(generator.choice(names))
        view = random_view(photographs[shown], generator, daylight)
        if camera == _BROKEN_CAMERA and time >= FAULTY_DAY + _FAULT_FROM:
            view = break_camera(view)
        yield LoggedRequest(
            time=time,
            camera=camera,
            filename=f"{camera} {position:03d}.jpg",
            image=encode(view, generator),
            shown=shown,
        )


def _write_requests(
    folder: Path, classifier: Classifier, requests: Sequence[LoggedRequest]
) -> None:
    """Write the log and the images as an API does that now and then fails to store one."""
    said = classifier.predict([request.image for request in requests])
    write_csv(folder / "predictions_log.csv", [*map(_log_row, requests, said)])
    for number, request in enumerate(requests):
        if number % 150 == 100:
            continue
        data = request.image if number % 150 != 101 else request.image[: len(request.image) // 2]
        _write(folder / request.image_name, data)


def _log_row(request: LoggedRequest, said: Prediction) -> dict[str, object]:
    return {
        "timestamp": request.time.isoformat(),
        "id": request.id,
        "filename": request.filename,
        "camera": request.camera,
        "prediction": said.name,
        "confidence": round(said.confidence, 4),
        **dict(zip(_STATISTICS, _statistics(request.image), strict=True)),
    }


def _statistics(data: bytes) -> tuple[float, ...]:
    """Return the seven grey-level statistics as the API itself computes them."""
    with Image.open(io.BytesIO(data)) as image:
        grey = np.asarray(image.convert("L"))
    return (
        float(grey.mean()),
        float(grey.std()),
        float(np.median(grey)),
        int(grey.min()),
        int(grey.max()),
        float(skimage.measure.shannon_entropy(grey)),
        float(skimage.filters.sobel(grey).mean()),
    )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
