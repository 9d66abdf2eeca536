"""``drift baseline`` as a user runs it."""

import dataclasses
import shutil
from datetime import timedelta

import pytest

from drift.cli.baseline_table import baseline_table
from drift.days.records.stored.store import RecordStore
from drift.days.records.upkeep import NOT_MADE, block_states, rebuild
from drift.pinned_profile import pinned_profile
from drift.run_request import RunOptions, requested_window
from drift.verdict.day_uses import BlockUse
from jobs.errors import BucketAccessError, PublishError
from reports.conditional_writes import always_allowed
from tests.support.command import warm_drift
from tests.support.counting_bucket import CountingBucket
from tests.support.day_world import (
    BASELINE,
    NOW,
    REQUESTS,
    day,
    job_with,
    make_days,
    place_of,
    run_days,
)
from tests.support.worlds import JOB_FILE

DAYS = "data_drift_reports/dogs/days/"


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory):
    """A bucket in which a run has made the records of five days."""
    folder = tmp_path_factory.mktemp("days") / "bucket"
    make_days(folder)
    run_days(place_of(job_with(folder)), day(6))
    return folder


@pytest.fixture
def folder(after_a_run, tmp_path):
    shutil.copytree(after_a_run, tmp_path / "bucket")
    text = JOB_FILE.format(url="bucket").replace(
        "days = 0", "\n".join(f"{key} = {value}" for key, value in BASELINE.items())
    )
    (tmp_path / "job.toml").write_text(text, encoding="utf-8")
    return tmp_path


def request_of(job, until=6, options=None):
    return requested_window(
        job, dataclasses.replace(options or RunOptions(), until=day(until)), NOW
    )


def records_in(folder):
    return {path.name: path.read_bytes() for path in folder.glob(f"bucket/{DAYS}*/*.json")}


def test_show_prints_the_days_before_the_window(folder):
    done = warm_drift("baseline", "show", "job.toml", "--until", "2025-03-10", cwd=folder)

    assert done.returncode == 0
    assert "2025-03-08T00:00:00Z" in done.stdout
    assert "no: not measured yet" not in done.stdout
    assert "5 of 5 show what is normal." in done.stdout


def test_show_says_what_is_not_there(folder):
    done = warm_drift("baseline", "show", "job.toml", "--until", "2025-03-08", cwd=folder)

    assert "not measured yet" in done.stdout
    assert "4 of 5 show what is normal." in done.stdout


def test_show_says_why_a_day_does_not_teach(folder):
    for path in folder.glob("bucket/images/20250304*"):
        path.unlink()
    for path in folder.glob(f"bucket/{DAYS}*/*"):
        path.unlink()
    shutil.rmtree(folder / "bucket" / "data_drift_reports" / "features")
    run_days(place_of(job_with(folder / "bucket")), day(6))

    done = warm_drift("baseline", "show", "job.toml", "--until", "2025-03-09", cwd=folder)

    line = next(one for one in done.stdout.splitlines() if "2025-03-04T00" in one)
    assert "no: too many images lost" in line
    assert "4 of 5 show what is normal." in done.stdout


def test_the_table_says_which_days_are_of_an_older_level(folder):
    place = place_of(job_with(folder / "bucket"))
    profile = pinned_profile(place)
    state = block_states(place, request_of(place.job), profile.id)[0]

    table = baseline_table(
        "dogs",
        [
            BlockUse(state=state, why_not="part of an episode"),
            BlockUse(state=state, why_not="", accepted_run="r-7"),
        ],
    )

    assert "no: part of an episode" in table
    assert "how much days vary" in table
    assert "accepted with the run r-7" in table
    assert "1 of 2 show what is normal." in table


def test_rebuild_makes_the_days_anew(folder):
    before = records_in(folder)
    log = folder / "bucket" / "predictions_log.csv"
    header, *lines = log.read_text(encoding="utf-8").splitlines()
    kept = [one for one in lines if not one.startswith("2025-03-04T1")]
    log.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")

    done = warm_drift("baseline", "rebuild", "job.toml", "--until", "2025-03-09", cwd=folder)

    after = records_in(folder)
    assert done.returncode == 0
    assert "6 records written." in done.stdout
    assert after.keys() == before.keys()
    changed = {name[:8] for name in after if after[name] != before[name]}
    assert changed == {"20250304"}
    shown = warm_drift("baseline", "show", "job.toml", "--until", "2025-03-09", cwd=folder)
    assert f" {REQUESTS - len(lines) + len(kept)} " in shown.stdout


def test_a_job_without_days_or_profile_has_nothing_to_show(folder):
    text = (folder / "job.toml").read_text(encoding="utf-8")
    (folder / "none.toml").write_text(text.replace("days = 5", "days = 0"), encoding="utf-8")
    (folder / "new.toml").write_text(text.replace('"dogs"', '"cats"'), encoding="utf-8")

    for name, said in (("none", "baseline.days is 0"), ("new", "has no profile yet")):
        done = warm_drift("baseline", "show", f"{name}.toml", cwd=folder)
        assert done.returncode == 2
        assert said in done.stderr


def test_what_rebuild_cannot_write_ends_it(folder):
    job = job_with(folder / "bucket")
    buckets = []

    def wrap(bucket):
        buckets.append(CountingBucket(bucket))
        return buckets[0]

    place = place_of(job, wrap)
    profile = pinned_profile(place)

    def refuse(method, name):
        if method == "replace":
            raise BucketAccessError(name, "permission denied")

    buckets[0].before = refuse

    with pytest.raises(PublishError, match="the record could not be written"):
        rebuild(place, request_of(job), profile, always_allowed, lambda record: None)


def test_rebuild_leaves_a_record_that_another_one_wrote_meanwhile(folder, monkeypatch):
    job = job_with(folder / "bucket")
    place = place_of(job)
    plain = RecordStore.list

    def list_then_lose(store):
        found = plain(store)
        for path in folder.glob(f"bucket/{DAYS}*/20250304*"):
            path.write_bytes(path.read_bytes() + b" ")
        return found

    monkeypatch.setattr(RecordStore, "list", list_then_lose)

    done = rebuild(place, request_of(job), pinned_profile(place), always_allowed, lambda one: None)

    assert (done.written, done.not_made) == (5, 0)


def test_blocks_of_rows_are_shown_and_made_anew(folder):
    job = job_with(folder / "bucket", window={"rows": 20, "min_images": 5})
    place, options = place_of(job), RunOptions(rows=20)
    known = run_days(place, day(6), options)
    request = request_of(job, options=options)
    before = records_in(folder)

    states = block_states(place, request, pinned_profile(place).id)
    done = rebuild(place, request, pinned_profile(place), always_allowed, lambda record: None)

    past = [one.block for one in states if not one.why_not][1:]
    assert past == [one.block for one in known.records[::-1]]
    assert done.written == len(states)
    assert records_in(folder) == before


def test_a_block_that_nothing_is_known_of_is_not_made_yet(folder):
    job = job_with(folder / "bucket", window={"last": "1h"})
    states = block_states(
        place_of(job), request_of(job, options=RunOptions(last=timedelta(hours=1))), "p-none"
    )

    assert {one.why_not for one in states} == {NOT_MADE}
