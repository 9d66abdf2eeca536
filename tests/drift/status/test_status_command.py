"""``drift status``: which jobs have run when they should have."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from drift.status.job_status import Punctuality, exit_code_of_jobs
from drift.status.looking import jobs_of_bucket, status_of_job
from drift.status.tables import in_order, status_json, status_table
from jobs.buckets.registry import open_bucket
from jobs.errors import ExitCode, InputError
from jobs.job_file.reading import load_job
from reports.findings.model_quality.quality import QualityState
from reports.history.history import history_bytes, history_name
from reports.history.job_state import state_bytes
from reports.json_report.report import report_json
from reports.pages.jobs.making import JobSchedule
from tests.support.command import JOB_FILE, warm_drift
from tests.support.job_states import rows_of, run_of, state_of

PATH = "data_drift_reports"
# A nightly job of five days last ran on 6 March, 03:20.
ON_TIME = datetime(2025, 3, 7, 5, tzinfo=UTC)
TOO_LATE = datetime(2025, 3, 7, 5, 30, tzinfo=UTC)


@pytest.fixture
def bucket(tmp_path):
    (tmp_path / "bucket").mkdir()
    return open_bucket(str(tmp_path / "bucket"))


def put(bucket, job, verdicts="sssss", **other):
    state = state_of(job, verdicts, **other)
    bucket.write(f"{PATH}/{job}/state.json", state_bytes(state))


def put_older(bucket, job, verdicts):
    """Write what a version without states leaves."""
    rows = rows_of(job, verdicts)
    for row in rows:
        bucket.write(history_name(f"{PATH}/{job}", row.run_id), history_bytes(row))
    newest = run_of(job, len(verdicts) - 1, rows[-1].verdict)
    bucket.write(f"{PATH}/{job}/latest.json", report_json(newest))


def kinds_of(bucket, now):
    return {one.job: one.punctuality for one in jobs_of_bucket(bucket.url, PATH, now)}


def job_of(tmp_path, schedule=""):
    (tmp_path / "dogs.toml").write_text(JOB_FILE + schedule)
    return load_job(tmp_path / "dogs.toml", {})


def test_a_job_is_late_once_its_run_should_have_been_there(bucket):
    put(bucket, "cats")
    put(bucket, "dogs", "sssss", schedule=JobSchedule())
    put(bucket, "new", "s", schedule=JobSchedule())
    assert kinds_of(bucket, ON_TIME) == {
        "cats": Punctuality.PUNCTUAL,
        "dogs": Punctuality.PUNCTUAL,
        "new": Punctuality.UNKNOWN,
    }
    assert kinds_of(bucket, TOO_LATE)["cats"] is Punctuality.LATE
    assert kinds_of(bucket, TOO_LATE + timedelta(days=900))["new"] is Punctuality.UNKNOWN


def test_the_folder_of_the_reports_may_be_named_itself(bucket):
    put(bucket, "cats")
    found = jobs_of_bucket(f"{bucket.url}/{PATH}/", PATH, ON_TIME)
    assert [(one.job, one.bucket) for one in found] == [("cats", bucket.url)]


def test_jobs_of_an_older_version_are_judged_by_their_history(bucket):
    put_older(bucket, "dogs", "ssssd")
    (one,) = jobs_of_bucket(bucket.url, PATH, TOO_LATE)
    assert one.punctuality is Punctuality.LATE
    assert (one.state.verdict, one.state.runs, len(one.state.recent)) == ("drift", 5, 5)


def test_a_state_that_no_run_could_write_is_no_false_alarm(bucket):
    put_older(bucket, "dogs", "sssssss")
    put(bucket, "dogs", "sssss")
    (one,) = jobs_of_bucket(bucket.url, PATH, TOO_LATE)
    assert (one.punctuality, one.state.runs) == (Punctuality.PUNCTUAL, 7)


def test_a_job_file_tells_when_the_job_is_to_run_now(bucket, tmp_path):
    put(bucket, "dogs", schedule=JobSchedule())
    hourly = job_of(tmp_path, '[schedule]\ncron = "15 * * * *"\n')
    weekly = job_of(tmp_path, '[schedule]\ncron = "15 3 * * mon"\n')
    assert status_of_job(hourly, ON_TIME).punctuality is Punctuality.LATE
    assert status_of_job(weekly, TOO_LATE).punctuality is Punctuality.PUNCTUAL


def test_a_job_that_has_never_run_has_not_run_when_it_should_have(bucket, tmp_path):
    one = status_of_job(job_of(tmp_path), ON_TIME)
    assert one.punctuality is Punctuality.NEVER
    assert exit_code_of_jobs([one]) is ExitCode.LATE
    assert "1 of 1 job has not run" in status_table([one], ON_TIME)


def test_a_damaged_state_is_unreadable_and_hides_no_late_job(bucket):
    put(bucket, "cats")
    bucket.write(f"{PATH}/dogs/state.json", b"{")
    found = jobs_of_bucket(bucket.url, PATH, ON_TIME)
    assert exit_code_of_jobs(found) is ExitCode.INPUT
    assert exit_code_of_jobs(jobs_of_bucket(bucket.url, PATH, TOO_LATE)) is ExitCode.LATE
    assert "dogs/state.json" in status_table(found, ON_TIME)


def test_where_no_job_has_run_it_asks_whether_it_is_the_right_place(bucket):
    with pytest.raises(InputError, match="--path FOLDER"):
        jobs_of_bucket(bucket.url, PATH, ON_TIME)


def test_the_table_and_json_say_the_same_with_late_jobs_first(bucket):
    put(bucket, "cats", "ssssd", headline="Images are \x1b[31mdarker")
    put(bucket, "stopped", "ss")
    found = in_order(jobs_of_bucket(bucket.url, PATH, ON_TIME))

    lines = status_table(found, ON_TIME).splitlines()

    assert lines[1].split("  ")[0] == "stopped"
    assert "late by 3 days" in lines[1]
    assert "\N{BLACK UP-POINTING TRIANGLE} drift" in lines[2]
    assert "drift in this run, not in the one before" in lines[2]
    assert "\x1b" not in "".join(lines)
    assert lines[-1].startswith("1 of 2 jobs has not run when it should have: stopped.")
    told = json.loads(status_json(found))
    assert [(one["job"], one["status"]) for one in told] == [
        ("stopped", "late"),
        ("cats", "punctual"),
    ]
    assert told[1]["report"].endswith("cats/runs/20250306T000000Z-1a2b3c4d/report.html")


def test_the_command_ends_with_what_it_found(bucket, tmp_path):
    put(bucket, "dogs")
    late = warm_drift("status", "bucket", cwd=tmp_path)
    assert (late.returncode, late.stdout.splitlines()[1].split()[0]) == (9, "dogs"), late.stderr
    put(bucket, "dogs", late_after="2099-01-01T00:00:00Z")
    punctual = warm_drift("status", "--json", "bucket", cwd=tmp_path)
    assert punctual.returncode == 0, punctual.stderr
    assert json.loads(punctual.stdout)[0]["late_after"] == "2099-01-01T00:00:00Z"
    both = warm_drift("status", "bucket", "nowhere", cwd=tmp_path)
    assert both.returncode == 5
    assert "nowhere" in both.stdout
    faulty = warm_drift("status", "missing.toml", cwd=tmp_path)
    assert faulty.returncode == 2


def test_a_worse_model_is_told_first_where_the_images_are_steady(bucket):
    put(bucket, "calm")
    put(bucket, "odd", "ssssd")
    put(bucket, "worse", model=QualityState.DROPPED, model_headline="AP50 0.89 to 0.50")
    jobs = in_order(jobs_of_bucket(bucket.url, PATH, ON_TIME))
    assert [one.job for one in jobs] == ["odd", "worse", "calm"]
    line = status_table(jobs, ON_TIME).splitlines()[2]
    assert "\N{BLACK DOWN-POINTING TRIANGLE} model got worse, \N{BLACK CIRCLE} steady" in line
    assert "AP50 0.89 to 0.50; images: Said of day 4" in line
    assert exit_code_of_jobs(jobs) is ExitCode.FINISHED
