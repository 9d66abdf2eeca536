"""Whole runs beside days that are not like others: other lengths, filled later, measured anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from drift.days.records.choosing import NO_ROWS
from drift.days.records.upkeep import rebuild
from drift.pinned_profile import pinned_profile
from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window
from drift.workplace import Workplace, open_workplace
from reports.conditional_writes import always_allowed
from reports.findings.days import Basis
from reports.findings.run import RunFindings
from tests.support.worlds import START, job_of, make_world

DAYS = 10
BASELINE = {"days": 8, "images_per_day": 40}
BERLIN = ZoneInfo("Europe/Berlin")
LOG = "predictions_log.csv"

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_evidently")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    make_world(folder, lights=(0.9, 0.88, 0.87, 0.9, 0.89) * 2, requests=12, references=40)
    measured = Path(shutil.copytree(folder, tmp_path_factory.mktemp("measured") / "bucket"))
    run(place_of(measured, baseline={**BASELINE, "days": DAYS}), day(DAYS))
    features = "data_drift_reports/features"
    shutil.copytree(measured / features, folder / features)
    return folder


@pytest.fixture
def bucket(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world, tmp_path / "bucket"))


def place_of(folder: Path, **tables: object) -> Workplace:
    return open_workplace(job_of(folder, **{"baseline": BASELINE, **tables}))


def run(place: Workplace, until: datetime) -> RunFindings:
    return run_job(place, RunOptions(until=until))


def day(number: int) -> datetime:
    return (START + timedelta(days=number)).replace(tzinfo=UTC)


def edit_log(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    rows = pd.read_csv(folder / LOG, dtype="str")
    change(rows).to_csv(folder / LOG, index=False)


def without(first: datetime, end: datetime) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def keep(rows: pd.DataFrame) -> pd.DataFrame:
        times = pd.to_datetime(rows["timestamp"], utc=True)
        return rows[(times < first) | (times >= end)]

    return keep


def without_last_row(end: datetime) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def keep(rows: pd.DataFrame) -> pd.DataFrame:
        times = pd.to_datetime(rows["timestamp"], utc=True)
        return rows.drop(index=times[times < end].idxmax())

    return keep


@pytest.mark.parametrize(
    ("odd", "hours"), [(datetime(2025, 3, 30), 23), (datetime(2025, 10, 26), 25)]
)
def test_a_day_on_which_clocks_change_is_a_normal_day(
    bucket: Path, odd: datetime, hours: int
) -> None:
    later = odd - timedelta(days=4) - START

    def move(rows: pd.DataFrame) -> pd.DataFrame:
        times = pd.to_datetime(rows["timestamp"]) + later
        return rows.assign(timestamp=times.dt.strftime("%Y-%m-%dT%H:%M:%S"))

    edit_log(bucket, move)
    log = {
        "path": LOG,
        "timezone": "Europe/Berlin",
        "columns": {"prediction": "breed", "confidence": "confidence"},
    }
    place = place_of(bucket, predictions=log, window={"last": "1d", "timezone": "Europe/Berlin"})
    end = (START + timedelta(days=DAYS) + later).replace(tzinfo=BERLIN)

    found = run(place, end.astimezone(UTC))

    assert (found.basis, found.baseline and found.baseline.blocks) == (Basis.DAYS, 8)
    records = [
        json.loads(path.read_bytes())
        for path in (bucket / "data_drift_reports/dogs/days").rglob("*Z-*.json")
    ]
    lengths = {
        one["start"]: datetime.fromisoformat(one["end"]) - datetime.fromisoformat(one["start"])
        for one in records
    }
    start = odd.replace(tzinfo=BERLIN).astimezone(UTC)
    assert lengths.pop(f"{start:%Y-%m-%dT%H:%M:%SZ}") == timedelta(hours=hours)
    assert set(lengths.values()) == {timedelta(days=1)}
    assert {one["rows"] for one in records} == {12}


def test_days_that_are_filled_later_count_once_they_are_measured_anew(bucket: Path) -> None:
    whole = (bucket / LOG).read_bytes()
    edit_log(bucket, without(day(2), day(8)))
    place = place_of(bucket)
    first = run(place, day(9))
    (bucket / LOG).write_bytes(whole)
    unmended = run(place, day(10))
    assert first.baseline is not None
    assert first.baseline.kept_out == {NO_ROWS: 6}
    # It is said of the time at which they were measured.
    assert unmended.baseline is not None
    assert unmended.baseline.kept_out == {NO_ROWS: 6}
    assert "when it was measured" in NO_ROWS

    request = requested_window(place.job, RunOptions(until=day(10)), day(20))
    done = rebuild(place, request, pinned_profile(place), always_allowed, lambda _record: None)

    assert done.not_made == 0
    for until in (day(9), day(10)):
        mended = run(place, until)
        assert mended.baseline is not None
        assert (mended.baseline.blocks, mended.baseline.kept_out) == (8, {})


def test_rows_that_come_after_their_day_was_measured_are_said(bucket: Path) -> None:
    whole = (bucket / LOG).read_bytes()
    edit_log(bucket, without_last_row(day(9)))
    place = place_of(bucket)
    first = run(place, day(9))
    (bucket / LOG).write_bytes(whole)

    second = run(place, day(10))

    assert "late_rows_of_days" not in {one.code for one in first.remarks}
    (said,) = [one for one in second.remarks if one.code == "late_rows_of_days"]
    assert said.text.startswith("At least 1 row came into the log")
    assert "drift baseline rebuild" in said.text


def test_a_new_profile_has_records_of_its_own(bucket: Path) -> None:
    first = run(place_of(bucket), day(10))
    shutil.rmtree(bucket / "data_drift_reports/dogs/profiles")
    for path in sorted((bucket / "reference").iterdir())[:8]:
        path.unlink()
    for left in ("runs", "history", "latest.json"):
        path = bucket / "data_drift_reports/dogs" / left
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    second = run(place_of(bucket), day(10))

    assert first.profile.id != second.profile.id
    assert second.baseline is not None
    assert first.baseline is not None
    # One of the days may well be unusual beside another reference.
    known = second.baseline.blocks + sum(second.baseline.kept_out.values())
    assert (known, second.baseline.digest == first.baseline.digest) == (8, False)
    folders = {path.name for path in (bucket / "data_drift_reports/dogs/days").iterdir()}
    assert folders == {first.profile.id, second.profile.id}
