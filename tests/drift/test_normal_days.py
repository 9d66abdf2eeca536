"""Whole runs beside normal days: quiet on ordinary ones, loud on the first bad one."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from drift.across_runs.accept import set_acceptance
from drift.across_runs.reject import set_rejection
from drift.pinned_profile import pinned_profile
from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window
from drift.verdict.day_uses import block_uses
from drift.workplace import Workplace, open_workplace
from jobs.job_file.job import Job
from reports.findings.answers import State, Verdict
from reports.findings.days import Basis, LevelState
from reports.findings.run import RunFindings
from reports.history.store import read_history
from tests.support.worlds import START, job_of, make_world

# Twelve ordinary days of slightly changing light, all a bit darker than the reference; then dark.
LIGHTS = (0.88, 0.86, 0.9, 0.87, 0.89, 0.85, 0.88, 0.9, 0.86, 0.88, 0.87, 0.89, 0.45, 0.45, 0.45)
FIRST_DARK = 12
BASELINE = {"days": 12, "images_per_day": 40, "most_minutes": 5}


pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_evidently")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    make_world(folder, lights=LIGHTS, requests=40, references=150)
    # Images are measured once, and nothing else of that run is there for the tests.
    measured = Path(shutil.copytree(folder, tmp_path_factory.mktemp("measured") / "bucket"))
    _run(_place(measured, baseline={**BASELINE, "days": len(LIGHTS) - 1}), len(LIGHTS) - 1)
    features = "data_drift_reports/features"
    shutil.copytree(measured / features, folder / features)
    return folder


@pytest.fixture
def bucket(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world, tmp_path / "bucket"))


def _job(folder: Path, **tables: object) -> Job:
    return job_of(folder, **{"baseline": BASELINE, **tables})


def _place(folder: Path, **tables: object) -> Workplace:
    return open_workplace(_job(folder, **tables))


def _run(place: Workplace, day: int) -> RunFindings:
    until = (START + timedelta(days=day + 1)).replace(tzinfo=UTC)
    return run_job(place, RunOptions(until=until))


def _uses(place: Workplace, day: int) -> list[tuple[str, str]]:
    """Return why each day before a window does not teach, and its level, newest first."""
    until = (START + timedelta(days=day + 1)).replace(tzinfo=UTC)
    request = requested_window(place.job, RunOptions(until=until), place.clock())
    history = read_history(place.bucket, place.prefix)
    uses = block_uses(place, request, pinned_profile(place), history)
    return [(one.why_not, one.accepted_run) for one in uses]


def _content(place: Workplace, findings: RunFindings) -> dict[str, object]:
    path = f"{place.prefix}/runs/{findings.run_id}/report.json"
    report: dict[str, object] = json.loads(place.bucket.read(path).data)
    # What is told depends on the runs before.
    clock = {"generated_at", "timings", "profile", "versions", "notification"}
    return {key: value for key, value in report.items() if key not in clock}


def test_the_first_run_on_a_log_that_goes_back_is_about_days(bucket: Path) -> None:
    found = _run(_place(bucket), 11)
    assert found.basis is Basis.DAYS
    assert found.verdict is Verdict.STEADY
    assert found.baseline is not None
    assert (found.baseline.blocks, found.baseline.is_learning) == (11, False)
    # Normal days are the yardstick: nothing is permuted.
    assert found.evidence is not None
    assert found.evidence.resamples == 0
    assert found.evidence.statistics["mean.location"] < 0
    assert found.level is not None
    # All days are darker than the reference, by half a standard deviation or so.
    assert found.level.blocks == 11
    assert found.level.columns[0].difference < 0
    assert found.trend is not None
    assert found.trend.state is State.STEADY


def test_a_step_is_an_episode_until_a_person_accepts_it(bucket: Path) -> None:
    place = _place(bucket)
    first, second = _run(place, FIRST_DARK), _run(place, FIRST_DARK + 1)
    assert (first.verdict, second.verdict) == (Verdict.DRIFT, Verdict.DRIFT)
    assert "normal days" in first.headline
    assert first.episode is not None
    assert second.episode is not None
    assert second.episode.since == first.episode.since
    assert (first.episode.blocks, second.episode.blocks) == (1, 2)
    assert second.baseline is not None
    assert second.baseline.kept_out == {"part of an episode": 1}
    assert _uses(place, FIRST_DARK + 1)[:2] == [("part of an episode", ""), ("", "")]
    set_acceptance(place, first.run_id, lambda: None, accepted=True)
    # The dark day is the first of the new level, those before it say how much days vary.
    assert _uses(place, FIRST_DARK + 1)[:2] == [("", ""), ("", first.run_id)]
    third = _run(place, FIRST_DARK + 2)
    assert third.verdict is not Verdict.DRIFT
    assert third.episode is None
    assert third.level is not None
    assert (third.level.accepted_run, third.level.stands_out) == (first.run_id, False)
    # What is usual is the accepted level.
    light = next(one for one in third.features if one.name == "mean")
    assert light.effect is not None
    assert light.effect < 0.5
    assert third.baseline is not None
    assert third.baseline.digest != second.baseline.digest
    # Days of the level that was left say nothing of moves at this one.
    assert third.trend is not None
    assert third.trend.state is State.INCONCLUSIVE


def test_a_rejected_day_never_teaches(bucket: Path) -> None:
    place = _place(bucket)
    ordinary = _run(place, 5)
    set_rejection(place, ordinary.run_id, lambda: None, rejected=True)
    later = _run(place, 11)
    assert later.baseline is not None
    assert later.baseline.kept_out["rejected by a person"] == 1
    assert [why for why, _ in _uses(place, 11)].index("rejected by a person") == 11 - 5 - 1
    assert later.baseline.blocks == 10


def test_a_young_log_says_that_it_is_learning(bucket: Path) -> None:
    found = _run(_place(bucket), 2)
    assert found.basis is Basis.DAYS
    assert found.baseline is not None
    assert (found.baseline.blocks, found.baseline.is_learning) == (2, True)
    assert found.episode is None
    if found.level is not None and found.level.state is LevelState.DIFFERS:
        assert found.verdict is Verdict.INCONCLUSIVE
        assert "day 3 of 7" in found.headline


def test_without_a_day_before_it_a_window_is_compared_with_the_reference(bucket: Path) -> None:
    found = _run(_place(bucket), 0)
    assert found.basis is Basis.REFERENCE
    assert found.baseline is not None
    assert found.baseline.blocks == 0
    assert found.level is not None
    assert found.level.blocks == 0


def test_a_repeated_run_says_the_same_whatever_was_made_meanwhile(bucket: Path) -> None:
    place = _place(bucket)
    first = _run(place, 9)
    before = _content(place, first)
    _run(place, 11)
    _run(place, 10)
    again = _run(_place(bucket), 9)
    assert again.run_id == first.run_id
    assert _content(place, again) == before


def test_records_do_not_depend_on_the_run_that_made_them(bucket: Path, world: Path) -> None:
    one, other = _place(bucket), _place(Path(shutil.copytree(world, bucket.parent / "other")))
    for day in range(6, 11):
        _run(one, day)
    newest = _run(one, 11), _run(other, 11)
    assert _content(one, newest[0]) | {"history_digest": ""} == _content(other, newest[1]) | {
        "history_digest": ""
    }


def test_the_old_question_can_be_asked(bucket: Path) -> None:
    found = _run(_place(bucket, detection={"basis": "reference"}), 11)
    assert found.basis is Basis.REFERENCE
    assert (found.baseline, found.level) == (None, None)
    assert found.trend is not None


def test_a_dry_run_knows_normal_days_and_writes_nothing(bucket: Path) -> None:
    before = {path: path.read_bytes() for path in bucket.rglob("*") if path.is_file()}
    place = open_workplace(_job(bucket), writes=False)
    found = _run(place, 11)
    assert found.basis is Basis.DAYS
    assert {path: path.read_bytes() for path in bucket.rglob("*") if path.is_file()} == before


def test_one_bad_day_is_one_episode_however_many_windows_hold_it(bucket: Path) -> None:
    place = _place(bucket, window={"last": "3d"})
    found = [_run(place, FIRST_DARK + later) for later in range(2)]
    assert [one.verdict for one in found] == [Verdict.DRIFT, Verdict.DRIFT]
    dark = (START + timedelta(days=FIRST_DARK)).strftime("%Y-%m-%dT00:00:00Z")
    assert [one.episode.since for one in found if one.episode] == [dark, dark]
    assert [one.episode.blocks for one in found if one.episode] == [1, 2]


def test_a_window_without_rows_knows_its_normal_days(bucket: Path) -> None:
    found = _run(_place(bucket, baseline={**BASELINE, "days": 14}), len(LIGHTS))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "The window holds no rows"
    assert found.baseline is not None
    assert found.baseline.blocks == 11
    assert found.baseline.kept_out == {"part of an episode": 3}
    assert found.level is not None
    assert found.level.blocks == 11
    # Three dark days are an episode, not a slow move.
    assert found.trend is not None
    assert found.trend.state is not State.DRIFT
