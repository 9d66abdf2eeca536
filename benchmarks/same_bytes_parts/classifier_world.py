"""A classifier's CSV log with class probabilities; from the second day on a camera is broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.same_bytes_parts.pictures import NO_FAULT, Fault, jpeg, scene
from benchmarks.same_bytes_parts.world import World, moments, usual_commands, write

_CLASSES = ("cat", "dog", "owl")
_CAMERAS = ("gate", "yard", "door")
_BROKEN = Fault(light=0.7, blur=1.6)
_REFERENCES, _A_DAY = 120, 72
_JOB = """\
name = "pets"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
timezone = "UTC"
[predictions.columns]
prediction = "breed"
confidence = "confidence"
probabilities = ["p_*"]
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation.csv"
[segments]
columns = ["camera"]
"""


def _build(folder: Path) -> None:
    generator = np.random.default_rng(101)
    write(folder / "job.toml", _JOB)
    bucket = folder / "bucket"
    validation, log = [], []
    for number, moment in enumerate(moments(-20, _REFERENCES)):
        row = [moment.isoformat(), f"r{number:03}", "a.jpg", _CAMERAS[number % 3]]
        validation.append([*row, *_prediction(generator)])
        write(bucket / f"reference/r{number:03}_a.jpg", jpeg(scene(generator)))
    for day in range(3):
        for number, moment in enumerate(moments(day, _A_DAY)):
            camera = _CAMERAS[number % 3]
            row = [moment.isoformat(), f"{day}{number:03}", f"Foto {number}.jpg", camera]
            log.append([*row, *_prediction(generator)])
            fault = _BROKEN if camera == "yard" and day else NO_FAULT
            write(
                bucket / f"images/{day}{number:03}_Foto {number}.jpg",
                jpeg(scene(generator, fault)),
            )
    write(bucket / "validation.csv", _csv(validation))
    write(bucket / "log.csv", _csv(log))


def _prediction(generator: np.random.Generator) -> list[str]:
    shares = generator.dirichlet((2.0, 1.5, 1.0))
    best = int(np.argmax(shares))
    return [_CLASSES[best], f"{shares[best]:.4f}", *(f"{share:.4f}" for share in shares)]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = ["timestamp", "id", "filename", "camera", "breed", "confidence"]
    writer.writerows([[*names, *(f"p_{name}" for name in _CLASSES)], *rows])
    return out.getvalue()


WORLD = World(
    name="classifier",
    build=_build,
    commands=usual_commands("2025-03-04", "2025-03-05", "2025-03-06"),
)
