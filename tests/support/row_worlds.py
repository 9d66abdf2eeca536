"""Buckets of teams that keep no images: logs of numbers and classes, as projects have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job

START = datetime(2025, 3, 3, tzinfo=UTC)
NUMBERS = (
    "mean_brightness",
    "contrast",
    "sharpness_score",
    "red_level",
    "green_level",
    "blue_level",
    "aspect_ratio",
    "file_kb",
    "noise_sigma",
    "speed",
    "temperature",
    "edge_share",
)
"""What the server of the first world measured of each image before it threw it away."""
_CLASSES = ("ok", "scratch", "dent")


def numbers_table(
    rows: int, seed: int, *, shift: float = 0.0, day: float = 0.0, moved: str = "mean_brightness"
) -> pd.DataFrame:
    """Return rows of twelve numbers and a class; `day` moves all of them, `shift` one of them."""
    draw = np.random.default_rng(seed)
    common = draw.normal(size=rows)
    table = pd.DataFrame(
        {
            name: np.round(10 * (at + 1) + 2 * (draw.normal(size=rows) + 0.4 * common + day), 3)
            for at, name in enumerate(NUMBERS)
        }
    )
    table[moved] += 2 * shift
    table["predicted"] = draw.choice(_CLASSES, size=rows, p=(0.7, 0.2, 0.1))
    return table


def day_table(number: int, rows: int, **change: Any) -> pd.DataFrame:
    """Return the rows of one day of the log, with their times; days differ a little."""
    drawn = np.random.default_rng(1_000 + number)
    day = 0.15 * float(drawn.normal())
    table = numbers_table(rows, 2_000 + number, day=day, **change)
    seconds = np.sort(drawn.integers(0, 86_400, size=rows))
    times = [START + timedelta(days=number, seconds=int(one)) for one in seconds]
    table.insert(0, "timestamp", [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in times])
    table["camera"] = drawn.choice(["north", "south"], size=rows)
    return table


def make_numbers_world(
    folder: Path, *, days: int = 12, rows: int = 120, last: dict[str, Any] | None = None
) -> None:
    """Write a log of twelve numbers and a class a row, an object a day, and a table beside it.

    Parameters
    ----------
    last
        What is changed on the last day: see `numbers_table`.
    """
    (folder / "log").mkdir(parents=True)
    for number in range(days):
        change = last if last is not None and number == days - 1 else {}
        table = day_table(number, rows, **change)
        name = f"log/dt={START + timedelta(days=number):%Y-%m-%d}.csv"
        table.to_csv(folder / name, index=False)
    numbers_table(800, 99).to_csv(folder / "training_predictions.csv", index=False)


def make_classes_world(
    folder: Path, *, days: int = 12, rows: int = 120, worse: float = 0.0
) -> None:
    """Write a log of a file name, a class and a confidence a row; the images are thrown away.

    Parameters
    ----------
    worse
        By how much the confidence is lower on the last day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for number in range(days):
        draw = np.random.default_rng(3_000 + number)
        seconds = np.sort(draw.integers(0, 86_400, size=rows))
        sure = np.clip(draw.beta(8, 2, size=rows) - worse * (number == days - 1), 0.01, 0.999)
        names = [f"IMG_{number:03d}_{one:04d}.jpg" for one in range(rows)]
        parts.append(
            pd.DataFrame(
                {
                    "time": [
                        f"{START + timedelta(days=number, seconds=int(one)):%Y-%m-%d %H:%M:%S}"
                        for one in seconds
                    ],
                    "filename": names,
                    "class": draw.choice(["beagle", "pug", "boxer"], size=rows),
                    "confidence": np.round(sure, 4),
                }
            )
        )
    pd.concat(parts).to_csv(folder / "predictions.csv", index=False)


def numbers_job(folder: Path, **tables: Any) -> Job:
    """Return the job of the first world: a day, compared with a table of training predictions."""
    return _job(
        folder,
        {"path": "log/*.csv", "columns": {"prediction": "predicted", "numbers": list(NUMBERS)}},
        {"reference": {"log": "training_predictions.csv"}, **tables},
    )


def classes_job(folder: Path, **tables: Any) -> Job:
    """Return the job of the second world: a day, compared with the log's first days."""
    columns = {"timestamp": "time", "id": None, "prediction": "class", "confidence": "confidence"}
    window = {"start": "2025-03-03", "end": "2025-03-06"}
    return _job(
        folder,
        {"path": "predictions.csv", "columns": columns},
        {"reference": {"window": window}, **tables},
    )


def place_at(job: Job, day: int, *, writes: bool = True) -> Workplace:
    """Return a job's workplace as it is when a day of the log is over; the first one is 0."""
    now = START + timedelta(days=day + 1, hours=1)
    return replace(open_workplace(job, writes=writes), clock=lambda: now)


def _job(folder: Path, predictions: dict[str, Any], tables: dict[str, Any]) -> Job:
    return Job.model_validate(
        {
            "name": "tables",
            "bucket": {"url": str(folder)},
            "predictions": predictions,
            "window": {"last": "1d", "align": "1d"},
            **tables,
        }
    )
