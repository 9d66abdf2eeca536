"""Parquet with segments, latency and clients; near-copies in bursts, and files of many kinds."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.same_bytes_parts.pictures import Pixels, jpeg, nearly, png, scene
from benchmarks.same_bytes_parts.world import World, moments, usual_commands, write

_REFERENCES, _A_DAY = 100, 64
_JOB = """\
name = "cameras"
[bucket]
url = "bucket"
[predictions]
path = "log/*.parquet"
[predictions.columns]
timestamp = "when"
id = "uid"
prediction = "answer"
confidence = "score"
latency = "latency_ms"
client = "device"
[images]
path = "pictures/{uid:06}{ending}"
canonical_size = 64
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
exclude = ["*_thumb.*"]
[segments]
columns = ["model_version", "site"]
[detection]
burst = "5m"
"""


def _build(folder: Path) -> None:
    generator = np.random.default_rng(303)
    write(folder / "job.toml", _JOB)
    bucket = folder / "bucket"
    for number in range(_REFERENCES):
        ending, data = _file(generator, scene(generator), number)
        write(bucket / f"reference/{number:03}{ending}", data)
    write(bucket / "reference/000_thumb.jpg", jpeg(scene(generator), 30))
    for day in range(3):
        rows = _day(generator, bucket, day)
        (bucket / "log").mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows), bucket / f"log/{day}.parquet")


def _day(generator: np.random.Generator, bucket: Path, day: int) -> list[dict[str, object]]:
    """Write a day's pictures and return its rows: each eighth image is followed by near-copies."""
    rows: list[dict[str, object]] = []
    for number, moment in enumerate(moments(day, _A_DAY)):
        pixels = scene(generator)
        for copy in range(3 if number % 8 == 0 else 1):
            uid = day * 10_000 + number * 10 + copy
            picture = nearly(generator, pixels) if copy else pixels
            ending, data = _file(generator, picture, number)
            if number % 20 == 5:
                data = data[: len(data) // 2]  # broken off
            if number % 20 != 11:  # the others are missing
                write(bucket / f"pictures/{uid:06}{ending}", data)
            rows.append(_row(generator, moment + timedelta(seconds=20 * copy), uid, ending))
    return rows


def _row(
    generator: np.random.Generator, moment: datetime, uid: int, ending: str
) -> dict[str, object]:
    return {
        "when": moment,
        "uid": uid,
        "ending": ending,
        "device": f"device-{uid // 10 % 5}",
        "model_version": "2025-02" if uid % 10_000 < 320 else "2025-03",
        "site": ("north", "south")[uid // 10 % 2],
        "answer": str(generator.choice(("ok", "scratch", "dent"), p=(0.8, 0.15, 0.05))),
        "score": float(generator.beta(9, 2)),
        "latency_ms": float(generator.gamma(4, 12)),
    }


def _file(generator: np.random.Generator, pixels: Pixels, number: int) -> tuple[str, bytes]:
    """Return the ending and the bytes of a file whose kind goes by its number."""
    grey = pixels.mean(axis=2)
    match number % 16:
        case 3:
            return ".png", png(pixels)
        case 6:
            return ".png", png((grey * 257).astype(np.uint16))
        case 9:
            return ".jpg", jpeg(grey.astype(np.uint8))
        case 12:
            alpha = generator.integers(0, 256, pixels.shape[:2], dtype=np.uint8)
            return ".png", png(np.dstack([pixels, alpha]))
        case _:
            return ".jpg", jpeg(pixels)


WORLD = World(
    name="parquet",
    build=_build,
    commands=usual_commands("2025-03-04T00:00:00Z", "2025-03-05", "2025-03-06"),
)
