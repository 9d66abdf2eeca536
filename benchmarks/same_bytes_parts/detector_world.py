"""A detector's JSON lines: a line for each box, several boxes an image, and a reference log."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.same_bytes_parts.pictures import Fault, jpeg, scene
from benchmarks.same_bytes_parts.world import World, moments, usual_commands, write

_CLASSES = ("car", "person", "bicycle", "dog")
_REFERENCES, _A_DAY = 90, 60
_JOB = """\
name = "street"
[bucket]
url = "bucket"
[predictions]
path = "boxes/*.jsonl"
timezone = "UTC"
[predictions.columns]
timestamp = "time"
id = "request"
prediction = "box.class"
confidence = "box.score"
[images]
path = "frame"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
log = "validation.jsonl"
[segments]
columns = ["model"]
"""


def _build(folder: Path) -> None:
    generator = np.random.default_rng(202)
    write(folder / "job.toml", _JOB)
    bucket = folder / "bucket"
    lines = []
    for number, moment in enumerate(moments(-20, _REFERENCES)):
        frame = f"reference/r{number:03}.jpg"
        write(bucket / frame, jpeg(scene(generator)))
        lines += _boxes(generator, moment, frame, likely=0)
    write(bucket / "validation.jsonl", "".join(lines))
    for day in range(3):
        lines = []
        for number, moment in enumerate(moments(day, _A_DAY)):
            frame = f"frames/{day}/{number:03}.jpg"
            write(bucket / frame, jpeg(scene(generator, Fault(light=1.0 if day < 2 else 0.8))))
            lines += _boxes(generator, moment, frame, likely=0 if day == 0 else 1)
        write(bucket / f"boxes/day-{day}.jsonl", "".join(lines))


def _boxes(
    generator: np.random.Generator, moment: datetime, frame: str, *, likely: int
) -> list[str]:
    """Return a line for each box of a frame; one class is three times as likely as another."""
    weights = np.ones(len(_CLASSES))
    weights[likely] = 3.0
    lines = []
    for _ in range(int(generator.integers(1, 6))):
        row = {
            "time": moment.isoformat().replace("+00:00", "Z"),
            "request": frame.replace("/", "-"),
            "frame": frame,
            "model": "v2" if generator.random() < 0.3 else "v1",
            "box": {
                "class": str(generator.choice(_CLASSES, p=weights / weights.sum())),
                "score": round(float(generator.beta(8, 2)), 4),
                "x": int(generator.integers(0, 60)),
            },
        }
        lines.append(json.dumps(row) + "\n")
    return lines


WORLD = World(
    name="detector",
    build=_build,
    commands=usual_commands("2025-03-04", "2025-03-05", "2025-03-06"),
)
