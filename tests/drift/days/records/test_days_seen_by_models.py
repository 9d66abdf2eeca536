"""Past days that a model looks at: views are added, and what was measured before stays."""

import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from drift.days.records.known_days import KnownDays
from drift.days.records.measured.scales import SeenReference
from drift.days.records.upkeep import block_states, rebuild
from drift.model_view.line import view_of_reference
from drift.pinned_profile import pinned_profile
from drift.pipeline import run_job
from drift.run_request import RunOptions, requested_window
from jobs.job_file.job import Job
from reference_stats.model_view.view_scores import NOVELTY
from reports.conditional_writes import always_allowed
from reports.findings.answers import State, Verdict
from reports.findings.days import Basis
from reports.findings.effect_sizes import COMMON_DIRECTION
from tests.support.day_world import FIRST_DAY, NOW, place_of, run_days
from tests.support.seen_world import MODEL, make_seen_world, seen_job, tiny_onnx

DAYS = 4
UNTIL = FIRST_DAY + timedelta(days=DAYS + 1)
DRAWN = 30


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Path:
    """Five days of images, of which a run without a model has measured the first four."""
    folder = tmp_path_factory.mktemp("seen")
    make_seen_world(folder, (0,) * (DAYS + 1))
    run_days(place_of(job_of(folder, model=False)), UNTIL)
    return folder


@pytest.fixture
def folder(measured, tmp_path) -> Path:
    return Path(shutil.copytree(measured, tmp_path / "bucket"))


def job_of(folder: Path, *, model: bool = True, **baseline: object) -> Job:
    job = seen_job(folder, baseline={"days": DAYS, "images_per_day": DRAWN, **baseline})
    return job if model else job.model_copy(update={"model": None})


def run_of(job: Job) -> KnownDays:
    with closing(place_of(job)) as place:
        return run_days(place, UNTIL)


def records_in(folder: Path, views: bool | None = None) -> dict[str, bytes]:
    """Return the content of every record by its name, or of those with a view or without one."""
    found = {path.name: path.read_bytes() for path in folder.glob("*/shapes/days/*/*.json")}
    return {name: one for name, one in found.items() if views in (None, "-v-" in name)}


def forget_runs(folder: Path) -> None:
    """Delete which records the runs used, as if they had never been done."""
    for path in folder.glob("*/shapes/runs"):
        shutil.rmtree(path)


def test_a_new_model_adds_its_view_and_leaves_what_was_measured(folder):
    before, plain = records_in(folder), run_of(job_of(folder, model=False))

    known = run_of(job_of(folder))

    assert (known.seen, plain.seen) == (DAYS, 0)
    assert records_in(folder, views=False) == before
    assert len(records_in(folder, views=True)) == DAYS + 1
    for one, other in zip(known.records, plain.records, strict=True):
        assert (one.features, one.predictions, one.rows) == (
            other.features,
            other.predictions,
            other.rows,
        )
        assert one.view is not None
        assert one.view.images == DRAWN
    scores = known.records[0].view.scores
    assert any("novelty" in key for key in scores)
    assert any(COMMON_DIRECTION in key for key in scores)
    assert known.window.view is not None
    assert known.window.view.images == known.window.features.images


def test_a_second_run_looks_at_nothing_and_writes_nothing(folder):
    first = run_of(job_of(folder))
    before = records_in(folder)

    second = run_of(job_of(folder))

    assert records_in(folder) == before
    assert second.record_digests == first.record_digests


def test_days_before_the_log_began_hold_nothing_that_a_model_could_see(folder, caplog):
    caplog.set_level("INFO")
    run_of(job_of(folder, days=DAYS + 5))
    caplog.clear()
    forget_runs(folder)

    run_of(job_of(folder, days=DAYS + 5))

    assert "seen by the model" not in caplog.text


def test_a_log_tells_of_later_runs_only_where_days_are_left_to_them(folder, caplog):
    run_of(job_of(folder))
    (folder / MODEL).write_bytes(tiny_onnx(8))
    forget_runs(folder)
    caplog.set_level("INFO")

    run_of(job_of(folder))

    assert "of normal days seen by the model" in caplog.text
    assert "later runs go on" not in caplog.text


def test_a_model_that_comes_without_time_leaves_the_days_measured_and_unseen(folder):
    run_of(job_of(folder))
    (folder / MODEL).write_bytes(tiny_onnx(8))

    known = run_of(job_of(folder, most_minutes=0))

    assert len(known.records) == DAYS
    assert known.seen == 0
    assert all(one.features.images == DRAWN for one in known.records)
    assert known.window.view is not None

    forget_runs(folder)
    later = run_of(job_of(folder))
    assert later.seen == DAYS
    assert len({name.partition("-v-")[2] for name in records_in(folder, views=True)}) == 2


def test_a_model_that_cannot_be_opened_writes_no_view(folder):
    before = records_in(folder)
    (folder / MODEL).write_bytes(b"this is no model")

    known = run_of(job_of(folder))

    assert (len(known.records), known.seen) == (DAYS, 0)
    assert known.window.view is None
    assert records_in(folder) == before


def test_a_repeated_run_stays_with_the_views_of_its_first_attempt(folder):
    first = run_of(job_of(folder, most_minutes=0))
    pins = [json.loads(path.read_bytes()) for path in folder.glob("*/shapes/runs/*/baseline.json")]
    assert sorted("-v-" in one["key"] for one in pins) == [False, True]

    again = run_of(job_of(folder))

    assert again.seen == first.seen == 0
    assert again.record_digests == first.record_digests
    forget_runs(folder)
    assert run_of(job_of(folder)).seen == DAYS


def test_images_that_are_gone_leave_the_view_unknown_and_are_not_asked_for_again(folder):
    names = sorted(path for path in (folder / "images").iterdir())
    for path in names[: len(names) // (DAYS + 1)]:
        path.unlink()

    known = run_of(job_of(folder))

    assert known.seen == DAYS - 1
    assert known.records[0].features.images == DRAWN
    before = records_in(folder)
    assert run_of(job_of(folder)).seen == DAYS - 1
    assert records_in(folder) == before


def as_before_axes(folder: Path, view_id: str) -> None:
    """Turn the records with a view into those of a version that summed up four scores alone."""
    for path in folder.glob("*/shapes/days/*/*-v-*.json"):
        document = json.loads(path.read_bytes())
        document["view"]["id"] = view_id
        scores = document["view"]["scores"]
        document["view"]["scores"] = {
            key: one for key, one in scores.items() if COMMON_DIRECTION not in key
        }
        name = f"{path.name.partition('-v-')[0]}-{view_id}.json"
        path.with_name(name).write_text(json.dumps(document))
        path.unlink()
    for path in folder.glob("*/shapes/days/*/rollup*"):
        path.unlink()


def test_days_that_were_seen_before_axes_were_summed_are_looked_at_again(folder, caplog):
    first = run_of(job_of(folder))
    with closing(place_of(job_of(folder))) as place:
        view_id = place.seeing.viewer.definition.id
    as_before_axes(folder, view_id)
    forget_runs(folder)
    before = records_in(folder)

    without_time = run_of(job_of(folder, most_minutes=0))

    assert (len(without_time.records), without_time.seen) == (DAYS, 0)
    assert [one.features for one in without_time.records] == [one.features for one in first.records]
    forget_runs(folder)
    again = run_of(job_of(folder))
    assert again.seen == DAYS
    assert [one.view for one in again.records] == [one.view for one in first.records]
    assert {name: records_in(folder)[name] for name in before} == before


def test_rebuilt_days_have_a_record_with_the_view_and_one_without(folder):
    place = place_of(job_of(folder))
    profile = pinned_profile(place)
    request = requested_window(place.job, RunOptions(until=UNTIL), NOW)
    told = []

    with closing(place):
        seen = SeenReference.of(view_of_reference(place, profile, always_allowed))
        done = rebuild(place, request, profile, always_allowed, told.append, seen)

    assert seen is not None
    # The window's own day has a record too.
    assert done.written == len(told) == DAYS + 1
    assert all(one.view_id == seen.id for one in told)
    assert len(records_in(folder, views=True)) == len(records_in(folder, views=False)) == DAYS + 1
    states = block_states(place, request, profile.id, seen.id)
    assert [one.record.view.images for one in states] == [DRAWN] * DAYS
    assert np.all([one.why_not == "" for one in states])


@pytest.mark.slow
def test_a_kind_of_image_that_no_day_had_is_drift_of_the_view(tmp_path):
    make_seen_world(tmp_path / "bucket", (0,) * 8 + (30,))
    job = seen_job(tmp_path / "bucket", baseline={"days": 8, "images_per_day": 90})

    found = run_job(place_of(job), RunOptions(until=FIRST_DAY + timedelta(days=9)))

    novelty = next(one for one in found.view if one.name == NOVELTY.name)
    assert (found.verdict, found.basis) == (Verdict.DRIFT, Basis.DAYS)
    assert (novelty.state, novelty.direction) == (State.DRIFT, "up")
    assert novelty.beside_days is not None
    assert found.baseline is not None
    assert found.baseline.blocks == 8
