"""False alarms of jobs without images: rows of numbers and classes in which nothing changes.

    python -m benchmarks.row_false_alarms                     about five minutes of one core
    python -m benchmarks.row_false_alarms --windows 100 --worlds 5

Each row has twelve numbers and a class: some numbers go together, some are skewed, rounded to a few
values, or mostly missing. The nominal rate is that of `detection.false_alarm_rate`, 1 %.

``reference``
    Reference and window are drawn from one population; their rows go through `find_units`,
    `line_up` and `would_alarm`, as those of a run do. Half of the windows are small.
``days``
    Worlds of 34 days in which all numbers, the spread and the mix of classes differ from day to
    day, and production differs from the reference for good. `run_job` judges the last six days of
    each world, from log to verdict, with two segments; nothing is published. Without a known day
    the reference is the basis: here 28 days are known. The interval is a bootstrap over worlds.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.days_parts.rates import Tally, rate_of
from benchmarks.detection_parts.intervals import clopper_pearson
from drift.comparison.columns.align import line_up
from drift.comparison.compare import would_alarm
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from drift.observations.window_images import WindowImages
from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import DetectionSettings, Job
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import Verdict
from reports.findings.days import Basis

_NUMBERS = tuple(f"number_{at:02d}" for at in range(12))
_CLASSES = ("ok", "scratch", "dent", "stain")
_START = datetime(2025, 3, 3, tzinfo=UTC)
_REFERENCE_ROWS = 400
_WINDOWS = (30, 150)
_DAYS, _JUDGED = 34, 6
_ROWS_A_DAY = 150
_TOLD_AFTER = 5

Generator = np.random.Generator


def main() -> None:
    """Print alarms, rates and 95 % intervals of both bases."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--windows", type=int, default=1_500, help="on the reference (1500)")
    parser.add_argument("--worlds", type=int, default=60, help="of normal days (60)")
    parser.add_argument("--seed", type=int, default=20_250_303)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    started = time.process_time()
    alarms = sum(
        reference_alarm(np.random.default_rng([options.seed, 0, run]), _WINDOWS[run % 2])
        for run in range(options.windows)
    )
    low, high = clopper_pearson(alarms, max(1, options.windows))
    _print("reference", alarms, options.windows, low, high, started)
    started = time.process_time()
    tallies: list[Tally] = []
    for world in range(options.worlds):
        tallies.append(days_tally(np.random.default_rng([options.seed, 1, world])))
        if world == options.worlds - 1 or world % _TOLD_AFTER == _TOLD_AFTER - 1:
            rate = rate_of(tallies)
            _print("days", rate.alarms, rate.runs, rate.low, rate.high, started)


def _print(basis: str, alarms: int, runs: int, low: float, high: float, started: float) -> None:
    share = 100 * alarms / max(1, runs)
    each = 1000 * (time.process_time() - started) / max(1, runs)
    print(
        f"{basis:<10} {alarms:>4} of {runs:>6,}  {share:.2f} % [{100 * low:.2f}, "
        f"{100 * high:.2f}]  {each:.0f} ms a run",
        flush=True,
    )


def reference_alarm(generator: Generator, rows: int) -> bool:
    """Draw a reference and a window from one population; tell whether the window is drift."""
    reference, window = (draw_rows(generator, one) for one in (_REFERENCE_ROWS, rows))
    profile = ReferenceProfile(
        id="p-rows",
        created_at=_START,
        source="",
        settings_digest="",
        versions={},
        features=pd.DataFrame(index=pd.RangeIndex(len(reference))),
        predictions=PredictionTable.of(reference, (), _NUMBERS),
        left_out={},
        of_rows=True,
    )
    names = pd.Series([f"row {number}" for number in range(rows)], dtype="str")
    images = WindowImages(
        rows=window.assign(image=names, client=None),
        features=pd.DataFrame(index=pd.RangeIndex(rows)),
        of_rows=True,
    )
    detection = DetectionSettings()
    units = find_units(profile, images, find_copies(profile, images, burst=detection.burst))
    named = LogColumns(prediction="prediction", numbers=_NUMBERS)
    return would_alarm(line_up(profile, images, units, named, (), _NUMBERS), detection)


def draw_rows(generator: Generator, rows: int, day: Generator | None = None) -> pd.DataFrame:
    """Return rows of numbers and a class; with `day` as an ordinary day of production has them."""
    common = generator.normal(size=(rows, 1))
    numbers = 0.6 * common + generator.normal(size=(rows, len(_NUMBERS)))
    weights = np.array([0.6, 0.2, 0.15, 0.05])
    if day is not None:
        spread = np.exp(0.05 * day.normal(size=len(_NUMBERS)))
        moved = 0.12 * day.normal() + 0.08 * day.normal(size=len(_NUMBERS))
        numbers = 0.3 + moved + numbers * spread
        weights = weights * np.exp(0.15 * day.normal(size=len(weights)))
    numbers[:, 3] = np.exp(numbers[:, 3])
    numbers[:, 4] = np.round(numbers[:, 4])
    numbers[:, 5] = np.round(numbers[:, 5], 1)
    numbers[generator.random(rows) < 0.6, 6] = np.nan
    table = pd.DataFrame(numbers.round(4), columns=list(_NUMBERS))
    labels = generator.choice(_CLASSES, size=rows, p=weights / weights.sum())
    return table.assign(prediction=pd.array(labels, dtype="str"))


def days_tally(generator: Generator) -> Tally:
    """Return how many of the last days of a world of normal days are called drift."""
    with tempfile.TemporaryDirectory() as folder:
        job = _write_world(Path(folder), generator)
        place = replace(open_workplace(job, writes=False), clock=lambda: _day(_DAYS + 1))
        alarms = runs = 0
        for number in range(_DAYS - _JUDGED, _DAYS):
            found = run_job(place, RunOptions(until=_day(number + 1)))
            runs += found.basis is Basis.DAYS
            alarms += found.basis is Basis.DAYS and found.verdict is Verdict.DRIFT
    return Tally(alarms=alarms, runs=runs)


def _write_world(folder: Path, generator: Generator) -> Job:
    parts = []
    for number in range(_DAYS):
        rows = draw_rows(generator, _ROWS_A_DAY, day=generator)
        seconds = np.sort(generator.integers(0, 86_400, size=len(rows)))
        times = [_day(number) + timedelta(seconds=int(one)) for one in seconds]
        cameras = generator.choice(["north", "south"], size=len(rows))
        parts.append(
            rows.assign(timestamp=[f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in times], camera=cameras)
        )
    pd.concat(parts).to_csv(folder / "log.csv", index=False)
    draw_rows(generator, _REFERENCE_ROWS).to_csv(folder / "reference.csv", index=False)
    columns = {"prediction": "prediction", "numbers": list(_NUMBERS)}
    return Job.model_validate(
        {
            "name": "rows",
            "bucket": {"url": str(folder)},
            "predictions": {"path": "log.csv", "columns": columns},
            "window": {"last": "1d", "align": "1d"},
            "reference": {"log": "reference.csv"},
            "segments": {"columns": ["camera"]},
        }
    )


def _day(number: int) -> datetime:
    return _START + timedelta(days=number)


if __name__ == "__main__":
    main()
