"""A job under a new name: what a first run and a check say, and what they leave alone."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drift.pinned_profile import build_and_pin
from drift.pipeline import run_job
from drift.renamed_job import LikeJobs, like_jobs, settings_of
from drift.run_request import RunOptions, requested_window, run_ids
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from drift.workplace import open_workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ExitCode, InputError
from jobs.job_file.job import Job
from reports.findings.run import RunFindings
from reports.history.history import parse_time
from tests.support.worlds import JOB_FILE, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
OTHER_WINDOW = {"window": {"last": "12h"}}
OTHER_LOG = {"predictions": {"path": "validation_log.csv"}}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The bucket of the job ``dogs``, which has run once."""
    folder = tmp_path_factory.mktemp("renamed") / "bucket"
    make_world(folder, lights=(1.0, 1.0), requests=30, references=40)
    publish(job_of(folder))
    return folder


@pytest.fixture
def bucket(published, tmp_path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "bucket"))


def publish(job: Job, until: datetime = UNTIL) -> RunFindings:
    return run_job(open_workplace(job), RunOptions(until=until))


def reports_of(bucket: Path, name: str) -> Path:
    return bucket / "data_drift_reports" / name


def as_older_version(bucket: Path) -> None:
    """Let the newest report be one of a version that named no settings."""
    latest = reports_of(bucket, "dogs") / "latest.json"
    report = json.loads(latest.read_text())
    del report["job_settings"]
    latest.write_text(json.dumps(report))


def checked(bucket: Path, name: str) -> dict[str, tuple[CheckState, str]]:
    job_file = bucket.parent / "job.toml"
    text = JOB_FILE.format(url=bucket).replace('name = "dogs"', f'name = "{name}"')
    job_file.write_text(text, encoding="utf-8")
    checks = check_job_file(job_file, {}, RunOptions(until=UNTIL))
    return {one.thing: (one.state, f"{one.found} {one.mend}") for one in checks}


def test_a_renamed_jobs_first_run_says_what_to_move_and_writes_nothing(bucket):
    before = sorted(bucket.rglob("*"))
    with pytest.raises(InputError) as met:
        publish(job_of(bucket, name="dogs-eu"))
    assert met.value.exit_code is ExitCode.INPUT
    old, new = (f"{bucket}/data_drift_reports/{name}/" for name in ("dogs", "dogs-eu"))
    assert f"move everything below {old} to {new}" in met.value.message
    assert 'set name = "dogs" again' in met.value.message
    assert "drift profile build" in met.value.message
    assert sorted(bucket.rglob("*")) == before


def test_a_check_says_it_too_and_is_quiet_about_the_job_itself(bucket):
    state, said = checked(bucket, "dogs-eu")["name"]
    assert state is CheckState.FAILS
    assert "data_drift_reports/dogs/ to" in said
    assert "name" not in checked(bucket, "dogs")


def test_a_check_says_where_the_pin_is_gone_as_a_run_does(bucket):
    (reports_of(bucket, "dogs") / "profiles/pinned.json").unlink()
    state, said = checked(bucket, "dogs")["profile"]
    assert state is CheckState.FAILS
    assert "Put the object back" in said


def test_a_job_that_was_moved_goes_on_with_its_history(bucket):
    reports_of(bucket, "dogs").rename(reports_of(bucket, "dogs-eu"))
    job = job_of(bucket, name="dogs-eu")
    pinned = open_workplace(job).profiles.pinned_id()
    found = publish(job, datetime(2025, 3, 5, tzinfo=UTC))
    assert found.profile.id == pinned
    assert len(list((reports_of(bucket, "dogs-eu") / "history").glob("*Z-*.json"))) == 2
    assert found.job == "dogs-eu"


def test_another_job_with_equal_settings_runs_once_its_profile_is_built(bucket):
    job = job_of(bucket, name="second")
    build_and_pin(open_workplace(job))
    assert publish(job).job == "second"
    assert "name" not in checked(bucket, "second")


def test_a_second_job_on_the_same_log_with_other_settings_runs_at_once_and_is_told(bucket, caplog):
    assert publish(job_of(bucket, name="dogs-half", **OTHER_WINDOW)).job == "dogs-half"
    (said,) = [one for one in caplog.messages if "neither a profile nor a history" in one]
    assert "the same log and reference as dogs, and other settings" in said
    caplog.clear()
    publish(job_of(bucket, name="dogs-half", **OTHER_WINDOW))
    assert "neither a profile" not in caplog.text


def test_a_job_on_another_log_is_not_asked(bucket, caplog):
    job = job_of(bucket, name="others", **OTHER_LOG, images={"path": "reference/{id}_{filename}"})
    run_job(open_workplace(job), RunOptions(until=datetime(2025, 2, 23, tzinfo=UTC)))
    assert "neither a profile" not in caplog.text


def test_what_no_run_depends_on_is_no_other_job(bucket):
    job = job_of(
        bucket,
        name="dogs-eu",
        notifications={"inconclusive": True},
        reports={"thumbnails": False},
        images={"path": "images/{id}_{filename}", "decode_workers": 1},
        detection={"minimum_effect": 0.1},
    )
    assert like_jobs(open_workplace(job)).equal == ("dogs",)


@pytest.mark.parametrize(
    "changes",
    [
        OTHER_WINDOW,
        {"detection": {"false_alarm_rate": 0.02}},
        {"segments": {"columns": ["breed"]}},
        {"images": {"path": "images/{id}_{filename}", "canonical_size": 64}},
    ],
)
def test_what_a_run_depends_on_is_another_job(bucket, changes):
    like = like_jobs(open_workplace(job_of(bucket, name="dogs-eu", **changes)))
    assert like.equal == ()
    assert like.related == ("dogs",)


def test_a_job_that_an_older_version_ran_last_is_known_by_its_reference_and_run_id(bucket):
    as_older_version(bucket)
    assert like_jobs(open_workplace(job_of(bucket, name="dogs-eu"))).seem_equal == ("dogs",)
    with pytest.raises(InputError, match="an older version did not write down its log"):
        publish(job_of(bucket, name="dogs-eu"))
    for other in (OTHER_WINDOW, {"reference": {"images": "images/"}}):
        like = like_jobs(open_workplace(job_of(bucket, name="dogs-eu", **other)))
        assert like == LikeJobs()


def test_a_run_id_of_the_first_version_is_known_too(bucket):
    as_older_version(bucket)
    latest = reports_of(bucket, "dogs") / "latest.json"
    report = json.loads(latest.read_text())
    job = job_of(bucket)
    place = open_workplace(job)
    *_, first = run_ids(job, requested_window(job, RunOptions(until=UNTIL), place.clock()))
    assert first != report["run_id"]
    latest.write_text(json.dumps({**report, "run_id": first}))
    assert like_jobs(open_workplace(job_of(bucket, name="dogs-eu"))).seem_equal == ("dogs",)


def test_the_most_similar_name_is_said_first(bucket):
    for name in ("aaa", "dogs-europe"):
        shutil.copytree(reports_of(bucket, "dogs"), reports_of(bucket, name))
    like = like_jobs(open_workplace(job_of(bucket, name="dogs-eur")))
    assert like.equal == ("dogs-europe", "dogs", "aaa")


def test_damaged_and_foreign_folders_are_passed_over(bucket):
    for name, content in (("broken", "no json"), ("list", "[1]"), ("odd", '{"job_settings": {}}')):
        reports_of(bucket, name).mkdir()
        (reports_of(bucket, name) / "latest.json").write_text(content)
    reports_of(bucket, "Not a job").mkdir()
    (reports_of(bucket, "Not a job") / "latest.json").write_text("{}")
    assert like_jobs(open_workplace(job_of(bucket, name="dogs-eu"))).equal == ("dogs",)


@pytest.fixture
def unlisted(published) -> Iterator[Path]:
    """A bucket below whose `reports.path` this user may list nothing."""
    with tempfile.TemporaryDirectory() as folder:
        bucket = Path(shutil.copytree(published, Path(folder) / "bucket"))
        Path(folder).chmod(0o755)
        reports, is_root = bucket / "data_drift_reports", os.geteuid() == 0
        reports.chmod(0o311)
        if is_root:
            os.seteuid(65534)
        try:
            yield bucket
        finally:
            if is_root:
                os.seteuid(0)
            reports.chmod(0o755)


def test_who_may_not_list_other_jobs_runs_all_the_same(unlisted, caplog):
    assert like_jobs(open_workplace(job_of(unlisted, name="dogs-eu"))).equal == ()
    assert "it is not known whether the job was renamed" in caplog.text


def test_no_job_can_have_the_name_of_what_else_lies_beside_its_folder(bucket):
    beside = open_workplace(job_of(bucket)).bucket.level("data_drift_reports/")
    names = {(one.name if isinstance(one, ObjectInfo) else one).split("/")[1] for one in beside}
    assert names - {"dogs"}
    for name in names - {"dogs"}:
        for written in (name, name.upper(), name.title(), f"{name}.", f"{name} ", f"{name}/"):
            with pytest.raises(ValueError, match="name"):
                job_of(bucket, name=written)


def test_settings_are_told_apart_by_what_the_report_says(published):
    latest = json.loads((reports_of(published, "dogs") / "latest.json").read_text())
    told = settings_of(job_of(published))
    assert latest["job_settings"] == {
        "log": "predictions_log.csv",
        "reference": told.reference,
        "digest": told.digest,
    }
    assert parse_time(latest["window"]["end"]) == UNTIL
